#include "adapters/portal/wordpress_text.h"

#include "adapters/portal/cms_text.h"
#include "adapters/portal/site_words.h"
#include "common/html/escape.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace gulou {
namespace {

constexpr size_t slug_bytes_max = 150;  // WordPress keeps 200 and adds to them
constexpr size_t sum_chars = 8;         // cms_key() ends in them

constexpr std::string_view open_block = "<!-- wp:html -->\n";
constexpr std::string_view close_block = "\n<!-- /wp:html -->";
constexpr std::string_view banner_begin = "<!--gulou-banner-->";
constexpr std::string_view banner_end = "<!--/gulou-banner-->";
constexpr std::string_view related_begin = "<!--gulou-related-->";
constexpr std::string_view related_end = "<!--/gulou-related-->";
constexpr std::string_view standing_valid = "data-gulou-standing=\"valid\"";
constexpr std::string_view standing_invalid = "data-gulou-standing=\"invalid\"";

std::string numeric(char c) {
  return "&#" + std::to_string(static_cast<int>(c)) + ";";
}

// Signs that WordPress reads as the beginning of something: quotes, dashes, "...", "2x3", [word],
// http: on a line of its own, smileys, (c).
bool is_read(std::string_view text, size_t at) {
  const char c = text[at];
  if (std::string_view("\"'`-[]():").find(c) != std::string_view::npos) {
    return true;
  }
  const char before = at == 0 ? ' ' : text[at - 1];
  const char after = at + 1 == text.size() ? ' ' : text[at + 1];
  if (c == '.') {
    return before == '.' || after == '.';
  }
  return c == 'x' && before >= '0' && before <= '9';
}

// "&amp;" at `at`; empty where none stands.
std::string_view reference_at(std::string_view text, size_t at) {
  constexpr size_t reference_bytes_max = 10;
  const size_t end = text.find(';', at);
  return end == std::string_view::npos || end - at > reference_bytes_max
             ? std::string_view()
             : text.substr(at, end + 1 - at);
}

std::string_view attribute(std::string_view raw, std::string_view name) {
  const std::string opening = std::string(name) + "=\"";
  const size_t at = raw.find(opening);
  if (at == std::string_view::npos) {
    return {};
  }
  const std::string_view rest = raw.substr(at + opening.size());
  return rest.substr(0, rest.find('"'));
}

std::string between(std::string_view raw, std::string_view begin, std::string_view end) {
  const size_t from = raw.find(begin);
  const size_t to = from == std::string_view::npos ? from : raw.find(end, from);
  return to == std::string_view::npos
             ? std::string()
             : std::string(raw.substr(from + begin.size(), to - from - begin.size()));
}

std::string between_replaced(std::string_view raw,
                             std::string_view begin,
                             std::string_view end,
                             std::string_view with) {
  const size_t from = raw.find(begin);
  const size_t to = from == std::string_view::npos ? from : raw.find(end, from);
  if (to == std::string_view::npos) {
    return std::string(raw);  // changed by hand: nothing of it is ours any more
  }
  return std::string(raw.substr(0, from + begin.size())).append(with).append(raw.substr(to));
}

std::vector<WordpressRelation> relations_in(std::string_view text) {
  std::vector<WordpressRelation> relations;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const size_t colon = one.find(':');
    const auto kind = parse_relation_kind(one.substr(0, colon));
    if (kind && colon != std::string_view::npos) {
      relations.push_back({*kind, std::string(one.substr(colon + 1))});
    }
  }
  return relations;
}

}  // namespace

std::string wordpress_slug(std::string_view publisher, std::string_view id) {
  const std::string key = cms_key(publisher, id);
  std::string slug;
  for (const char c : key) {  // WordPress keeps one dash of many
    if (c != '-' || (!slug.empty() && slug.back() != '-')) {
      slug += c;
    }
  }
  if (slug.size() > slug_bytes_max) {
    const std::string sum = slug.substr(slug.size() - sum_chars);
    slug.resize(slug_bytes_max - sum_chars - 1);
    slug.erase(slug.find_last_not_of('-') + 1);
    slug += "-" + sum;
  }
  return slug;
}

std::vector<std::string> wordpress_slugs(const std::string& slug) {
  return {slug, slug + "-2", slug + "-3"};
}

std::string wordpress_trash_slug(const std::string& slug) {
  return slug + "__trashed";
}

std::string wordpress_html(std::string_view html) {
  std::string out;
  out.reserve(html.size() + html.size() / 8);
  bool within_tag = false;
  for (size_t at = 0; at < html.size(); ++at) {
    const char c = html[at];
    if (within_tag) {
      within_tag = c != '>';
      out += c == '[' || c == ']' ? numeric(c) : std::string(1, c);
    } else if (const auto reference = c == '&' ? reference_at(html, at) : ""; !reference.empty()) {
      out += reference;
      at += reference.size() - 1;
    } else if (is_read(html, at)) {
      out += numeric(c);
    } else {
      within_tag = c == '<';
      out += c;
    }
  }
  return out;
}

std::string wordpress_words(std::string_view text) {
  return wordpress_html(escaped(text, Escape::html));
}

