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
  for (const ChannelCondition& condition : opened.conditions) {
    apply(condition, {});
  }
  for (const RateUsed& rate : opened.rates) {
    apply(rate, {});
  }
  for (const SeenHead& seen : opened.seen) {
    seen_heads_[{seen.channel, seen.lane}] = seen.number;
  }
  loss_ = opened.loss;
  last_confirmation_ = opened.last_confirmation;
  for (const Confirmation& confirmation : opened.confirmations) {
    apply(confirmation, {});
  }
  fleet_.open(opened);
  last_job_ = opened.last_job;
  for (const ReplayJob& job : opened.jobs) {
    apply(job, {});
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
  erased_.forget(round);
  deliveries_.forget(round);
  plain_.forget(round);
  revised_.forget(round);
  seen_.forget(round);
  expiries_.forget(round);
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
  if (change.kind == EntryKind::withdrawal) {
    for (const EntryPart& part : change.parts) {
      add_withdrawn(change, part, round);
    }
    return;
  }
  if (change.expires) {
    expiries_.put({change.expires, change.seq}, change.lane, round);
  }
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
    mark_revised(row.newest().lane, row.newest().seq, round);
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
    documents_.put(part.document_key, {key, part.same_document}, round);
  }
  contents_.put(part.content_digest, {key, part.same_content}, round);
  index_nos_.put(part.index_no, key, round);
  if (part.index_serial != 0) {
    serials_.put({part.org_code, part.index_year}, part.index_serial, round);  // always ascending
  }
  for (const auto* list : {&part.attachments, &part.private_attachments, &entry.sign_off.scans}) {
    for (const Digest& attachment : *list) {
      new_references_.put({attachment, entry.seq}, true, round);
    }
  }
}

void Ledger::mark_revised(Lane lane, Seq seq, RoundNo round) {
  revised_.put(seq, true, round);
  const auto recent = recent_[index_of(lane)].find(seq);
  if (recent != recent_[index_of(lane)].end()) {
    recent->second.revised = true;
  }
}

void Ledger::add_withdrawn(const EntryAccepted& entry, const EntryPart& part, RoundNo round) {
  const PublicationKey key{entry.publisher, part.id};
  std::optional<PublicationRow> row = publication(key);
  CHECK(row.has_value());
  mark_revised(row->newest().lane, row->newest().seq, round);
  row->withdrawn = WithdrawnRow{.seq = entry.seq,
                                .kind = entry.withdrawal.kind,
                                .revision = part.revision,
                                .at = entry.accepted_at,
                                .public_note = entry.withdrawal.public_note,
                                .successor = entry.withdrawal.successor,
                                .epoch = epoch_,
                                .hash = {}};
  publications_.put(key, *std::move(row), round);
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
  conditions_[change.channel].channel = change.channel;
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
  if (change.kind == CursorKind::receipts) {
    uint64_t& receipts = at->second.receipts[index_of(change.lane)];
    CHECK(change.to.value >= receipts);
    receipts = change.to.value;
    return;
  }
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
  if (change.ahead) {
    mark_revised(change.lane, change.seq, round);
  }
  if (change.proof) {
    new_references_.put({change.proof, change.seq}, true, round);
  }
  const bool timed =
      change.state == DeliveryState::waiting || change.state == DeliveryState::confirming;
  const auto at = subscribers_.find(change.subscriber);
  CHECK(at != subscribers_.end());
  Subscriber::Due& due = at->second.due[static_cast<size_t>(due_kind(change.lane))];
  if (timed && due.known) {
    due.hint = due.hint ? std::min(due.hint, change.due) : change.due;
  }
}

void Ledger::apply_one(const AttemptEnded& /*change*/, RoundNo /*round*/) {}

void Ledger::apply_one(const PublicSeen& change, RoundNo round) {
  uint64_t& head = seen_heads_[{change.channel, change.lane}];
  CHECK(change.first_number == head + 1);
  head += count(change.runs);
  seen_.put({change.channel, change.lane, change.first_number}, change.runs, round);
}

void Ledger::apply_one(const ChannelCondition& change, RoundNo /*round*/) {
  conditions_[change.channel] = change;
}

void Ledger::apply_one(const RateUsed& change, RoundNo /*round*/) {
  rates_[change.channel] = change;
}

void Ledger::apply_one(const ExpiryReached& change, RoundNo round) {
  expiries_.put({change.expires, change.seq}, std::nullopt, round);
}

void Ledger::apply_one(const ReplayJob& change, RoundNo /*round*/) {
  last_job_ = std::max(last_job_, change.job);
  if (change.state == ReplayState::running) {
    jobs_[change.job] = change;
  } else {
    jobs_.erase(change.job);
  }
}

// Kept for people and the notifier alone.
void Ledger::apply_one(const NoticeSent& /*change*/, RoundNo /*round*/) {}

void Ledger::apply_one(const LossSuspected& change, RoundNo /*round*/) {
  loss_ = change;
}

void Ledger::apply_one(const Confirmation& change, RoundNo /*round*/) {
  last_confirmation_ = std::max(last_confirmation_, change.no);
  if (change.open) {
    confirmations_[change.no] = change;
  } else {
    confirmations_.erase(change.no);
  }
}

void Ledger::apply_one(const PartErased& change, RoundNo round) {
  erased_.put({change.seq, change.part}, change, round);
  for (const Digest& blob : change.blobs) {
    blobs_.put(blob, std::nullopt, round);
  }
}

void Ledger::apply_one(const DeviceChanged& change, RoundNo /*round*/) {
  fleet_.apply(change);
}

void Ledger::apply_one(const FleetMarked& change, RoundNo /*round*/) {
  fleet_.apply(change);
}

}  // namespace gulou
