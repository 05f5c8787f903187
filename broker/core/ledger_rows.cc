// Ledger: reading rows, with what is not yet committed laid over them.
#include "broker/core/ledger.h"
#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>

namespace gulou {

const Subscriber* Ledger::subscriber(SubscriberNo no) const {
  const auto at = subscribers_.find(no);
  return at == subscribers_.end() ? nullptr : &at->second;
}

const Lease* Ledger::lease(LeaseNo no) const {
  const auto at = leases_.find(no);
  return at == leases_.end() ? nullptr : &at->second;
}

Seq Ledger::durable_head() const {
  return *std::max_element(durable_heads_.begin(), durable_heads_.end());
}

std::optional<RoundNo> Ledger::round_of(Seq seq) const {
  if (seq <= durable_head()) {
    return std::nullopt;
  }
  for (const auto& [round, heads] : round_heads_) {
    if (*std::max_element(heads.begin(), heads.end()) >= seq) {
      return round;
    }
  }
  return std::nullopt;
}

std::vector<EntryRow> Ledger::entries(Lane lane, Seq after, size_t limit) const {
  const size_t i = index_of(lane);
  std::vector<EntryRow> rows;
  if (after < recent_floor_[i]) {
    rows = reader_.entries(lane, after, limit);
    for (EntryRow& row : rows) {
      row.revised = row.revised || revised_.find(row.entry.seq) != nullptr;
    }
    if (!rows.empty()) {
      after = rows.back().entry.seq;
    }
    if (after < recent_floor_[i]) {
      return rows;
    }
  }
  for (auto at = recent_[i].upper_bound(after); at != recent_[i].end() && rows.size() < limit;
       ++at) {
    rows.push_back(at->second);
  }
  return rows;
}

std::optional<EntryRow> Ledger::entry(Lane lane, Seq seq) const {
  const auto& recent = recent_[index_of(lane)];
  const auto at = recent.find(seq);
  if (at != recent.end()) {
    return at->second;
  }
  if (seq > recent_floor_[index_of(lane)]) {
    return std::nullopt;
  }
  auto row = reader_.entry(lane, seq);
  if (row && revised_.find(seq) != nullptr) {
    row->revised = true;
  }
  return row;
}

std::optional<PublicationRow> Ledger::publication(const PublicationKey& key) const {
  const PublicationRow* row = publications_.find(key);
  return row != nullptr ? std::optional(*row) : reader_.publication(key);
}

// A withdrawn document may come again as another publication.
bool Ledger::is_free(const PublicationKey& key) const {
  const auto row = publication(key);
  return row && row->withdrawn && ends_publication(row->withdrawn->kind) &&
         row->is_down(row->newest().revision);
}

std::vector<PublicationKey> Ledger::standing(std::vector<PublicationKey> keys) const {
  std::erase_if(keys, [this](const PublicationKey& key) { return is_free(key); });
  return keys;
}

std::vector<PublicationKey> Ledger::by_document(const Digest& document_key) const {
  const Holders* known = documents_.find(document_key);
  return standing(known != nullptr ? known->all() : reader_.by_document(document_key));
}

std::vector<PublicationKey> Ledger::by_content(const Digest& content_digest) const {
  const Holders* known = contents_.find(content_digest);
  return standing(known != nullptr ? known->all() : reader_.by_content(content_digest));
}

std::optional<PublicationKey> Ledger::by_index_no(const std::string& index_no) const {
  const PublicationKey* key = index_nos_.find(index_no);
  return key != nullptr ? std::optional(*key) : reader_.by_index_no(index_no);
}

uint64_t Ledger::index_serial(const std::string& org_code, uint32_t year) const {
  const uint64_t* serial = serials_.find({org_code, year});
  return serial != nullptr ? *serial : reader_.index_serial(org_code, year);
}

Utc Ledger::published_on(const PublicationKey& key) const {
  const Utc* at = shown_.find(key);
  return at != nullptr ? *at : reader_.published_on(key);
}

std::optional<BlobRow> Ledger::blob(const Digest& digest) const {
  const std::optional<BlobRow>* row = blobs_.find(digest);
  return row != nullptr ? *row : reader_.blob(digest);
}

bool Ledger::referenced(const Digest& digest) const {
  const auto at = new_references_.lower_bound({digest, Seq{}});
  return at != new_references_.end() && at->first.first == digest;
}

void Ledger::blob_uses(const Digest& digest, const std::function<bool(Seq)>& visit) const {
  for (auto at = new_references_.lower_bound({digest, Seq{}});
       at != new_references_.end() && at->first.first == digest;
       ++at) {
    if (!visit(at->first.second)) {
      return;
    }
  }
  std::vector<Seq> page;
  Seq after;
  do {
    page = reader_.blob_uses(digest, after, limits::due_rows_max);
    for (const Seq seq : page) {
      if (!visit(seq)) {
        return;
      }
      after = seq;
    }
  } while (page.size() == limits::due_rows_max);
}

std::optional<PartErased> Ledger::erased(Seq seq, uint8_t part) const {
  const PartErased* change = erased_.find({seq, part});
  return change != nullptr ? std::optional(*change) : reader_.erased(seq, part);
}

std::optional<DeliveryChanged> Ledger::delivery(SubscriberNo subscriber, Seq seq) const {
  const DeliveryChanged* row = deliveries_.find({subscriber, seq});
  return row != nullptr ? std::optional(*row) : reader_.delivery(subscriber, seq);
}

std::vector<DeliveryChanged> Ledger::due(SubscriberNo subscriber,
                                         DueKind kind,
                                         Utc until,
                                         size_t limit) const {
  std::vector<DeliveryChanged> rows = reader_.due(subscriber, kind, until, limit);
  std::erase_if(rows, [this, subscriber](const DeliveryChanged& row) {
    return deliveries_.find({subscriber, row.seq}) != nullptr;
  });
  return rows;
}

void Ledger::set_due_hint(SubscriberNo subscriber, DueKind kind, std::optional<Utc> hint) {
  const auto at = subscribers_.find(subscriber);
  CHECK(at != subscribers_.end());
  Subscriber::Due& due = at->second.due[static_cast<size_t>(kind)];
  due.known = true;
  due.hint = hint.value_or(Utc{});
  // Rows of rounds in flight are not yet readable: they count as well.
  for (auto row = deliveries_.lower_bound({subscriber, Seq{}});
       row != deliveries_.end() && row->first.first == subscriber;
       ++row) {
    const DeliveryChanged& change = row->second.first;
    if (due_kind(change.lane) == kind &&
        (change.state == DeliveryState::waiting || change.state == DeliveryState::confirming)) {
      due.hint = due.hint ? std::min(due.hint, change.due) : change.due;
    }
  }
}

std::vector<DeliveryChanged> Ledger::open_rows(SubscriberNo subscriber,
                                               Seq after,
                                               size_t limit,
                                               Seq& next) const {
  std::vector<DeliveryChanged> rows = reader_.open_rows(subscriber, after, limit);
  const bool last_page = rows.size() < limit;
  next = last_page ? Seq{} : rows.back().seq;
  std::erase_if(rows, [this, subscriber](const DeliveryChanged& row) {
    return deliveries_.find({subscriber, row.seq}) != nullptr;
  });
  for (auto row = deliveries_.lower_bound({subscriber, {after.value + 1}});
       row != deliveries_.end() && row->first.first == subscriber &&
       (last_page || row->first.second <= next);
       ++row) {
    if (!is_final(row->second.first.state)) {
      rows.push_back(row->second.first);
    }
  }
  std::sort(rows.begin(), rows.end(), [](const DeliveryChanged& a, const DeliveryChanged& b) {
    return a.seq < b.seq;
  });
  return rows;
}

bool Ledger::retrying(SubscriberNo subscriber) const {
  Seq after;
  do {
    for (const DeliveryChanged& row :
         open_rows(subscriber, after, limits::strict_rows_looked_at, after)) {
      const bool timed =
          row.state == DeliveryState::waiting || row.state == DeliveryState::confirming;
      if (timed && row.attempts > 0 && row.lane != Lane::withdrawal) {
        return true;
      }
    }
  } while (after);
  return false;
}

std::vector<SeenRow> Ledger::seen(ChannelNo channel,
                                  Lane lane,
                                  uint64_t after,
                                  size_t limit) const {
  if (seen_head(channel, lane) <= after) {
    return {};
  }
  std::vector<SeenRow> rows = reader_.seen(channel, lane, after, limit);
  for (auto at = seen_.lower_bound({channel, lane, 0}); at != seen_.end(); ++at) {
    if (std::get<0>(at->first) != channel || std::get<1>(at->first) != lane) {
      break;
    }
    uint64_t number = std::get<2>(at->first);
    for (const SeqRun& run : at->second.first) {
      for (uint64_t i = 0; i < run.count && rows.size() < limit; ++i, ++number) {
        if (number > (rows.empty() ? after : rows.back().number)) {
          rows.push_back({number, {run.first.value + i}});
        }
      }
    }
  }
  return rows;
}

std::vector<Expiry> Ledger::expiring(Utc until, size_t limit) const {
  std::vector<Expiry> found = reader_.expiring(until, limit);
  std::erase_if(found, [this](const Expiry& one) {
    return expiries_.find({one.expires, one.seq}) != nullptr;
  });
  for (auto at = expiries_.begin(); at != expiries_.end() && at->first.first <= until; ++at) {
    if (at->second.first) {
      found.push_back({at->first.first, at->first.second, *at->second.first});
    }
  }
  std::sort(found.begin(), found.end(), [](const Expiry& a, const Expiry& b) {
    return std::pair(a.expires, a.seq) < std::pair(b.expires, b.seq);
  });
  return found;
}

std::optional<Utc> Ledger::first_expiry() const {
  std::optional<Utc> first = reader_.first_expiry();
  for (auto at = expiries_.begin(); at != expiries_.end(); ++at) {
    if (at->second.first) {
      first = std::min(first.value_or(at->first.first), at->first.first);
      break;
    }
  }
  return first;
}

const ChannelCondition& Ledger::condition(ChannelNo channel) const {
  const auto at = conditions_.find(channel);
  CHECK(at != conditions_.end());
  return at->second;
}

RateUsed Ledger::rate(ChannelNo channel) const {
  const auto at = rates_.find(channel);
  RateUsed none;
  none.channel = channel;
  return at == rates_.end() ? none : at->second;
}

uint64_t Ledger::seen_head(ChannelNo channel, Lane lane) const {
  const auto at = seen_heads_.find({channel, lane});
  return at == seen_heads_.end() ? 0 : at->second;
}

std::optional<RangePublished> Ledger::plain_success(SubscriberNo subscriber,
                                                    Lane lane,
                                                    Seq seq) const {
  for (auto at = plain_.lower_bound({subscriber, LeaseNo{}});
       at != plain_.end() && at->first.first == subscriber;
       ++at) {
    const RangePublished& range = at->second.first;
    if (range.lane == lane && contains(range.runs, seq)) {
      return range;
    }
  }
  return reader_.plain_success(subscriber, lane, seq);
}

// A delivery may have taken a newer revision than its entry's own, or have left the part out.
std::optional<Ledger::Delivered> Ledger::delivered_by(const DeliveryChanged& delivery,
                                                      const RevisionRow& revision) {
  // What a replay sends again stays where it is meanwhile.
  const bool there = delivery.state == DeliveryState::published ||
                     (delivery.job && delivery.receipt.at && !is_final(delivery.state));
  if (!there) {
    return std::nullopt;
  }
  for (const PartReceipt& part : delivery.receipt.parts) {
    if (part.part == revision.part) {
      // A revision that is only handed out is not there yet.
      const uint32_t newest = delivery.state == DeliveryState::published ? part.revision : 0;
      return Delivered{std::max(newest, revision.revision), part.platform_id, part.url};
    }
  }
  return std::nullopt;
}

std::optional<Ledger::Delivered> Ledger::delivered(SubscriberNo subscriber,
                                                   const PublicationRow& publication) const {
  std::optional<Delivered> newest;
  size_t looked_at = 0;
  for (auto revision = publication.revisions.rbegin();
       revision != publication.revisions.rend() && looked_at < limits::revisions_looked_at_max;
       ++revision, ++looked_at) {
    std::optional<Delivered> found;
    if (const auto row_there = delivery(subscriber, revision->seq)) {
      found = delivered_by(*row_there, *revision);
    } else if (plain_success(subscriber, revision->lane, revision->seq)) {
      found = Delivered{revision->revision, {}, {}};
    }
    if (found && newest && found->revision > newest->revision) {
      std::swap(found, newest);
    }
    if (!newest) {
      newest = std::move(found);
    } else if (found) {
      // An update that names no place is where the one before was.
      newest->platform_id = newest->platform_id.empty() ? found->platform_id : newest->platform_id;
      newest->url = newest->url.empty() ? found->url : newest->url;
    }
  }
  return newest;
}

bool Ledger::leased(SubscriberNo subscriber, const PublicationRow& publication) const {
  const auto at = subscribers_.find(subscriber);
  CHECK(at != subscribers_.end());
  for (const LeaseNo no : at->second.leases) {
    const Lease& held = leases_.at(no);
    if (publication.withdrawn && contains(held.runs, publication.withdrawn->seq)) {
      return true;
    }
    for (const RevisionRow& revision : publication.revisions) {
      if (contains(held.runs, revision.seq)) {
        return true;
      }
    }
  }
  return false;
}

size_t Ledger::overlay_rows() const {
  return publications_.size() + documents_.size() + contents_.size() + index_nos_.size() +
         serials_.size() + shown_.size() + blobs_.size() + new_references_.size() +
         deliveries_.size() + plain_.size() + revised_.size() + seen_.size() + expiries_.size() +
         erased_.size();
}

namespace {

// A delivery that stands in both.
std::optional<Seq> in_both(const SeqRuns& runs, const SeqRuns& others) {
  for (const SeqRun& run : others) {
    for (uint64_t i = 0; i < run.count; ++i) {
      if (contains(runs, {run.first.value + i})) {
        return Seq{run.first.value + i};
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::string Ledger::audit() const {
  for (const auto& [no, lease] : leases_) {
    if (lease.runs.empty()) {
      return "lease " + std::to_string(no.value) + " is empty";
    }
    const auto holder = subscribers_.find(lease.subscriber);
    if (holder == subscribers_.end() || !holder->second.leases.contains(no)) {
      return "lease " + std::to_string(no.value) + " has no subscriber";
    }
    for (const LeaseNo other_no : holder->second.leases) {
      const auto twice =
          other_no == no ? std::nullopt : in_both(lease.runs, leases_.at(other_no).runs);
      if (twice) {
        return "delivery " + std::to_string(twice->value) + " is leased twice";
      }
    }
  }
  for (const auto& [no, subscriber] : subscribers_) {
    for (const Lane lane : all_lanes) {
      if (subscriber.cursors[index_of(lane)] > head_) {
        return "cursor of subscriber " + std::to_string(no.value) + " is ahead of head";
      }
    }
  }
  return {};
}

}  // namespace gulou
