// Pages that lead to others: home, columns, the site map, search, and the catalogue of disclosed
// information with the index that search and its filters read.
#include "adapters/portal/site_pages.h"
#include "adapters/portal/site_words.h"
#include "common/base/limits.h"
#include "common/http/static_files.h"
#include "common/json/writer.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace gulou {
namespace {

std::string page_path(const std::string& folder, size_t number) {
  return number <= 1 ? folder : folder + "index_" + std::to_string(number) + ".html";
}

// 1 … 4 5 [6] 7 8 … 40
std::vector<View> page_views(const std::string& folder, size_t here, size_t last) {
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
    view.set("path", page_path(folder, number));
    view.set("here", number == here);
    view.set("label", page_sentence("page_number", std::to_string(number)));
    views.push_back(std::move(view));
  }
  return views;
}

void set_pages(View& view, const std::string& folder, size_t number, size_t last) {
  view.set("has_pages", last > 1);
  view.set("pages", page_views(folder, number, last));
  view.set("previous", number > 1 ? page_path(folder, number - 1) : std::string());
  view.set("next", number < last ? page_path(folder, number + 1) : std::string());
}

std::string numbered(const std::string& title, size_t number) {
  return number == 1 ? title : page_sentence("page_title_number", title, std::to_string(number));
}

std::string validity_word(const SiteRecord& record) {
  const Validity validity = shown_validity(record);
  return validity == Validity::none ? std::string()
                                    : page_word("validity_" + std::string(name_of(validity)));
}

// As page/index.ts reads it.
void write_entry(JsonWriter& out, const SiteRecord& record, const std::string& column_name) {
  const Validity validity = shown_validity(record);
  out.begin_object().member("url", url_path(record)).member("title", record.title);
  out.text_member("summary", record.summary).text_member("doc_no", record.doc_no);
  out.text_member("index_no", record.index_no).text_member("issuer", record.issuer);
  out.member("column", record.column).member("column_name", column_name);
  out.text_member("subject", record.subject).member("year", year_of(record));
  out.text_member("written_on", record.written_on);
  out.member("published_on", format_shanghai(record.published_on));
  if (validity != Validity::none) {
    out.member("validity", name_of(validity)).member("validity_name", validity_word(record));
  }
  if (record.expires) {
    out.member("expires", record.expires.ms);
  }
  if (record.proactive) {
    out.member("register", true);
  }
  out.end_object();
}

template <class Facet>
View::List names_in(const Facet& facet) {
  View::List names;
  for (const auto& [name, count] : facet) {
    names.emplace_back(name);
  }
  return names;
}

}  // namespace

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

std::string chunk_path(uint64_t segment) {
  return "/search/" + std::to_string(segment) + ".json";
}

size_t pages_of(size_t items) {
  return std::max<size_t>(1, (items + limits::site_page_items - 1) / limits::site_page_items);
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
  const size_t count = index_.count(column);
  const std::string name = column_name(column);
  MetaTags meta = site_meta(settings_);
  meta.emplace_back("ColumnName", name);
  for (const SiteColumn& known : columns_) {
    if (known.id == column) {
      meta.emplace_back("ColumnDescription",
                        page_sentence("page_column_about", settings_.name, name));
      meta.emplace_back("ColumnKeywords", name);
      meta.emplace_back("ColumnType", known.type);
    }
  }
  const std::string folder = "/" + std::string(column) + "/";
  View view = frame(column, numbered(name, number), page_path(folder, number), meta);
  view.set("column_name", name);
  view.set("feed_title", name + " - " + settings_.name);
  view.set("feed_path", folder);
  view.set("tree", section_of(column));
  set_crumbs(view, column, {});
  view.set("count", page_sentence("page_count", std::to_string(count)));
  const auto items =
      index_.newest(column, (number - 1) * limits::site_page_items, limits::site_page_items);
  view.set("has_items", !items.empty());
  view.set("items", item_views(items));
  set_pages(view, folder, number, pages_of(count));
  return page(request, "column", view, "index.html");
}

