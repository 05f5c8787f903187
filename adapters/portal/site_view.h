// From records and releases to the values templates are filled with. Everything a page says is
// decided here; nothing here reads a disk or a clock. Used by SitePages on the web server's thread.
#pragma once

#include "adapters/portal/site_body.h"
#include "adapters/portal/site_index.h"
#include "adapters/portal/site_record.h"
#include "common/html/template.h"
#include "common/model/release.h"
#include "common/model/settings.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

using View = TemplateData;

// What the pages say about the site itself ([site] of the adapter's settings). Empty: left out.
struct SiteSettings {
  std::string name;
  std::string base_url;    // "http://127.0.0.1:8080", without a slash at its end
  std::string line;        // beside the name: "政务公开 办事服务 互动交流"
  std::string domain;      // empty: the host of base_url
  std::string id_code;     // 网站标识码
  std::string organiser;   // 主办单位
  std::string contractor;  // 承办单位
  std::string icp_no;      // ICP 备案号
  std::string police_no;   // 公安备案号
  std::string phone;
  std::string address;
  std::string party_mark_url;  // 党政机关标识
  std::string find_error_url;  // 我为政府网站找错
};

struct SiteColumn {
  std::string id;
  std::string name;
  std::string type;                // word of its first kind
  std::vector<std::string> above;  // where it stands, outermost first, without itself
  std::string section;             // the outermost
  bool guides = false;
};

// In the order of the navigation: by the first kind a column takes, then by id.
std::vector<SiteColumn> site_columns(const std::map<std::string, Column, std::less<>>& columns);

// The branches that hold columns, in the order of the navigation: {section, items}; `add` may say
// more of each column.
std::vector<View> column_tree(const std::vector<SiteColumn>& columns,
                              std::string_view current,
                              const std::function<void(View&, const SiteColumn&)>& add);

std::string domain_of(const SiteSettings& settings);

// What it is now, a withdrawal's word over its own.
Validity shown_validity(const SiteRecord& record);
// What the banner of an invalid one says without a note.
std::string invalid_text();
// With 【演练】 before it where it is a drill.
std::string shown_title(const SiteRecord& record);

// A line of a list.
View item_view(const SiteRecord& record);
std::vector<View> item_views(const std::vector<const SiteRecord*>& records);

using MetaTags = std::vector<std::pair<std::string, std::string>>;
MetaTags site_meta(const SiteSettings& settings);
MetaTags release_meta(const Release& release,
                      const SiteRecord& record,
                      const SiteSettings& settings);

// Head, navigation and foot. `column`: id of the current one or empty.
View frame_view(const SiteSettings& settings,
                const std::vector<SiteColumn>& columns,
                std::string_view column,
                std::string_view page_title,
                const MetaTags& meta);

struct RelatedGroup {
  std::string heading;
  std::vector<const SiteRecord*> records;
};

// Both ways: what this one names and what names it.
std::vector<RelatedGroup> related_groups(const SiteRecord& record, const SiteIndex& index);

// Adds everything release.mustache shows to the frame.
void add_release(View& page,
                 const Release& release,
                 const SiteRecord& record,
                 const SiteBody& body,
                 const std::vector<RelatedGroup>& related);

}  // namespace gulou
