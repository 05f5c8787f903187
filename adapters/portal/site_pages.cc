#include "adapters/portal/site_pages.h"

#include "adapters/portal/site_words.h"
#include "common/base/limits.h"
#include "common/base/log.h"
#include "common/draw/qr.h"
#include "common/http/static_files.h"
#include "common/http/url.h"
#include "common/json/release_json.h"
#include "site_templates_embedded.h"

#include <algorithm>

namespace gulou {
namespace {

// Our own script and nothing from elsewhere, no frame.
SitePolicy page_policy() {
  SitePolicy policy;
  policy.content_security =
      "default-src 'none'; img-src 'self'; style-src 'self'; media-src 'self'; script-src 'self'; "
      "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
  return policy;
}

HttpResponse moved(std::string location, int status = 301) {
  HttpResponse response = text_answer(status, "text/plain; charset=utf-8", "");
  response.add("Location", std::move(location));
  return response;
}

}  // namespace

SitePages::SitePages(const std::string& dir, SiteSettings settings, std::vector<SiteColumn> columns)
    : dir_(dir), settings_(std::move(settings)), columns_(std::move(columns)), index_(dir) {}

Result<SitePages> SitePages::open(const std::string& dir,
                                  SiteSettings settings,
                                  const std::map<std::string, Column, std::less<>>& columns) {
  SitePages pages(dir, std::move(settings), site_columns(columns));
  TRY(pages.load_templates());
  return pages;
}

Status SitePages::load_templates() {
  Partials partials;
  for (const auto& [name, bytes] : embedded::site_templates) {
    if (const size_t dot = name.rfind(".mustache"); dot != std::string_view::npos) {
      partials.emplace(name.substr(0, dot), TRY(with_words(name, bytes)));
    }
  }
  for (const auto& [name, source] : partials) {
    const bool xml = source.starts_with("<?xml");
    auto compiled =
        TRY(Template::compile(name, source, xml ? Escape::xml : Escape::html, partials));
    templates_.emplace(name, std::move(compiled));
  }
  return {};
}

void set_header(HttpResponse& response, std::string_view name, std::string value) {
  for (auto& [known, old] : response.headers) {
    if (known == name) {
      old = std::move(value);
      return;
    }
  }
  response.add(std::string(name), std::move(value));
}

HttpResponse SitePages::answer(const HttpRequest& request, Utc now) {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response =
        text_answer(405, "text/plain; charset=utf-8", "405 Method Not Allowed\n");
    response.add("Allow", "GET, HEAD");
    return response;
  }
  if (const Status fresh = index_.refresh(now); !fresh) {
    log::error("site.index_unreadable", {{"error", describe(fresh.error())}});
    return message_page(503, page_word("site_busy"), page_word("site_try_later"), nullptr);
  }
  return route(request, now);
}

HttpResponse SitePages::route(const HttpRequest& request, Utc now) {
  const std::string_view path = request.path;
  if (path == "/") {
    return home_page(request, now);
  }
  if (path == "/index.html") {
    return moved("/");
  }
  if (path == "/robots.txt" || path == "/style.css" || path == "/site.js" || path == "/mark.svg") {
    return fixed_file(request, path.substr(1));
  }
  if (path == "/sitemap.html") {
    return map_page(request);
  }
  if (path.starts_with("/sitemap") && path.ends_with(".xml")) {
    return sitemap(request, path.substr(1));
  }
  if (path == "/feed.atom" || path == "/feed.json") {
    return feed(request, {settings_.name, std::string(path), "/", ""});
  }
  if (path == "/search.html") {
    return search_page(request);
  }
  if (path.starts_with("/search/")) {
    return search_index(request, path);
  }
  if (path.starts_with("/catalogue/")) {
    return register_route(request, path.substr(std::string_view("/catalogue/").size()));
  }
  constexpr std::string_view go = "/go/";
  if (path.starts_with(go)) {
    const SiteRecord* record = index_.find(path.substr(go.size()));
    return record != nullptr ? moved(url_path(*record), 302) : lost();
  }
  return column_path(request, path, now);
}

HttpResponse SitePages::fixed_file(const HttpRequest& request, std::string_view name) const {
  std::string bytes = "User-agent: *\nAllow: /\nSitemap: " + settings_.base_url + "/sitemap.xml\n";
  for (const auto& [embedded_name, embedded_bytes] : embedded::site_templates) {
    if (embedded_name == name) {
      bytes = embedded_bytes;
    }
  }
  return bytes_answer(
      request, std::make_shared<const std::string>(std::move(bytes)), name, page_policy());
}

