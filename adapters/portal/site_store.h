// SiteStore is the writing side of the site's directory. Owned by Site, used on the adapter's
// thread. A flip makes all its changes visible at once: content and segment files under new names
// first, then one rename of the root index; a crash before the rename leaves the old site, files of
// the unfinished flip are swept at the next open. The index is rebuilt from the content where it is
// missing or damaged; it only says what the site shows, never what was delivered.
#pragma once

#include "adapters/portal/site_files.h"
#include "adapters/portal/site_record.h"
#include "common/base/result.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct SiteChange {
  SiteRecord record;      // content, generation and flip_records are set by the store
  std::string canonical;  // empty for a removed one
};

class SiteStore {
 public:
  static Result<SiteStore> open(const std::string& dir);

  std::optional<Place> place_of(std::string_view publication) const;

  bool occupied(Place place) const { return by_place_.contains(place); }

  Result<SiteRecord> record(Place place) const;

  // prepare() writes the new files durably and changes nothing visible; flip() makes them the site.
  struct Prepared {
    SiteRoot root;
    std::vector<SiteRecord> records;
    std::vector<std::string> obsolete;  // paths to remove afterwards
  };

  Result<Prepared> prepare(std::vector<SiteChange> changes) const;
  Status flip(Prepared prepared);

  const std::string& dir() const { return dir_; }

  uint64_t generation() const { return root_.generation; }

 private:
  explicit SiteStore(std::string dir) : dir_(std::move(dir)) {}

  Status load();
  Status rebuild();
  Status sweep(const std::vector<SiteRecord>& records) const;
  Result<std::vector<SiteRecord>> segment(uint64_t number) const;

  std::string dir_;
  SiteRoot root_;
  std::map<std::string, Place, std::less<>> by_publication_;
  std::map<Place, std::string> by_place_;  // content file
};

}  // namespace gulou
