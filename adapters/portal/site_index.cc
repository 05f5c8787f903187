#include "adapters/portal/site_index.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>

#include <sys/stat.h>

namespace gulou {
namespace {

constexpr int refresh_tries = 3;

bool shown(const SiteRecord& record, Utc now) {
  const bool has_text = record.standing == Standing::live || record.standing == Standing::invalid;
  return has_text && (!record.expires || record.expires > now);
}

bool listed(const SiteRecord& record, Utc now) {
  return shown(record, now) && !record.test;
}

}  // namespace

Result<SiteIndex::FileFacts> SiteIndex::look() const {
  struct stat facts {};

  const std::string path = root_path(dir_);
  if (::stat(path.c_str(), &facts) != 0) {
    return fail(ErrorCode::unavailable,
                "file_unreadable",
                {},
                {path, std::generic_category().message(errno)});
  }
  return FileFacts{
      static_cast<uint64_t>(facts.st_ino),
      static_cast<int64_t>(facts.st_mtim.tv_sec) * 1'000'000'000 + facts.st_mtim.tv_nsec,
      static_cast<uint64_t>(facts.st_size)};
}

Status SiteIndex::refresh(Utc now) {
  now_ = now;
  while (!expiring_.empty() && expiring_.begin()->first <= now.ms) {
    const Place place = expiring_.begin()->second;
    expiring_.erase(expiring_.begin());
    unlist(records_.at(place));
  }
  // A segment may vanish between root and segment when two flips follow closely: look again.
  for (int tries = 1;; ++tries) {
    const FileFacts facts = TRY(look());
    if (facts == seen_) {
      return {};
    }
    const SiteRoot root = TRY(read_root(dir_));
    Status taken = take_in(root);
    if (taken) {
      seen_ = facts;
      return {};
    }
    if (tries == refresh_tries) {
      return taken;
    }
  }
}

Status SiteIndex::take_in(const SiteRoot& root) {
  std::vector<std::pair<uint64_t, std::vector<SiteRecord>>> changed;
  for (const auto& [number, name] : root.segments) {
    const auto known = root_.segments.find(number);
    if (known == root_.segments.end() || known->second != name) {
      auto records = TRY(read_segment(dir_, name));
      changed.emplace_back(number, std::move(records));
    }
  }
  for (const auto& [number, name] : root_.segments) {
    if (!root.segments.contains(number)) {
      changed.emplace_back(number, std::vector<SiteRecord>());
    }
  }
  for (auto& [number, records] : changed) {
    replace_segment(number, std::move(records));
  }
  root_ = root;
  return {};
}

void SiteIndex::replace_segment(uint64_t number, std::vector<SiteRecord> records) {
  std::map<Place, std::string> kept;  // content names of what stays as it is
  for (const SiteRecord& record : records) {
    kept[record.place] = record.content;
  }
  const Place first{Seq{number * segment_seqs}, 0};
  const Place end{Seq{(number + 1) * segment_seqs}, 0};
  for (auto at = records_.lower_bound(first); at != records_.end() && at->first < end;) {
    const Place place = at->first;
    const auto same = kept.find(place);
    const bool stays = same != kept.end() && same->second == at->second.content;
    ++at;
    if (!stays) {
      erase(place);
    }
  }
  for (SiteRecord& record : records) {
    if (!records_.contains(record.place)) {
      insert(std::move(record));
    }
  }
}

void SiteIndex::insert(SiteRecord record) {
  const Place place = record.place;
  by_publication_[record.publication] = place;
  const SiteRecord& stored = records_[place] = std::move(record);
  for (const Relation& relation : stored.relations) {
    incoming_.emplace(relation.target, std::pair(relation.kind, place));
  }
  list(stored);
}

void SiteIndex::erase(Place place) {
  const SiteRecord& record = records_.at(place);
  unlist(record);
  for (const Relation& relation : record.relations) {
    const auto [begin, end] = incoming_.equal_range(relation.target);
    for (auto at = begin; at != end; ++at) {
      if (at->second.first == relation.kind && at->second.second == place) {
        incoming_.erase(at);
        break;
      }
    }
  }
  by_publication_.erase(record.publication);
  records_.erase(place);
}

void SiteIndex::list(const SiteRecord& record) {
  const bool down = record.standing == Standing::removed || record.standing == Standing::replaced;
  if (down && !record.test) {
    const Order order{record.withdrawn_at.ms, record.place};
    removed_[record.column].insert(order);
    removed_[""].insert(order);
  }
  if (!listed(record, now_)) {
    return;
  }
  const Order order{record.published_on.ms, record.place};
  lists_[record.column].insert(order);
  lists_[""].insert(order);
  if (record.proactive && lists_[std::string(the_register)].insert(order).second) {
    count_facets(record, true);
  }
  if (record.urgent) {
    urgent_.insert(order);
  }
  if (record.expires) {
    expiring_.emplace(record.expires.ms, record.place);
  }
}

void SiteIndex::unlist(const SiteRecord& record) {
  const Order order{record.published_on.ms, record.place};
  const Order gone{record.withdrawn_at.ms, record.place};
  for (const std::string& column : {record.column, std::string()}) {
    lists_[column].erase(order);
    removed_[column].erase(gone);
  }
  if (lists_[std::string(the_register)].erase(order) > 0) {
    count_facets(record, false);
  }
  urgent_.erase(order);
  expiring_.erase({record.expires.ms, record.place});
}

void SiteIndex::count_facets(const SiteRecord& record, bool more) {
  const auto count = [more](auto& facet, const std::string& value) {
    if (value.empty()) {
      return;
    }
    size_t& known = facet[value];
    known = more ? known + 1 : known - 1;
    if (known == 0) {
      facet.erase(value);
    }
  };
  count(facets_.subjects, record.subject);
  count(facets_.years, year_of(record));
  count(facets_.issuers, record.issuer);
}

std::string year_of(const SiteRecord& record) {
  constexpr size_t digits = 4;
  return record.written_on.size() >= digits ? record.written_on.substr(0, digits)
                                            : std::to_string(shanghai_year(record.published_on));
}

bool SiteIndex::lists(const SiteRecord& record) const {
  return listed(record, now_);
}

std::vector<uint64_t> SiteIndex::segments() const {
  std::vector<uint64_t> numbers;
  for (auto at = root_.segments.rbegin(); at != root_.segments.rend(); ++at) {
    numbers.push_back(at->first);
  }
  return numbers;
}

std::vector<const SiteRecord*> SiteIndex::segment(uint64_t number) const {
  std::vector<const SiteRecord*> found;
  const Place first{Seq{number * segment_seqs}, 0};
  const Place end{Seq{(number + 1) * segment_seqs}, 0};
  for (auto at = records_.lower_bound(first); at != records_.end() && at->first < end; ++at) {
    if (lists(at->second)) {
      found.push_back(&at->second);
    }
  }
  std::ranges::reverse(found);
  return found;
}

bool SiteIndex::shows(const SiteRecord& record) const {
  return shown(record, now_);
}

const SiteRecord* SiteIndex::at(Place place) const {
  const auto at = records_.find(place);
  return at == records_.end() ? nullptr : &at->second;
}

const SiteRecord* SiteIndex::find(std::string_view publication) const {
  const auto place = by_publication_.find(publication);
  return place == by_publication_.end() ? nullptr : at(place->second);
}

std::vector<const SiteRecord*> SiteIndex::newest(std::string_view column,
                                                 size_t skip,
                                                 size_t count) const {
  std::vector<const SiteRecord*> found;
  const auto list = lists_.find(column);
  if (list == lists_.end() || skip >= list->second.size()) {
    return found;
  }
  auto at = std::next(list->second.begin(), static_cast<std::ptrdiff_t>(skip));
  for (; at != list->second.end() && found.size() < count; ++at) {
    found.push_back(&records_.at(at->place));
  }
  return found;
}

size_t SiteIndex::count(std::string_view column) const {
  const auto list = lists_.find(column);
  return list == lists_.end() ? 0 : list->second.size();
}

std::vector<const SiteRecord*> SiteIndex::urgent(Utc since, size_t count) const {
  std::vector<const SiteRecord*> found;
  for (const Order& order : urgent_) {
    if (found.size() == count || order.ms < since.ms) {
      break;
    }
    found.push_back(&records_.at(order.place));
  }
  return found;
}

std::vector<SiteIndex::Incoming> SiteIndex::incoming(std::string_view publication,
                                                     bool with_drills) const {
  std::vector<Incoming> found;
  const auto [begin, end] = incoming_.equal_range(publication);
  for (auto at = begin; at != end; ++at) {
    const SiteRecord& from = records_.at(at->second.second);
    if (shows(from) && (with_drills || !from.test)) {
      found.push_back({at->second.first, &from});
    }
  }
  std::sort(found.begin(), found.end(), [](const Incoming& a, const Incoming& b) {
    return a.from->place < b.from->place;
  });
  return found;
}

std::vector<const SiteRecord*> SiteIndex::removed(std::string_view column, size_t count) const {
  std::vector<const SiteRecord*> found;
  const auto list = removed_.find(column);
  if (list != removed_.end()) {
    for (const Order& order : list->second) {
      if (found.size() == count) {
        break;
      }
      found.push_back(&records_.at(order.place));
    }
  }
  return found;
}

}  // namespace gulou