std::string wordpress_content(const WordpressContent& content) {
  const WordpressMarks& marks = content.marks;
  std::string relations;
  for (const WordpressRelation& relation : marks.relations) {
    relations += relations.empty() ? "" : " ";
    relations.append(name_of(relation.kind)).append(":").append(relation.target);
  }
  std::string raw(open_block);
  raw += "<div class=\"gulou-release\" data-gulou-revision=\"" + std::to_string(marks.revision) +
         "\" data-gulou-digest=\"" + marks.digest + "\" ";
  raw += marks.replaced  ? "data-gulou-standing=\"replaced\""
         : marks.invalid ? standing_invalid
                         : standing_valid;
  raw += " data-gulou-relations=\"" + relations + "\">\n";
  raw.append(banner_begin).append(content.banner).append(banner_end).append("\n");
  raw += content.body + "\n";
  raw.append(related_begin).append(content.related).append(related_end);
  return raw.append("\n</div>").append(close_block);
}

WordpressMarks wordpress_marks(std::string_view raw) {
  WordpressMarks marks;
  const std::string_view revision = attribute(raw, "data-gulou-revision");
  std::from_chars(revision.data(), revision.data() + revision.size(), marks.revision);
  marks.digest = attribute(raw, "data-gulou-digest");
  const std::string_view standing = attribute(raw, "data-gulou-standing");
  marks.invalid = standing == "invalid";
  marks.replaced = standing == "replaced";
  marks.relations = relations_in(attribute(raw, "data-gulou-relations"));
  return marks;
}

std::string wordpress_related(std::string_view raw) {
  return between(raw, related_begin, related_end);
}

std::string with_banner(std::string_view raw, std::string_view banner) {
  std::string changed = between_replaced(raw, banner_begin, banner_end, banner);
  if (const size_t at = changed.find(standing_valid); at != std::string::npos) {
    changed.replace(at, standing_valid.size(), standing_invalid);
  }
  return changed;
}

std::string with_related(std::string_view raw, std::string_view related) {
  return between_replaced(raw, related_begin, related_end, related);
}

std::string catalogue_html(const Release& release, std::string_view index_no) {
  std::string rows;
  for (const auto& [key, value] : {std::pair<const char*, std::string_view>{"index_no", index_no},
                                   {"issuer", release.issuer.name},
                                   {"doc_no", release.doc_no},
                                   {"written_on", release.written_on},
                                   {"change_note", release.change_note}}) {
    if (!value.empty()) {
      rows += "<tr><th scope=\"row\">" + wordpress_words(page_word("field_" + std::string(key))) +
              "</th><td>" + wordpress_words(value) + "</td></tr>\n";
    }
  }
  return "<table class=\"gulou-catalogue\">\n" + rows + "</table>\n";
}

std::string banner_html(std::string_view note) {
  return "<p class=\"gulou-banner\" role=\"note\"><strong>" +
         wordpress_words(page_word("banner_invalid")) + "</strong> " + wordpress_words(note) +
         "</p>";
}

std::string replaced_html(std::string_view note, std::string_view successor_url) {
  std::string html =
      "<p><strong>" + wordpress_words(page_word("page_replaced")) + "</strong></p>\n";
  if (!note.empty()) {
    html += "<p>" + wordpress_words(note) + "</p>\n";
  }
  if (!successor_url.empty()) {
    html += "<p><a href=\"" + escaped(successor_url, Escape::html) + "\">" +
            wordpress_words(page_sentence("page_see_successor")) + "</a></p>";
  }
  return html;
}

std::string related_html(const std::vector<WordpressLink>& links) {
  std::vector<std::pair<std::string, std::string>> groups;  // heading, items
  std::vector<std::string> seen;
  for (const WordpressLink& link : links) {
    if (std::ranges::find(seen, link.heading + link.url) != seen.end()) {
      continue;
    }
    seen.push_back(link.heading + link.url);
    auto group =
        std::ranges::find(groups, link.heading, &std::pair<std::string, std::string>::first);
    if (group == groups.end()) {
      group = groups.insert(groups.end(), {link.heading, ""});
    }
    group->second +=
        "<li><a href=\"" + escaped(link.url, Escape::html) + "\">" + link.title + "</a></li>\n";
  }
  std::string html;
  for (const auto& [heading, items] : groups) {
    html += "\n<h3>" + wordpress_words(heading) + "</h3>\n<ul>\n" + items + "</ul>\n";
  }
  return html;
}

std::string relation_heading(RelationKind kind) {
  return page_word("relation_" + std::string(name_of(kind)));
}

std::string relation_heading_back(RelationKind kind) {
  switch (kind) {
    case RelationKind::interprets:
      return page_word("relation_interpreted_by");
    case RelationKind::related:
      return page_word("relation_related");
    case RelationKind::phase_of:
    case RelationKind::clarifies:
    case RelationKind::corrects:
    case RelationKind::repeals:
    case RelationKind::replaces:
      break;
  }
  return page_word("relation_back_" + std::string(name_of(kind)));
}

std::vector<WordpressRelation> wordpress_relations(const std::string& publisher,
                                                   const Release& release) {
  std::vector<WordpressRelation> relations;
  if (release.test) {
    return relations;  // nothing leads to a drill
  }
  for (const Relation& relation : release.relations) {
    const size_t slash = relation.target.find('/');
    const bool of_another = slash != std::string::npos;
    const std::string owner = of_another ? relation.target.substr(0, slash) : publisher;
    const std::string id = of_another ? relation.target.substr(slash + 1) : relation.target;
    relations.push_back({relation.kind, wordpress_slug(owner, id)});
  }
  return relations;
}

}  // namespace gulou
