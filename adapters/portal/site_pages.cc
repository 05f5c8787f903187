#include "adapters/portal/site_pages.h"

#include "common/base/limits.h"
#include "common/base/log.h"
#include "common/draw/qr.h"
#include "common/http/static_files.h"
#include "common/http/url.h"
#include "common/json/release_json.h"
#include "common/text/catalogue.h"
#include "site_templates_embedded.h"

#include <algorithm>
#include <charconv>

namespace gulou {
namespace {

constexpr Language zh = Language::zh;

// No script, no frame, nothing from elsewhere.
SitePolicy page_policy() {
  SitePolicy policy;
  policy.content_security =
      "default-src 'none'; img-src 'self'; style-src 'self'; media-src 'self'; base-uri 'none'; "
      "form-action 'none'; frame-ancestors 'none'";
  return policy;
}

HttpResponse moved(std::string location, int status = 301) {
  HttpResponse response = text_answer(status, "text/plain; charset=utf-8", "");
  response.add("Location", std::move(location));
  return response;
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

// "index_3.html" -> 3; 0 for anything else.
size_t page_number(std::string_view name) {
  constexpr std::string_view before = "index_", after = ".html";
  if (!name.starts_with(before) || !name.ends_with(after)) {
    return 0;
  }
  const std::string_view digits =
      name.substr(before.size(), name.size() - before.size() - after.size());
  size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size() && !digits.starts_with('0')
             ? number
             : 0;
}

std::string page_path(std::string_view column, size_t number) {
  const std::string folder = "/" + std::string(column) + "/";
  return number <= 1 ? folder : folder + "index_" + std::to_string(number) + ".html";
}

size_t pages_of(size_t items) {
  return std::max<size_t>(1, (items + limits::site_page_items - 1) / limits::site_page_items);
}

// 1 … 4 5 [6] 7 8 … 40
std::vector<View> page_views(std::string_view column, size_t here, size_t last) {
  constexpr size_t around = 2;
  std::vector<View> views;
  bool in_gap = false;
  for (size_t number = 1; number <= last; ++number) {
    const bool shown =
        number == 1 || number == last || (number + around >= here && number <= here + around);
    if (!shown && in_gap) {
      continue;
    }
    in_gap = !shown;
    View view;
    view.set("gap", !shown);
    view.set("number", std::to_string(number));
    view.set("path", page_path(column, number));
    view.set("here", number == here);
    views.push_back(std::move(view));
  }
  return views;
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
      partials.emplace(name.substr(0, dot), bytes);
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

HttpResponse SitePages::answer(const HttpRequest& request, Utc now) {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response =
        text_answer(405, "text/plain; charset=utf-8", "405 Method Not Allowed\n");
    response.add("Allow", "GET, HEAD");
    return response;
  }
  if (const Status fresh = index_.refresh(now); !fresh) {
    log::error("site.index_unreadable", {{"error", describe(fresh.error())}});
    return message_page(503, "网站正在维护", "请稍后再试。", nullptr);
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
  if (path == "/robots.txt" || path == "/style.css" || path == "/mark.svg") {
    return fixed_file(request, path.substr(1));
  }
  if (path == "/sitemap.html") {
    return map_page(request);
  }
  if (path.starts_with("/sitemap") && path.ends_with(".xml")) {
    return sitemap(request, path.substr(1));
  }
  if (path == "/feed.atom") {
    return feed(request, {settings_.name, "/feed.atom", "/", ""});
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
    if (rest == "feed.atom") {
      const std::string name = column_name(column), folder = "/" + std::string(column) + "/";
      return feed(
          request,
          {name + " - " + settings_.name, folder + "feed.atom", folder, std::string(column)});
    }
    const size_t number = page_number(rest);
    if (number > 1 && number <= pages_of(index_.count(column))) {
      return column_page(request, column, number);
    }
  }
  return lost();
}

HttpResponse SitePages::home_page(const HttpRequest& request, Utc now) const {
  View view = frame("", "", "/", site_meta(settings_));
  view.set("is_home", true);
  const auto urgent = index_.urgent({now.ms - limits::site_urgent_ms}, limits::site_urgent_items);
  view.set("has_urgent", !urgent.empty());
  view.set("urgent", item_views(urgent));
  for (const SiteRecord* record : index_.newest("", 0, limits::page_rows_max)) {
    const bool leads = record->kind == Kind::news || record->kind == Kind::policy_document;
    if (leads && record->standing == Standing::live && !record->imported) {
      View headline = item_view(*record);
      headline.set("summary", record->summary);
      view.set("headline", std::move(headline));
      break;
    }
  }
  std::vector<View> cards;
  // Guides last: their tiles take the whole width.
  std::vector<SiteColumn> ordered = columns_;
  std::stable_partition(
      ordered.begin(), ordered.end(), [](const SiteColumn& column) { return !column.guides; });
  for (const SiteColumn& column : ordered) {
    const auto newest = index_.newest(column.id, 0, limits::site_card_items);
    if (newest.empty()) {
      continue;
    }
    View card;
    card.set("id", column.id);
    card.set("name", column.name);
    card.set("path", "/" + column.id + "/");
    card.set("tiles", column.guides);
    card.set("items", item_views(newest));
    cards.push_back(std::move(card));
  }
  view.set("has_cards", !cards.empty());
  view.set("cards", std::move(cards));
  return page(request, "home", view, "index.html");
}

HttpResponse SitePages::column_page(const HttpRequest& request,
                                    std::string_view column,
                                    size_t number) const {
  const size_t count = index_.count(column), last = pages_of(count);
  const std::string name = column_name(column);
  MetaTags meta = site_meta(settings_);
  meta.emplace_back("ColumnName", name);
  for (const SiteColumn& known : columns_) {
    if (known.id == column) {
      meta.emplace_back("ColumnDescription", settings_.name + name + "栏目");
      meta.emplace_back("ColumnKeywords", name);
      meta.emplace_back("ColumnType", known.type);
    }
  }
  const std::string title = number == 1 ? name : name + "（第 " + std::to_string(number) + " 页）";
  View view = frame(column, title, page_path(column, number), meta);
  view.set("column_name", name);
  view.set("feed_title", name + " - " + settings_.name);
  view.set("feed_path", "/" + std::string(column) + "/feed.atom");
  view.set("count", std::to_string(count));
  const auto items =
      index_.newest(column, (number - 1) * limits::site_page_items, limits::site_page_items);
  view.set("has_items", !items.empty());
  view.set("items", item_views(items));
  view.set("has_pages", last > 1);
  view.set("pages", page_views(column, number, last));
  view.set("previous", number > 1 ? page_path(column, number - 1) : std::string());
  view.set("next", number < last ? page_path(column, number + 1) : std::string());
  return page(request, "column", view, "index.html");
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
    return message_page(503, "页面暂时无法显示", "请稍后再试。", nullptr);
  }
  MetaTags meta = site_meta(settings_);
  const std::string name = column_name(record.column);
  meta.emplace_back("ColumnName", name);
  meta.emplace_back("ColumnType", name);
  for (auto& tag : release_meta(*release, record, settings_)) {
    meta.push_back(std::move(tag));
  }
  View view = frame(record.column, shown_title(record), url_path(record), meta);
  view.set("column_name", name);
  view.set("column_path", "/" + record.column + "/");
  view.set("robots", std::string(record.test ? "noindex, nofollow" : ""));
  add_release(view, *release, record, *body, related_groups(record, index_));
  if (const auto qr = qr_svg(settings_.base_url + url_path(record), "本页网址的二维码")) {
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
    return message_page(404, "没有找到这个文件", "您访问的地址有误，或者文件已经更换。", nullptr);
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
HttpResponse SitePages::withdrawn_page(const SiteRecord& record, Utc now) const {
  if (record.standing == Standing::replaced) {
    const SiteRecord* successor = index_.find(record.successor);
    const bool seen = successor != nullptr && successor->standing != Standing::removed;
    const std::string note = !record.note.empty() ? record.note
                             : seen               ? sentence(zh, "page_see_successor", {}, {})
                                                  : sentence(zh, "page_taken_down", {}, {});
    return message_page(410, word(zh, "page_replaced"), note, seen ? successor : nullptr);
  }
  const bool ended = record.expires && record.expires <= now;
  const std::string note = !record.note.empty() ? record.note
                           : ended              ? sentence(zh, "page_ended", {}, {})
                                                : sentence(zh, "page_taken_down", {}, {});
  return message_page(410, word(zh, "page_withdrawn"), note, nullptr);
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
  return message_page(404, "没有找到这个页面", "您访问的地址有误，或者页面已经不在。", nullptr);
}

HttpResponse SitePages::map_page(const HttpRequest& request) const {
  View view = frame("", "网站地图", "/sitemap.html", site_meta(settings_));
  std::vector<View> views;
  for (const SiteColumn& column : columns_) {
    View one;
    one.set("path", "/" + column.id + "/");
    one.set("name", column.name);
    one.set("count", std::to_string(index_.count(column.id)));
    one.set("feed", "/" + column.id + "/feed.atom");
    views.push_back(std::move(one));
  }
  view.set("columns", std::move(views));
  return page(request, "map", view, "sitemap.html");
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

View SitePages::frame(std::string_view column,
                      std::string_view title,
                      std::string_view path,
                      const MetaTags& meta) const {
  View view = frame_view(settings_, columns_, column, title, meta);
  view.set("canonical", path.empty() ? std::string() : settings_.base_url + std::string(path));
  view.set("robots", std::string());
  return view;
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