// "/tzgg/…": a column, a page of it, a release or a file of a release.
HttpResponse SitePages::column_path(const HttpRequest& request, std::string_view path, Utc now) {
  const size_t slash = path.find('/', 1);
  const std::string_view column =
      path.substr(1, slash == std::string_view::npos ? slash : slash - 1);
  if (slash == std::string_view::npos) {
    return known_column(column) ? moved("/" + std::string(column) + "/") : lost();
  }
  const std::string_view rest = path.substr(slash + 1);
  if (const auto place = place_of_url(path)) {
    const SiteRecord* record = index_.at(place->place);
    if (record != nullptr && record->home == place->home && url_path(*record) == path) {
      return release_page(request, *record, now);
    }
  }
  if (const size_t inner = rest.find('/'); inner != std::string_view::npos) {
    const auto place = place_of_url(std::string(path.substr(0, slash + 1 + inner)) + ".html");
    const SiteRecord* record = place ? index_.at(place->place) : nullptr;
    if (record != nullptr && record->home == column) {
      return file_page(request, *record, rest.substr(inner + 1), now);
    }
  }
  return column_route(request, column, rest);
}

HttpResponse SitePages::column_route(const HttpRequest& request,
                                     std::string_view column,
                                     std::string_view rest) {
  if (known_column(column)) {
    if (rest.empty()) {
      return column_page(request, column, 1);
    }
    if (rest == "index.html" || rest == "index_1.html") {
      return moved("/" + std::string(column) + "/");
    }
    if (rest == "feed.atom" || rest == "feed.json") {
      const std::string name = column_name(column), folder = "/" + std::string(column) + "/";
      return feed(
          request,
          {name + " - " + settings_.name, folder + std::string(rest), folder, std::string(column)});
    }
    const size_t number = page_number(rest);
    if (number > 1 && number <= pages_of(index_.count(column))) {
      return column_page(request, column, number);
    }
  }
  return lost();
}

HttpResponse SitePages::release_page(const HttpRequest& request,
                                     const SiteRecord& record,
                                     Utc now) const {
  if (!index_.shows(record)) {
    return withdrawn_page(record, now);
  }
  Result<std::string> canonical = read_content(dir_, record.content);
  Result<Release> release =
      canonical ? parse_release(*canonical) : Result<Release>(fail(canonical.error()));
  Result<SiteBody> body = release ? site_body(release->body, files_path(record))
                                  : Result<SiteBody>(fail(release.error()));
  if (!body) {
    log::error("site.page_unreadable",
               {{"path", url_path(record)}, {"error", describe(body.error())}});
    return message_page(503, page_word("site_page_busy"), page_word("site_try_later"), nullptr);
  }
  MetaTags meta = site_meta(settings_);
  const std::string name = column_name(record.column);
  meta.emplace_back("ColumnName", name);
  meta.emplace_back("ColumnType", name);
  for (auto& tag : release_meta(*release, record, settings_)) {
    meta.push_back(std::move(tag));
  }
  View view = frame(record.column, shown_title(record), url_path(record), meta);
  set_crumbs(view, record.column, page_word("site_text"));
  view.set("robots", std::string(record.test ? "noindex, nofollow" : ""));
  add_release(view, *release, record, *body, related_groups(record, index_));
  if (const auto qr = qr_svg(settings_.base_url + url_path(record), page_word("site_qr_alt"))) {
    view.set("qr", *qr);
  }
  return page(request, "release", view, "page.html");
}

HttpResponse SitePages::file_page(const HttpRequest& request,
                                  const SiteRecord& record,
                                  std::string_view name,
                                  Utc now) const {
  const auto file = std::find_if(record.files.begin(),
                                 record.files.end(),
                                 [name](const SiteFile& known) { return known.name == name; });
  if (!index_.shows(record)) {
    return withdrawn_page(record, now);
  }
  if (file == record.files.end()) {
    return message_page(404, page_word("site_no_file"), page_word("site_no_file_why"), nullptr);
  }
  const std::string hex = to_hex(file->digest);
  HttpResponse response =
      file_answer(request, dir_ + "/blobs", "/" + hex.substr(0, 2) + "/" + hex, page_policy());
  if (response.status >= 400) {
    return response;
  }
  set_header(response, "Content-Type", file->media_type);
  set_header(response, "ETag", "\"" + hex.substr(0, 32) + "\"");
  const bool in_browser = file->media_type == "application/pdf" ||
                          file->media_type.starts_with("image/") ||
                          file->media_type.starts_with("video/");
  const size_t dot = file->name.rfind('.');
  const std::string ending = dot == std::string::npos ? "" : file->name.substr(dot);
  const std::string shown_name =
      file->display_name + (file->display_name.ends_with(ending) ? "" : ending);
  set_header(response,
             "Content-Disposition",
             std::string(in_browser ? "inline" : "attachment") + "; filename*=UTF-8''" +
                 percent_encode(shown_name));
  return response;
}

