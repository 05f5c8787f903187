#include "broker/core/ledger.h"

#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>

namespace gulou {

Ledger::Ledger(const Reader& reader, const OpenState& opened)
    : reader_(reader), epoch_(opened.epoch), head_(opened.head), last_lease_(opened.last_lease) {
  for (const Lane lane : all_lanes) {
    lane_heads_[index_of(lane)] = opened.lane_heads[index_of(lane)];
  }
  recent_floor_ = lane_heads_;
  durable_heads_ = lane_heads_;
  for (const ChannelDefined& channel : opened.channels) {
    apply(channel, {});
  }
  for (const CursorMoved& cursor : opened.cursors) {
    apply(cursor, {});
  }
  for (const LeaseHeld& lease : opened.leases) {
    apply(lease, {});
  }
}

void Ledger::apply(const Change& change, RoundNo round) {
  std::visit([this, round](const auto& one) { apply_one(one, round); }, change);
}

void Ledger::durable(RoundNo round) {
  publications_.forget(round);
  documents_.forget(round);
  contents_.forget(round);
  index_nos_.forget(round);
  serials_.forget(round);
  shown_.forget(round);
  blobs_.forget(round);
  new_references_.forget(round);
  deliveries_.forget(round);
  plain_.forget(round);
  revised_.forget(round);
  while (!round_heads_.empty() && round_heads_.begin()->first <= round) {
    durable_heads_ = round_heads_.begin()->second;
    round_heads_.erase(round_heads_.begin());
  }
  trim_recent();
}

// Only what is durable may leave memory: the Reader must be able to answer for it.
void Ledger::trim_recent() {
  for (const Lane lane : all_lanes) {
    const size_t i = index_of(lane);
    auto& entries = recent_[i];
    while (entries.size() > limits::recent_entries_max &&
           entries.begin()->first <= durable_heads_[i]) {
      recent_floor_[i] = entries.begin()->first;
      entries.erase(entries.begin());
    }
  }
}

// ---- apply --------------------------------------------------------------------------------------

void Ledger::apply_one(const EntryAccepted& change, RoundNo round) {
  CHECK(change.seq.value == head_.value + 1);
  head_ = change.seq;
  const size_t lane = index_of(change.lane);
  lane_heads_[lane] = change.seq;
  recent_[lane].emplace(change.seq, EntryRow{change, false});
  round_heads_[round] = lane_heads_;
  for (size_t i = 0; i < change.parts.size(); ++i) {
    add_part(change, change.parts[i], static_cast<uint8_t>(i), round);
  }
}

void Ledger::add_part(const EntryAccepted& entry,
                      const EntryPart& part,
                      uint8_t number,
                      RoundNo round) {
  const PublicationKey key{entry.publisher, part.id};
  // A first revision has no past to look up.
  PublicationRow row{entry.publisher, part.id};
  if (part.previous_revision != 0) {
    row = publication(key).value_or(std::move(row));
  }
  if (!row.revisions.empty()) {
    const RevisionRow& older = row.newest();
    revised_.put(older.seq, true, round);
    const auto recent = recent_[index_of(older.lane)].find(older.seq);
    if (recent != recent_[index_of(older.lane)].end()) {
      recent->second.revised = true;
    }
  }
  row.index_no = part.index_no;
  row.content_digest = part.content_digest;
  row.document_key = part.document_key;
  row.revisions.push_back({.revision = part.revision,
                           .seq = entry.seq,
                           .part = number,
                           .lane = entry.lane,
                           .digest = part.digest,
                           .bundle_digest = entry.bundle_digest,
                           .epoch = epoch_,
                           .hash = {},
                           .accepted_at = entry.accepted_at});
  publications_.put(key, std::move(row), round);
  if (part.document_key) {
    documents_.put(part.document_key, key, round);
  }
  contents_.put(part.content_digest, key, round);
  index_nos_.put(part.index_no, key, round);
  if (part.index_serial != 0) {
    serials_.put({part.org_code, part.index_year}, part.index_serial, round);  // always ascending
  }
  for (const auto* list : {&part.attachments, &part.private_attachments}) {
    for (const Digest& attachment : *list) {
      new_references_.put(attachment, true, round);
    }
  }
}

void Ledger::apply_one(const EpochOpened& change, RoundNo /*round*/) {
  CHECK(change.epoch > epoch_);
  epoch_ = change.epoch;
}

void Ledger::apply_one(const ChannelDefined& change, RoundNo /*round*/) {
  CHECK(change.channel > last_channel_);
  last_channel_ = change.channel;
  channels_.emplace(change.id, change.channel);
  Subscriber subscriber;
  subscriber.no = shared_subscriber(change.channel);
  subscriber.cursors.fill(change.from);
  subscribers_.emplace(subscriber.no, std::move(subscriber));
}

void Ledger::apply_one(const BlobStored& change, RoundNo round) {
  blobs_.put(change.digest, BlobRow{change.size_bytes, change.media_type, change.at}, round);
}

void Ledger::apply_one(const BlobSwept& change, RoundNo round) {
  if (!change.kept) {
    blobs_.put(change.digest, std::nullopt, round);
  }
}

void Ledger::apply_one(const LeaseHeld& change, RoundNo /*round*/) {
  const auto at = subscribers_.find(change.subscriber);
  CHECK(at != subscribers_.end());
  last_lease_ = std::max(last_lease_, change.lease);
  if (change.runs.empty()) {
    leases_.erase(change.lease);
    at->second.leases.erase(change.lease);
    return;
  }
  leases_[change.lease] = {
      change.lease, change.subscriber, change.lane, change.runs, change.instance, change.leased_at};
  at->second.leases.insert(change.lease);
}

void Ledger::apply_one(const CursorMoved& change, RoundNo /*round*/) {
  const auto at = subscribers_.find(change.subscriber);
  CHECK(at != subscribers_.end());
  Seq& cursor = at->second.cursors[index_of(change.lane)];
  CHECK(change.to >= cursor);
  cursor = change.to;
}

void Ledger::apply_one(const FirstShown& change, RoundNo round) {
  for (const SeqRun& run : change.runs) {
    for (Seq seq = run.first; seq.value < run.first.value + run.count; ++seq.value) {
      const auto shown = entry(change.lane, seq);
      CHECK(shown.has_value());
      for (const EntryPart& part : shown->entry.parts) {
        if (part.first_seq == seq) {
          shown_.put({shown->entry.publisher, part.id}, change.at, round);
        }
      }
    }
  }
}

void Ledger::apply_one(const RangePublished& change, RoundNo round) {
  plain_.put({change.subscriber, {++plain_number_}}, change, round);
}

void Ledger::apply_one(const DeliveryChanged& change, RoundNo round) {
  deliveries_.put({change.subscriber, change.seq}, change, round);
  const bool timed =
      change.state == DeliveryState::waiting || change.state == DeliveryState::confirming;
  const auto at = subscribers_.find(change.subscriber);
  CHECK(at != subscribers_.end());
  if (timed && at->second.due_known) {
    Utc& hint = at->second.due_hint;
    hint = hint ? std::min(hint, change.due) : change.due;
  }
}

void Ledger::apply_one(const AttemptEnded& /*change*/, RoundNo /*round*/) {}

// ---- reading ------------------------------------------------------------------------------------

const Subscriber* Ledger::subscriber(SubscriberNo no) const {
  const auto at = subscribers_.find(no);
  return at == subscribers_.end() ? nullptr : &at->second;
}

const Lease* Ledger::lease(LeaseNo no) const {
  const auto at = leases_.find(no);
  return at == leases_.end() ? nullptr : &at->second;
}

std::optional<RoundNo> Ledger::round_of(Seq seq) const {
  if (seq <= *std::max_element(durable_heads_.begin(), durable_heads_.end())) {
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

std::optional<PublicationKey> Ledger::by_document(const Digest& document_key) const {
  const PublicationKey* key = documents_.find(document_key);
  return key != nullptr ? std::optional(*key) : reader_.by_document(document_key);
}

std::optional<PublicationKey> Ledger::by_content(const Digest& content_digest) const {
  const PublicationKey* key = contents_.find(content_digest);
  return key != nullptr ? std::optional(*key) : reader_.by_content(content_digest);
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

std::optional<DeliveryChanged> Ledger::delivery(SubscriberNo subscriber, Seq seq) const {
  const DeliveryChanged* row = deliveries_.find({subscriber, seq});
  return row != nullptr ? std::optional(*row) : reader_.delivery(subscriber, seq);
}

std::vector<DeliveryChanged> Ledger::due(SubscriberNo subscriber, Utc until, size_t limit) const {
  std::vector<DeliveryChanged> rows = reader_.due(subscriber, until, limit);
  std::erase_if(rows, [this, subscriber](const DeliveryChanged& row) {
    return deliveries_.find({subscriber, row.seq}) != nullptr;
  });
  return rows;
}

void Ledger::set_due_hint(SubscriberNo subscriber, std::optional<Utc> hint) {
  const auto at = subscribers_.find(subscriber);
  CHECK(at != subscribers_.end());
  at->second.due_known = true;
  at->second.due_hint = hint.value_or(Utc{});
  // Rows of rounds in flight are not yet readable: they count as well.
  for (auto row = deliveries_.lower_bound({subscriber, Seq{}});
       row != deliveries_.end() && row->first.first == subscriber;
       ++row) {
    const DeliveryChanged& change = row->second.first;
    if (change.state == DeliveryState::waiting || change.state == DeliveryState::confirming) {
      Utc& due = at->second.due_hint;
      due = due ? std::min(due, change.due) : change.due;
    }
  }
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
  if (delivery.state != DeliveryState::published) {
    return std::nullopt;
  }
  for (const PartReceipt& part : delivery.receipt.parts) {
    if (part.part == revision.part) {
      return Delivered{std::max(part.revision, revision.revision), part.platform_id, part.url};
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
         deliveries_.size() + plain_.size() + revised_.size();
}

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
      if (other_no == no) {
        continue;
      }
      for (const SeqRun& run : leases_.at(other_no).runs) {
        for (uint64_t i = 0; i < run.count; ++i) {
          if (contains(lease.runs, {run.first.value + i})) {
            return "delivery " + std::to_string(run.first.value + i) + " is leased twice";
          }
        }
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