// Only the branches of the column's own section.
std::vector<View> SitePages::section_of(std::string_view column) const {
  std::string section;
  for (const SiteColumn& known : columns_) {
    section = known.id == column ? known.section : section;
  }
  std::vector<SiteColumn> near;
  std::ranges::copy_if(columns_, std::back_inserter(near), [&section](const SiteColumn& known) {
    return known.section == section;
  });
  return column_tree(near, column, [](View&, const SiteColumn&) {});
}

HttpResponse SitePages::map_page(const HttpRequest& request) const {
  const std::string title = page_word("page_sitemap");
  View view = frame("", title, "/sitemap.html", site_meta(settings_));
  set_crumbs(view, "", title);
  view.set("tree", column_tree(columns_, "", [this](View& item, const SiteColumn& column) {
             item.set("count",
                      page_sentence("page_count", std::to_string(index_.count(column.id))));
           }));
  return page(request, "map", view, "sitemap.html");
}

HttpResponse SitePages::search_page(const HttpRequest& request) const {
  const std::string title = page_word("site_search_title");
  View view = frame("", title, "/search.html", site_meta(settings_));
  set_crumbs(view, "", title);
  View::List columns;
  for (const SiteColumn& column : columns_) {
    View one;
    one.set("id", column.id);
    one.set("name", column.name);
    columns.push_back(std::move(one));
  }
  view.set("columns", std::move(columns));
  return page(request, "search", view, "search.html");
}

// "/search/index.json" names the chunks; a chunk is what one segment lists, so a publication
// changes one of them.
HttpResponse SitePages::search_index(const HttpRequest& request, std::string_view path) const {
  JsonWriter out;
  if (path == "/search/index.json") {
    out.begin_object().key("chunks").begin_array();
    for (const uint64_t number : index_.segments()) {
      out.value(chunk_path(number));
    }
    return bytes(request, out.end_array().end_object().take(), "index.json");
  }
  for (const uint64_t number : index_.segments()) {
    if (path == chunk_path(number)) {
      out.begin_object().key("entries").begin_array();
      for (const SiteRecord* record : index_.segment(number)) {
        write_entry(out, *record, column_name(record->column));
      }
      return bytes(request, out.end_array().end_object().take(), "chunk.json");
    }
  }
  return lost();
}

HttpResponse SitePages::register_route(const HttpRequest& request, std::string_view rest) const {
  if (rest.empty()) {
    return register_page(request, 1);
  }
  const size_t number = page_number(rest);
  return number > 1 && number <= pages_of(index_.count(SiteIndex::the_register))
             ? register_page(request, number)
             : lost();
}

HttpResponse SitePages::register_page(const HttpRequest& request, size_t number) const {
  const std::string folder = "/catalogue/", title = page_word("noun_catalogue");
  const size_t count = index_.count(SiteIndex::the_register);
  View view = frame("", numbered(title, number), page_path(folder, number), site_meta(settings_));
  set_crumbs(view, "", title);
  view.set("is_catalogue", true);
  view.set("count", page_sentence("page_count", std::to_string(count)));
  const SiteIndex::Facets& facets = index_.facets();
  view.set("subjects", names_in(facets.subjects));
  view.set("years", names_in(facets.years));
  view.set("issuers", names_in(facets.issuers));
  View::List validities;
  for (const Validity validity : {Validity::valid,
                                  Validity::amended,
                                  Validity::not_yet,
                                  Validity::invalid,
                                  Validity::repealed}) {
    View one;
    one.set("id", name_of(validity));
    one.set("name", page_word("validity_" + std::string(name_of(validity))));
    validities.push_back(std::move(one));
  }
  view.set("validities", std::move(validities));
  View::List rows;
  for (const SiteRecord* record : index_.newest(SiteIndex::the_register,
                                                (number - 1) * limits::site_page_items,
                                                limits::site_page_items)) {
    View row = item_view(*record);
    row.set("index_no", record->index_no);
    row.set("summary", record->summary);
    row.set("doc_no", record->doc_no);
    row.set("issuer", record->issuer);
    row.set("written_on", record->written_on);
    row.set("validity", validity_word(*record));
    rows.push_back(std::move(row));
  }
  view.set("rows", std::move(rows));
  set_pages(view, folder, number, pages_of(count));
  return page(request, "register", view, "index.html");
}

}  // namespace gulou