// 410 with the public note; one that was replaced leads on, as long as there is something to see.
// Without a note the heading says it all.
HttpResponse SitePages::withdrawn_page(const SiteRecord& record, Utc now) const {
  if (record.standing == Standing::replaced) {
    const SiteRecord* successor = index_.find(record.successor);
    const bool seen = successor != nullptr && successor->standing != Standing::removed;
    const std::string led = seen ? page_sentence("page_see_successor") : std::string();
    return message_page(410,
                        page_word("page_replaced"),
                        record.note.empty() ? led : record.note,
                        seen ? successor : nullptr);
  }
  const bool ended = record.expires && record.expires <= now;
  const std::string why = ended ? page_sentence("page_ended") : std::string();
  return message_page(
      410, page_word("page_withdrawn"), record.note.empty() ? why : record.note, nullptr);
}

HttpResponse SitePages::message_page(int status,
                                     std::string_view heading,
                                     std::string_view text,
                                     const SiteRecord* link) const {
  View view = frame("", heading, "", site_meta(settings_));
  view.set("robots", std::string("noindex"));
  view.set("code", std::to_string(status));
  view.set("heading", std::string(heading));
  view.set("text", std::string(text));
  if (link != nullptr) {
    view.set("link", item_view(*link));
  }
  HttpRequest plain;  // a condition of the request must not turn this into 304
  plain.method = "GET";
  HttpResponse response = page(plain, "message", view, "message.html");
  response.status = status;
  return response;
}

HttpResponse SitePages::lost() const {
  return message_page(404, page_word("site_no_page"), page_word("site_no_page_why"), nullptr);
}

HttpResponse SitePages::page(const HttpRequest& request,
                             std::string_view name,
                             const View& view,
                             std::string_view file) const {
  return bytes_answer(
      request,
      std::make_shared<const std::string>(templates_.find(name)->second.render(view)),
      file,
      page_policy());
}

HttpResponse SitePages::bytes(const HttpRequest& request,
                              std::string text,
                              std::string_view name) const {
  return bytes_answer(
      request, std::make_shared<const std::string>(std::move(text)), name, page_policy());
}

View SitePages::frame(std::string_view column,
                      std::string_view title,
                      std::string_view path,
                      const MetaTags& meta) const {
  View view = frame_view(settings_, columns_, column, title, meta);
  view.set("canonical", path.empty() ? std::string() : settings_.base_url + std::string(path));
  view.set("robots", std::string());
  return view;
}

// The branches above a column, the column, and what this page is within it (empty: the column).
void SitePages::set_crumbs(View& view, std::string_view column, std::string page) const {
  std::vector<View> crumbs;
  const auto add = [&crumbs](std::string path, std::string name) {
    View crumb;
    crumb.set("path", std::move(path));
    crumb.set("name", std::move(name));
    crumb.set("last", false);
    crumbs.push_back(std::move(crumb));
  };
  for (const SiteColumn& known : columns_) {
    if (known.id == column) {
      for (const std::string& above : known.above) {
        add({}, above);
      }
    }
  }
  if (!column.empty()) {
    add(page.empty() ? std::string() : "/" + std::string(column) + "/", column_name(column));
  }
  if (!page.empty()) {
    add({}, std::move(page));
  }
  crumbs.back().set("last", true);
  view.set("crumbs", std::move(crumbs));
}

std::string SitePages::column_name(std::string_view id) const {
  for (const SiteColumn& column : columns_) {
    if (column.id == id) {
      return column.name;
    }
  }
  return std::string(id);
}

bool SitePages::known_column(std::string_view id) const {
  return index_.count(id) > 0 ||
         std::any_of(columns_.begin(), columns_.end(), [id](const SiteColumn& column) {
           return column.id == id;
         });
}

}  // namespace gulou
