// What machines read: Atom feeds (RFC 4287, withdrawals as tombstones of RFC 6721) and sitemaps.
#include "adapters/portal/site_pages.h"
#include "common/base/limits.h"
#include "common/json/writer.h"

#include <algorithm>

namespace gulou {
namespace {

// Feeds without an entry still need an instant; this one says "never".
constexpr Utc epoch{1};

View link_view(std::string_view rel,
               std::string type,
               std::string length,
               std::string title,
               std::string href) {
  View view;
  view.set("rel", std::string(rel));
  view.set("type", std::move(type));
  view.set("length", std::move(length));
  view.set("title", std::move(title));
  view.set("href", std::move(href));
  return view;
}

// Its text, its standing or its place in time: what a reader has seen before is out of date.
Utc changed_at(const SiteRecord& record) {
  return std::max({record.revised_at, record.published_on, record.withdrawn_at});
}

View entry_view(const SiteRecord& record,
                const SiteIndex& index,
                const std::string& base,
                std::string column_name) {
  View view;
  view.set("title", record.title);
  view.set("url", base + url_path(record));
  view.set("published", format_utc(record.published_on));
  view.set("updated", format_utc(changed_at(record)));
  view.set("issuer", record.issuer);
  view.set("column", record.column);
  view.set("column_name", std::move(column_name));
  view.set("summary", record.summary);
  std::vector<View> links;
  for (const SiteFile& file : record.files) {
    links.push_back(link_view("enclosure",
                              file.media_type,
                              std::to_string(file.size_bytes),
                              file.display_name,
                              base + files_path(record) + file.name));
  }
  for (const RelatedGroup& group : related_groups(record, index)) {
    for (const SiteRecord* other : group.records) {
      links.push_back(link_view("related", "text/html", "", other->title, base + url_path(*other)));
    }
  }
  view.set("links", std::move(links));
  return view;
}

}  // namespace

// JSON Feed 1.1; what is gone is named by its address alone, as _gulou.withdrawn.
HttpResponse SitePages::json_feed(const HttpRequest& request, const Feed& feed) const {
  const std::string& base = settings_.base_url;
  JsonWriter out;
  out.begin_object().member("version", "https://jsonfeed.org/version/1.1");
  out.member("title", feed.title).member("home_page_url", base + feed.page);
  out.member("feed_url", base + feed.path).member("language", "zh-CN");
  out.key("items").begin_array();
  for (const SiteRecord* record : index_.newest(feed.column, 0, limits::site_feed_items)) {
    out.begin_object().member("id", base + url_path(*record));
    out.member("url", base + url_path(*record)).member("title", record->title);
    out.member("content_text", record->summary.empty() ? record->title : record->summary);
    out.text_member("summary", record->summary);
    out.member("date_published", format_utc(record->published_on));
    out.member("date_modified", format_utc(changed_at(*record)));
    if (!record->issuer.empty()) {
      out.key("authors").begin_array().begin_object();
      out.member("name", record->issuer).end_object().end_array();
    }
    out.key("tags").begin_array().value(column_name(record->column)).end_array();
    out.key("attachments").begin_array();
    for (const SiteFile& file : record->files) {
      out.begin_object().member("url", base + files_path(*record) + file.name);
      out.member("mime_type", file.media_type).member("title", file.display_name);
      out.member("size_in_bytes", file.size_bytes).end_object();
    }
    out.end_array().end_object();
  }
  out.end_array().key("_gulou").begin_object().key("withdrawn").begin_array();
  for (const SiteRecord* record : index_.removed(feed.column, limits::site_feed_items)) {
    out.begin_object().member("id", base + url_path(*record));
    out.member("when", format_utc(record->withdrawn_at)).end_object();
  }
  out.end_array().end_object().end_object();
  HttpResponse response = bytes(request, out.take(), "feed.json");
  set_header(response, "Content-Type", "application/feed+json; charset=utf-8");
  return response;
}

HttpResponse SitePages::feed(const HttpRequest& request, const Feed& feed) const {
  if (feed.path.ends_with(".json")) {
    return json_feed(request, feed);
  }
  View view;
  view.set("title", feed.title);
  view.set("self", settings_.base_url + feed.path);
  view.set("page", settings_.base_url + feed.page);
  view.set("author", settings_.organiser.empty() ? settings_.name : settings_.organiser);
  Utc updated = epoch;
  std::vector<View> entries;
  for (const SiteRecord* record : index_.newest(feed.column, 0, limits::site_feed_items)) {
    updated = std::max(updated, changed_at(*record));
    entries.push_back(entry_view(*record, index_, settings_.base_url, column_name(record->column)));
  }
  std::vector<View> deleted;
  for (const SiteRecord* record : index_.removed(feed.column, limits::site_feed_items)) {
    updated = std::max(updated, record->withdrawn_at);
    View gone;
    gone.set("url", settings_.base_url + url_path(*record));
    gone.set("when", format_utc(record->withdrawn_at));
    deleted.push_back(std::move(gone));
  }
  view.set("updated", format_utc(updated));
  view.set("entries", std::move(entries));
  view.set("deleted", std::move(deleted));
  return page(request, "feed", view, "feed.atom");
}

// sitemap.xml lists sitemap-1.xml … with 10,000 addresses each, the first also home and columns.
HttpResponse SitePages::sitemap(const HttpRequest& request, std::string_view name) const {
  const size_t total = index_.count("");
  const size_t maps =
      std::max<size_t>(1, (total + limits::site_sitemap_urls - 1) / limits::site_sitemap_urls);
  View view;
  std::vector<View> views;
  const auto add = [&views](std::string loc, std::string lastmod) {
    View one;
    one.set("loc", std::move(loc));
    one.set("lastmod", std::move(lastmod));
    views.push_back(std::move(one));
  };
  if (name == "sitemap.xml") {
    for (size_t number = 1; number <= maps; ++number) {
      add(settings_.base_url + "/sitemap-" + std::to_string(number) + ".xml", {});
    }
    view.set("maps", std::move(views));
    return page(request, "sitemap_index", view, "sitemap.xml");
  }
  size_t number = 1;
  while (number <= maps && name != "sitemap-" + std::to_string(number) + ".xml") {
    ++number;
  }
  if (number > maps) {
    return lost();
  }
  if (number == 1) {
    add(settings_.base_url + "/", {});
    for (const SiteColumn& column : columns_) {
      add(settings_.base_url + "/" + column.id + "/", {});
    }
  }
  const size_t skip = (number - 1) * limits::site_sitemap_urls;
  for (const SiteRecord* record : index_.newest("", skip, limits::site_sitemap_urls)) {
    add(settings_.base_url + url_path(*record), format_utc(changed_at(*record)));
  }
  view.set("urls", std::move(views));
  return page(request, "sitemap", view, "sitemap.xml");
}

}  // namespace gulou
