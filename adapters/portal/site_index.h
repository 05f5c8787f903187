// SiteIndex is the reading side: all records in memory with the orders that pages need. Owned by
// SitePages and used on the web server's thread alone; it shares nothing with the writer but the
// directory. refresh() looks at the root index (one stat) and, after a flip, reads only the
// segments that changed, so a publication into a large site costs milliseconds here too.
#pragma once

#include "adapters/portal/site_files.h"
#include "adapters/portal/site_record.h"
#include "common/base/result.h"

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gulou {

class SiteIndex {
 public:
  explicit SiteIndex(std::string dir) : dir_(std::move(dir)) {}

  // Takes in the newest flip, whole or not at all, and takes what has expired out of the lists.
  Status refresh(Utc now);

  const SiteRecord* at(Place place) const;
  const SiteRecord* find(std::string_view publication) const;

  // Its address shows its text now.
  bool shows(const SiteRecord& record) const;

  // What lists show, newest first: live and invalid, neither drills nor expired. Empty column: all.
  std::vector<const SiteRecord*> newest(std::string_view column, size_t skip, size_t count) const;
  size_t count(std::string_view column) const;
  // In the lists: what is neither down, a drill nor expired.
  bool lists(const SiteRecord& record) const;

  // The catalogue of disclosed information: listed and 主动公开, newest first; and what it can be
  // filtered by.
  static constexpr std::string_view the_register = "/register";

  struct Facets {
    std::map<std::string, size_t, std::less<>> subjects;
    std::map<std::string, size_t, std::greater<>> years;
    std::map<std::string, size_t, std::less<>> issuers;
  };

  const Facets& facets() const { return facets_; }

  // The newest urgent ones in force.
  std::vector<const SiteRecord*> urgent(Utc since, size_t count) const;

  // Shown publications that name this one, in the order of their places; drills only if asked for.
  struct Incoming {
    RelationKind kind;
    const SiteRecord* from;
  };

  std::vector<Incoming> incoming(std::string_view publication, bool with_drills) const;

  // Removed and replaced ones, newest first: feeds name them.
  std::vector<const SiteRecord*> removed(std::string_view column, size_t count) const;

  const std::map<Place, SiteRecord>& records() const { return records_; }

  // Numbers of the segments there are, newest first.
  std::vector<uint64_t> segments() const;
  // Those of one segment that are listed, newest first.
  std::vector<const SiteRecord*> segment(uint64_t number) const;

  uint64_t generation() const { return root_.generation; }

 private:
  // Newest first; of one instant the later seq first, then the earlier part.
  struct Order {
    int64_t ms = 0;
    Place place;

    friend bool operator<(const Order& a, const Order& b) {
      if (a.ms != b.ms) {
        return a.ms > b.ms;
      }
      if (a.place.first_seq != b.place.first_seq) {
        return a.place.first_seq > b.place.first_seq;
      }
      return a.place.part < b.place.part;
    }
  };

  using List = std::set<Order>;

  struct FileFacts {
    uint64_t inode = 0;
    int64_t changed_ns = 0;
    uint64_t bytes = 0;

    friend bool operator==(const FileFacts&, const FileFacts&) = default;
  };

  Result<FileFacts> look() const;
  Status take_in(const SiteRoot& root);
  void replace_segment(uint64_t number, std::vector<SiteRecord> records);
  void insert(SiteRecord record);
  void erase(Place place);
  void list(const SiteRecord& record);
  void unlist(const SiteRecord& record);
  void count_facets(const SiteRecord& record, bool more);

  std::string dir_;
  SiteRoot root_;
  FileFacts seen_;
  Utc now_;
  std::map<Place, SiteRecord> records_;
  std::map<std::string, Place, std::less<>> by_publication_;
  std::map<std::string, List, std::less<>> lists_;    // by column; "" is all
  std::map<std::string, List, std::less<>> removed_;  // by column; "" is all
  Facets facets_;
  List urgent_;
  std::set<std::pair<int64_t, Place>> expiring_;
  std::multimap<std::string, std::pair<RelationKind, Place>, std::less<>> incoming_;  // by target
};

// When it was made, for the catalogue's years: the date on it, else that of its publication.
std::string year_of(const SiteRecord& record);

}  // namespace gulou
