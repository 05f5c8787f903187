// SiteRecord is what the site knows about one publication without opening its content file: all
// that lists, links and feeds show. A record is one field line, the same in the index and at the
// head of the content file, so the index can be rebuilt from the content alone. Plain data, pure.
#pragma once

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/model/release.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// Values are stored: never renumber.
enum class Standing : uint8_t {
  live = 1,
  invalid = 2,   // shown with a banner
  replaced = 3,  // points to its successor
  removed = 4,   // 410 and the public note
};

// Where a publication lives for good: seq and part of its first revision.
struct Place {
  Seq first_seq;
  uint32_t part = 0;

  friend constexpr auto operator<=>(const Place&, const Place&) = default;
};

// A public attachment; private ones never enter a record.
struct SiteFile {
  std::string name;
  std::string display_name;
  std::string media_type;
  uint64_t size_bytes = 0;
  Digest digest;
};

struct SiteRecord {
  std::string publication;  // "publisher/id"
  Place place;
  std::string home;  // column id within the URL: that of the first revision
  uint32_t revision = 0;
  Seq seq;  // of the entry that made it as it is, a withdrawal too
  Digest digest;
  Standing standing = Standing::live;
  std::string note;       // public note of a withdrawal or banner
  std::string successor;  // publication
  Utc withdrawn_at;

  Kind kind = Kind::other;
  std::string column;
  std::string title;
  std::string summary;
  std::string issuer;
  std::string doc_no;
  std::string index_no;
  std::string written_on;
  Validity validity = Validity::none;
  Utc published_on;  // of an import: when it was first published elsewhere
  Utc revised_at;    // of the newest revision; equal to published_on for the first
  Utc expires;
  bool urgent = false;
  bool test = false;
  bool imported = false;
  std::string subject;              // its first and widest word
  bool proactive = false;           // 主动公开: stands in the catalogue
  std::vector<Relation> relations;  // targets are "publisher/id"
  std::vector<SiteFile> files;

  std::string content;        // content file, below "content/"
  uint64_t generation = 0;    // flip that wrote it
  uint64_t flip_records = 0;  // records of that flip: a torn one is known by what is missing
};

std::string to_line(const SiteRecord& record);
// Nothing for a damaged line.
std::optional<SiteRecord> record_of_line(std::string_view line);

// "/tzgg/12-0.html"
std::string url_path(const SiteRecord& record);
// "/tzgg/12-0/" : attachments follow by name.
std::string files_path(const SiteRecord& record);

// Understands url_path() and whole URLs that end in one.
struct PathPlace {
  std::string home;
  Place place;
};

std::optional<PathPlace> place_of_url(std::string_view url);

// Where an object of "publisher/id" form or a bare id of the same publisher points.
std::string full_target(std::string_view publisher, std::string_view target);

}  // namespace gulou
