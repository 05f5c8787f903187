#include "adapters/portal/site_view.h"

#include "adapters/portal/site_words.h"
#include "adapters/sdk/content.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

namespace gulou {
namespace {

constexpr Language zh = Language::zh;

// Order of the navigation.
constexpr auto kind_order = std::to_array<Kind>({Kind::news,
                                                 Kind::policy_document,
                                                 Kind::interpretation,
                                                 Kind::notice,
                                                 Kind::public_notice,
                                                 Kind::service_guide,
                                                 Kind::reply,
                                                 Kind::clarification,
                                                 Kind::organisation,
                                                 Kind::report,
                                                 Kind::other});

size_t rank_of(const Column& column) {
  const Kind first = column.kinds.empty() ? Kind::other : column.kinds.front();
  return static_cast<size_t>(std::find(kind_order.begin(), kind_order.end(), first) -
                             kind_order.begin());
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) {
    text += text.empty() ? "" : between;
    text += word;
  }
  return text;
}

std::string word_or_empty(std::string_view group, std::string_view name, bool present) {
  return present ? std::string(word(zh, group, name)) : std::string();
}

std::string issuers_of(const Release& release) {
  std::string names = release.issuer.name;
  for (const Party& party : release.joint_issuers) {
    names += "、" + party.name;
  }
  return names;
}

void add_named(std::vector<View>& views, std::string_view key, std::string value) {
  if (value.empty()) {
    return;
  }
  View view;
  view.set("name", std::string(word(zh, "field", key)));
  view.set("value", std::move(value));
  views.push_back(std::move(view));
}

void set_lines(View& view, std::string name, std::string_view text) {
  std::vector<View> views;
  for (std::string& line : lines_of(text)) {
    views.emplace_back(std::move(line));
  }
  view.set(std::move(name), std::move(views));
}

struct CatalogueRow {
  std::string_view key;
  std::string value;
  bool wide = false;
  bool always = false;  // on policy documents also where empty
};

std::vector<CatalogueRow> catalogue_of(const Release& release, const SiteRecord& record) {
  const bool has_type = release.disclosure_type != DisclosureType::none;
  const Validity validity = shown_validity(record);
  const bool has_validity = validity != Validity::none;
  return {
      {"index_no", record.index_no, false, true},
      {"subject", joined(release.subject, " / "), false, true},
      {"issuer", issuers_of(release), false, true},
      {"written_on", release.written_on, false, true},
      {"title", release.title, true, true},
      {"doc_no", release.doc_no, false, true},
      {"published_on", format_shanghai(record.published_on), false, true},
      {"validity", word_or_empty("validity", name_of(validity), has_validity), false, true},
      {"disclosure_type",
       word_or_empty("disclosure", name_of(release.disclosure_type), has_type),
       false,
       true},
      {"effective_on", release.effective_on},
      {"expires_on", release.expires_on},
      {"abolished_by", release.abolished_by},
      {"assembly_class", release.assembly_class},
      {"keywords", joined(release.keywords, "，"), true, true},
  };
}

void set_cell(View& row, int number, const CatalogueRow& cell) {
  const std::string suffix = "_" + std::to_string(number);
  row.set("name" + suffix, std::string(word(zh, "field", cell.key)));
  row.set("value" + suffix, cell.value.empty() ? std::string("—") : cell.value);
}

// Two fields a row, wide ones alone.
std::vector<View> catalogue_views(std::vector<CatalogueRow> cells, bool complete) {
  std::erase_if(cells, [complete](const CatalogueRow& c) {
    return c.value.empty() && !(complete && c.always);
  });
  std::vector<View> rows;
  for (size_t i = 0; i < cells.size(); ++i) {
    View row;
    const bool pair = !cells[i].wide && i + 1 < cells.size() && !cells[i + 1].wide;
    set_cell(row, 1, cells[i]);
    row.set("wide", !pair);
    if (pair) {
      set_cell(row, 2, cells[++i]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string_view incoming_heading(RelationKind kind) {
  switch (kind) {
    case RelationKind::interprets:
      return word(zh, "relation_interpreted_by");
    case RelationKind::phase_of:
    case RelationKind::clarifies:
    case RelationKind::corrects:
    case RelationKind::repeals:
    case RelationKind::replaces:
      return word(zh, "relation_back", name_of(kind));
    case RelationKind::related:
      return word(zh, "relation_related");
  }
  return {};
}

View banner_view(std::string_view label, std::string_view text) {
  View banner;
  banner.set("label", std::string(label));
  banner.set("text", std::string(text));
  return banner;
}

std::vector<View> banner_views(const Release& release,
                               const SiteRecord& record,
                               const std::vector<RelatedGroup>& related) {
  Validity validity = shown_validity(record);
  if (validity != Validity::invalid && validity != Validity::repealed &&
      validity != Validity::amended) {
    return {};
  }
  std::string text = record.standing == Standing::invalid ? record.note : std::string();
  if (text.empty()) {
    text = validity == Validity::amended ? sentence(zh, "page_banner_amended", {}, {})
                                         : invalid_text();
  }
  if (!release.abolished_by.empty()) {
    text += page_sentence("page_banner_by", release.abolished_by);
  }
  for (const RelatedGroup& group : related) {
    const bool repealing = group.heading == incoming_heading(RelationKind::repeals);
    if (repealing || group.heading == incoming_heading(RelationKind::replaces)) {
      text += page_sentence("page_banner_see", group.records.front()->title);
    }
    validity = repealing ? Validity::repealed : validity;
  }
  return {banner_view(word(zh, "banner", name_of(validity)), text)};
}

// Both days count.
int64_t days_of(const PublicNoticePart& notice) {
  const auto from = parse_shanghai_date(notice.period_from);
  const auto to = parse_shanghai_date(notice.period_to);
  constexpr int64_t day_ms = 24LL * 3600 * 1000;
  return from && to && *to >= *from ? (to->ms - from->ms) / day_ms + 1 : 0;
}

void add_kind_fields(View& page, const Release& release) {
  if (release.public_notice) {
    View period;
    period.set("from", release.public_notice->period_from);
    period.set("to", release.public_notice->period_to);
    period.set("feedback", release.public_notice->feedback);
    const int64_t days = days_of(*release.public_notice);
    period.set("days", days > 0 ? page_sentence("page_days", std::to_string(days)) : std::string());
    page.set("period", std::move(period));
  }
  if (release.interpretation &&
      !(release.interpretation->phase + release.interpretation->drafting_unit).empty()) {
    View interpretation;
    interpretation.set("phase", release.interpretation->phase);
    interpretation.set("drafting_unit", release.interpretation->drafting_unit);
    page.set("interpretation", std::move(interpretation));
  }
  if (release.reply) {
    const ReplyPart& part = *release.reply;
    std::vector<View> facts;
    add_named(facts, "letter_no", part.letter_no);
    add_named(facts, "letter_class", part.letter_class);
    add_named(facts, "received_on", part.received_on);
    add_named(facts, "replied_on", part.replied_on);
    add_named(facts, "responsible_unit", part.responsible_unit);
    const bool rated = part.satisfaction != Satisfaction::none;
    add_named(
        facts, "satisfaction", word_or_empty("satisfaction", name_of(part.satisfaction), rated));
    View reply;
    reply.set("facts", std::move(facts));
    set_lines(reply, "question", part.question);
    set_lines(reply, "answer", part.answer);
    page.set("reply", std::move(reply));
  }
}

void add_guide(View& page, const Release& release) {
  std::vector<View> views;
  View item;
  item.set("name", page_word("site_item_name"));
  set_lines(item, "lines", release.title);
  views.push_back(std::move(item));
  for (const sdk::Particular& element : sdk::guide_elements(release)) {
    View view;
    view.set("name", std::string(sdk::label(element.key)));
    set_lines(view, "lines", element.text);
    views.push_back(std::move(view));
  }
  View guide;
  guide.set("elements", std::move(views));
  page.set("guide", std::move(guide));
}

std::string ending_of(std::string_view name) {
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string() : std::string(name.substr(dot));
}

void add_files(View& page, const SiteRecord& record, const SiteBody& body) {
  std::vector<View> files;
  for (const SiteFile& file : record.files) {
    if (file.media_type.starts_with("image/") && body.attachments.contains(file.name)) {
      continue;
    }
    View view;
    const std::string ending = ending_of(file.name);
    const bool in_browser =
        file.media_type == "application/pdf" || file.media_type.starts_with("image/");
    view.set("path", files_path(record) + file.name);
    view.set("name", file.display_name);
    view.set("download",
             in_browser ? std::string()
                        : file.display_name + (file.display_name.ends_with(ending) ? "" : ending));
    view.set("type", readable_type(file.media_type));
    view.set("size", readable_size(file.size_bytes));
    files.push_back(std::move(view));
  }
  page.set("has_files", !files.empty());
  page.set("files", std::move(files));
}

void add_related(std::vector<RelatedGroup>& groups,
                 std::string_view heading,
                 const SiteRecord& other) {
  const auto same =
      std::find_if(groups.begin(), groups.end(), [heading](const RelatedGroup& group) {
        return group.heading == heading;
      });
  RelatedGroup& group =
      same != groups.end() ? *same : groups.emplace_back(RelatedGroup{std::string(heading), {}});
  if (std::find(group.records.begin(), group.records.end(), &other) == group.records.end()) {
    group.records.push_back(&other);
  }
}

void set_foot(View& page, const SiteSettings& settings) {
  const auto facts = std::to_array<std::pair<std::string_view, const std::string*>>({
      {"site_organiser", &settings.organiser},
      {"site_contractor", &settings.contractor},
      {"site_phone", &settings.phone},
      {"site_address", &settings.address},
  });
  std::string line;
  for (const auto& [key, text] : facts) {
    if (!text->empty()) {
      line += line.empty() ? "" : "　";
      line += page_word(key) + *text;
    }
  }
  page.set("foot_lines", line.empty() ? View::List() : View::List{View(std::move(line))});
  page.set("id_code", settings.id_code);
  page.set("icp_no", settings.icp_no);
  page.set("police_no", settings.police_no);
  page.set("has_numbers", !(settings.id_code + settings.icp_no + settings.police_no).empty());
  page.set("party_mark_url", settings.party_mark_url);
  page.set("find_error_url", settings.find_error_url);
}

View column_link(const SiteColumn& column, std::string_view current) {
  View view;
  view.set("path", "/" + column.id + "/");
  view.set("name", column.name);
  view.set("current", std::string(column.id == current ? "true" : ""));
  return view;
}

// Columns of one section under one menu; a section of one column, and a column without, as it is.
void set_nav(View& page, const std::vector<SiteColumn>& columns, std::string_view current) {
  std::vector<View> nav;
  std::set<std::string_view> done;
  for (const SiteColumn& column : columns) {
    std::vector<View> items;
    bool inside = false;
    for (const SiteColumn& other : columns) {
      if (!column.section.empty() && other.section == column.section) {
        items.push_back(column_link(other, current));
        inside |= other.id == current;
      }
    }
    if (items.size() < 2) {
      nav.push_back(column_link(column, current));
    } else if (done.insert(column.section).second) {
      View group;
      group.set("section", column.section);
      group.set("inside", inside);
      group.set("items", std::move(items));
      View entry;
      entry.set("path", std::string());
      entry.set("group", std::move(group));
      nav.push_back(std::move(entry));
    }
  }
  page.set("nav", std::move(nav));
}

}  // namespace

std::vector<SiteColumn> site_columns(const std::map<std::string, Column, std::less<>>& columns) {
  std::vector<const Column*> sorted;
  sorted.reserve(columns.size());
  for (const auto& [id, column] : columns) {
    sorted.push_back(&column);
  }
  std::sort(sorted.begin(), sorted.end(), [](const Column* a, const Column* b) {
    return std::pair(rank_of(*a), a->id) < std::pair(rank_of(*b), b->id);
  });
  std::vector<SiteColumn> result;
  result.reserve(sorted.size());
  for (const Column* column : sorted) {
    const Kind kind = column->kinds.empty() ? Kind::other : column->kinds.front();
    SiteColumn one{.id = column->id,
                   .name = column->name,
                   .type = std::string(word(zh, "kind", name_of(kind))),
                   .above = column->path,
                   .guides = kind == Kind::service_guide};
    if (!one.above.empty()) {
      one.above.pop_back();  // the column itself
    }
    one.section = one.above.empty() ? std::string() : one.above.front();
    result.push_back(std::move(one));
  }
  return result;
}

std::vector<View> column_tree(const std::vector<SiteColumn>& columns,
                              std::string_view current,
                              const std::function<void(View&, const SiteColumn&)>& add) {
  std::vector<View> branches;
  std::vector<std::string> done;
  for (const SiteColumn& first : columns) {
    const std::string branch = joined(first.above, " · ");
    if (std::ranges::find(done, branch) != done.end()) {
      continue;
    }
    done.push_back(branch);
    View::List items;
    for (const SiteColumn& column : columns) {
      if (joined(column.above, " · ") == branch) {
        View item = column_link(column, current);
        add(item, column);
        items.push_back(std::move(item));
      }
    }
    View view;
    view.set("section", branch.empty() ? page_word("site_other") : branch);
    view.set("items", std::move(items));
    branches.push_back(std::move(view));
  }
  return branches;
}

// A withdrawal that marks it invalid stands over what the release says of itself.
Validity shown_validity(const SiteRecord& record) {
  return record.standing == Standing::invalid && record.validity != Validity::repealed
             ? Validity::invalid
             : record.validity;
}

std::string invalid_text() {
  return sentence(zh, "page_banner_invalid", {}, {});
}

std::string shown_title(const SiteRecord& record) {
  return record.test ? "【" + std::string(word(zh, "noun_drill")) + "】" + record.title
                     : record.title;
}

std::string domain_of(const SiteSettings& settings) {
  if (!settings.domain.empty()) {
    return settings.domain;
  }
  const size_t host = settings.base_url.find("//");
  const std::string rest =
      host == std::string::npos ? settings.base_url : settings.base_url.substr(host + 2);
  return rest.substr(0, rest.find_first_of(":/"));
}

View item_view(const SiteRecord& record) {
  const Validity validity = shown_validity(record);
  const bool invalid = validity == Validity::invalid || validity == Validity::repealed;
  View view;
  view.set("path", url_path(record));
  view.set("title", shown_title(record));
  view.set("date", format_shanghai(record.published_on));
  view.set("datetime", format_utc(record.published_on));
  view.set("is_urgent", record.urgent);
  view.set("validity_tag", word_or_empty("validity", name_of(validity), invalid));
  return view;
}

std::vector<View> item_views(const std::vector<const SiteRecord*>& records) {
  std::vector<View> views;
  views.reserve(records.size());
  for (const SiteRecord* record : records) {
    views.push_back(item_view(*record));
  }
  return views;
}

MetaTags site_meta(const SiteSettings& settings) {
  return {{"SiteName", settings.name},
          {"SiteDomain", domain_of(settings)},
          {"SiteIDCode", settings.id_code}};
}

MetaTags release_meta(const Release& release,
                      const SiteRecord& record,
                      const SiteSettings& settings) {
  return {{"ArticleTitle", release.title},
          {"PubDate", format_shanghai(record.published_on)},
          {"ContentSource", release.source.empty() ? release.issuer.name : release.source},
          {"Keywords", joined(release.keywords, ",")},
          {"Author", release.issuer.name},
          {"Description", release.summary.empty() ? release.title : release.summary},
          {"Url", settings.base_url + url_path(record)},
          // What read-back looks for: the page shows exactly the bytes that were approved.
          {"ContentDigest", to_hex(record.digest)}};
}

View frame_view(const SiteSettings& settings,
                const std::vector<SiteColumn>& columns,
                std::string_view column,
                std::string_view page_title,
                const MetaTags& meta) {
  View page;
  page.set("site_name", settings.name);
  page.set("site_line", settings.line);
  page.set("page_title",
           page_title.empty() ? settings.name : std::string(page_title) + " - " + settings.name);
  std::vector<View> tags;
  for (const auto& [name, content] : meta) {
    if (!content.empty()) {
      View tag;
      tag.set("name", name);
      tag.set("content", content);
      tags.push_back(std::move(tag));
    }
  }
  page.set("meta", std::move(tags));
  set_nav(page, columns, column);
  page.set("is_home", false);
  page.set("is_catalogue", false);
  page.set("feed_title", settings.name);
  page.set("feed_path", std::string("/"));
  set_foot(page, settings);
  return page;
}

std::vector<RelatedGroup> related_groups(const SiteRecord& record, const SiteIndex& index) {
  std::vector<RelatedGroup> groups;
  for (const Relation& relation : record.relations) {
    const SiteRecord* target = index.find(relation.target);
    if (target != nullptr && index.shows(*target) && (record.test || !target->test)) {
      add_related(groups, word(zh, "relation", name_of(relation.kind)), *target);
    }
  }
  for (const SiteIndex::Incoming& incoming : index.incoming(record.publication, record.test)) {
    add_related(groups, incoming_heading(incoming.kind), *incoming.from);
  }
  return groups;
}

void add_release(View& page,
                 const Release& release,
                 const SiteRecord& record,
                 const SiteBody& body,
                 const std::vector<RelatedGroup>& related) {
  page.set("drill", record.test ? sentence(zh, "page_drill_note", {}, {}) : std::string());
  page.set("is_urgent", record.urgent);
  page.set("banner", banner_views(release, record, related));
  page.set("title", shown_title(record));
  page.set("doc_no", release.doc_no);
  page.set("date", format_shanghai(record.published_on));
  page.set("datetime", format_utc(record.published_on));
  if (release.revision > 1 && record.revised_at != record.published_on && !record.imported) {
    View revised;
    revised.set("date", format_shanghai(record.revised_at));
    revised.set("datetime", format_utc(record.revised_at));
    revised.set("revision", page_sentence("page_revision", std::to_string(release.revision)));
    page.set("revised", std::move(revised));
  }
  page.set("source", release.source.empty() ? release.issuer.name : release.source);
  page.set(
      "imported_from",
      release.imported ? page_sentence("page_imported", release.imported->from) : std::string());
  page.set("summary", release.summary);
  page.set("change_note", release.revision > 1 ? release.change_note : std::string());
  add_kind_fields(page, release);
  if (release.service_guide) {
    add_guide(page, release);
  }
  page.set("body", body.html);
  add_files(page, record, body);
  std::vector<View> groups;
  for (size_t i = 0; i < related.size(); ++i) {
    View group;
    group.set("anchor", "related-" + std::to_string(i + 1));
    group.set("heading", related[i].heading);
    group.set("items", item_views(related[i].records));
    groups.push_back(std::move(group));
  }
  page.set("related", std::move(groups));
  const bool document = release.kind == Kind::policy_document;
  std::vector<View> catalogue = catalogue_views(catalogue_of(release, record), document);
  page.set("catalogue_first", document);
  page.set("has_catalogue", !catalogue.empty());
  page.set("catalogue", std::move(catalogue));
}

}  // namespace gulou
