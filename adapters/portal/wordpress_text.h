// What a publication is on a WordPress: its address word (slug), and its content. The content says
// by itself which revision of what stands there, so the program keeps nothing: marks in attributes,
// the banner and the links to related publications between comments of their own. WordPress turns
// quotes, dashes, smileys and [words] of a text into other things; here they are written so that it
// does not. Pure.
#pragma once

#include "common/base/result.h"
#include "common/model/release.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// "oa-xjhf-2025-0412-1f2e3d4c": cms_key() as WordPress keeps it, at most 150 bytes, always ending
// in the digest of the whole.
std::string wordpress_slug(std::string_view publisher, std::string_view id);
// The slugs a publication may have: its own, and those WordPress gives to a second one.
std::vector<std::string> wordpress_slugs(const std::string& slug);
// What it is called once it lies in the trash.
std::string wordpress_trash_slug(const std::string& slug);

// HTML whose letters WordPress shows as they are.
std::string wordpress_html(std::string_view html);
// The same of plain text: titles, summaries.
std::string wordpress_words(std::string_view text);

// A relation as the content keeps it: target is a slug.
struct WordpressRelation {
  RelationKind kind = RelationKind::related;
  std::string target;

  friend bool operator==(const WordpressRelation&, const WordpressRelation&) = default;
};

struct WordpressMarks {
  uint32_t revision = 0;  // 0: no page of ours
  std::string digest;     // of the release, hex
  bool invalid = false;   // under a banner
  bool replaced = false;  // only leads to its successor
  std::vector<WordpressRelation> relations;
};

struct WordpressContent {
  WordpressMarks marks;
  std::string banner;   // HTML; empty: none
  std::string body;     // HTML
  std::string related;  // HTML; empty: none
};

std::string wordpress_content(const WordpressContent& content);

// Of what stands there; revision 0 where the marks are not to be found.
WordpressMarks wordpress_marks(std::string_view raw);
std::string wordpress_related(std::string_view raw);
// The same content with another banner (and marked invalid), with other links.
std::string with_banner(std::string_view raw, std::string_view banner);
std::string with_related(std::string_view raw, std::string_view related);

// What the catalogue says of a release, over its text.
std::string catalogue_html(const Release& release, std::string_view index_no);
std::string banner_html(std::string_view note);
// What a replaced publication says: the note and, where it is known, the way to its successor.
std::string replaced_html(std::string_view note, std::string_view successor_url);

struct WordpressLink {
  std::string heading;
  std::string title;  // HTML, as WordPress keeps titles
  std::string url;
};

// Grouped by heading in order of first use, each address once.
std::string related_html(const std::vector<WordpressLink>& links);
// Over the links of a publication: to its target, and on the target's page.
std::string relation_heading(RelationKind kind);
std::string relation_heading_back(RelationKind kind);

// "pub-x-1f2e3d4c": the relations of a release of this publisher.
std::vector<WordpressRelation> wordpress_relations(const std::string& publisher,
                                                   const Release& release);

}  // namespace gulou
