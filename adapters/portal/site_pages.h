// SitePages answers the web: every page of the site, made when it is asked for from the index and
// the content files, so that navigation, lists and links both ways always fit together and a
// publication costs only what it adds. Owned by the web server's handler, used on its thread. It
// shares only the directory with Site: a flip there is seen here with the next request. export_to()
// writes the same pages as plain files for any other web server.
#pragma once

#include "adapters/portal/site_index.h"
#include "adapters/portal/site_view.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/html/template.h"
#include "common/http/message.h"
#include "common/model/settings.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

class SitePages {
 public:
  // The directory must have been opened by a Site before.
  static Result<SitePages> open(const std::string& dir,
                                SiteSettings settings,
                                const std::map<std::string, Column, std::less<>>& columns);

  // Besides the pages: "/go/<publisher>/<id>" leads to where a publication stands, for QR codes
  // made by whoever knows only its identity.
  HttpResponse answer(const HttpRequest& request, Utc now);

  // Writes the whole site below out_dir/<generation> and points the link out_dir/current to it in
  // one rename; attachments are hard links where the file system allows. The older tree is removed.
  Status export_to(const std::string& out_dir, Utc now);

 private:
  SitePages(const std::string& dir, SiteSettings settings, std::vector<SiteColumn> columns);

  struct Feed {
    std::string title;
    std::string path;  // "/tzgg/feed.atom" or "/tzgg/feed.json"
    std::string page;  // "/tzgg/"
    std::string column;
  };

  Status load_templates();
  HttpResponse route(const HttpRequest& request, Utc now);
  HttpResponse fixed_file(const HttpRequest& request, std::string_view name) const;
  HttpResponse column_path(const HttpRequest& request, std::string_view path, Utc now);
  HttpResponse column_route(const HttpRequest& request,
                            std::string_view column,
                            std::string_view rest);
  HttpResponse home_page(const HttpRequest& request, Utc now) const;
  HttpResponse column_page(const HttpRequest& request,
                           std::string_view column,
                           size_t number) const;
  HttpResponse release_page(const HttpRequest& request, const SiteRecord& record, Utc now) const;
  HttpResponse file_page(const HttpRequest& request,
                         const SiteRecord& record,
                         std::string_view name,
                         Utc now) const;
  HttpResponse withdrawn_page(const SiteRecord& record, Utc now) const;
  HttpResponse message_page(int status,
                            std::string_view heading,
                            std::string_view text,
                            const SiteRecord* link) const;
  HttpResponse lost() const;
  HttpResponse map_page(const HttpRequest& request) const;
  HttpResponse search_page(const HttpRequest& request) const;
  HttpResponse search_index(const HttpRequest& request, std::string_view path) const;
  HttpResponse register_route(const HttpRequest& request, std::string_view rest) const;
  HttpResponse register_page(const HttpRequest& request, size_t number) const;
  HttpResponse feed(const HttpRequest& request, const Feed& feed) const;
  HttpResponse sitemap(const HttpRequest& request, std::string_view name) const;
  HttpResponse page(const HttpRequest& request,
                    std::string_view name,
                    const View& view,
                    std::string_view file) const;
  View frame(std::string_view column,
             std::string_view title,
             std::string_view path,
             const MetaTags& meta) const;
  void set_crumbs(View& view, std::string_view column, std::string page) const;
  std::vector<View> section_of(std::string_view column) const;
  // What is no page: an index, a feed.
  HttpResponse bytes(const HttpRequest& request, std::string text, std::string_view name) const;
  HttpResponse json_feed(const HttpRequest& request, const Feed& feed) const;
  std::string column_name(std::string_view id) const;
  bool known_column(std::string_view id) const;
  std::vector<std::string> all_paths() const;

  std::string dir_;
  SiteSettings settings_;
  std::vector<SiteColumn> columns_;
  std::map<std::string, Template, std::less<>> templates_;
  SiteIndex index_;
};

// In place of a header of that name.
void set_header(HttpResponse& response, std::string_view name, std::string value);
// How many pages a list of so many items has: at least one.
size_t pages_of(size_t items);
// "index_3.html" -> 3; 0 for anything else.
size_t page_number(std::string_view name);
// "/search/3.json"
std::string chunk_path(uint64_t segment);

}  // namespace gulou
