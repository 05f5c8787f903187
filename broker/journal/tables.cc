#include "broker/journal/tables.h"

#include "broker/journal/change_codec.h"
#include "broker/journal/row_lookup.h"
#include "common/base/limits.h"
#include "common/crypto/digest.h"

#include <algorithm>

namespace gulou {
namespace {

bool has_due_row(DeliveryState state) {
  return state == DeliveryState::waiting || state == DeliveryState::confirming;
}

}  // namespace

Tables::Tables(const RowReader& committed) : committed_(committed) {
  epoch_ = lookup<EpochOpened>(committed_, Cf::meta, keys::epoch()).value_or(EpochOpened{}).epoch;
  last_lease_.value =
      lookup<NumberRow>(committed_, Cf::meta, keys::last_lease()).value_or(NumberRow{}).value;
}

void Tables::apply(std::span<const Change> changes, const Digest& hash, RowWriter& rows) {
  rows_ = &rows;
  hash_ = hash;
  highest_lease_ = last_lease_;
  deliveries_.clear();
  blobs_.clear();
  shown_.clear();
  serials_.clear();
  entries_.clear();
  pages_.clear();
  phases_.clear();
  for (const Change& change : changes) {
    std::visit([this](const auto& held) { apply_one(held); }, change);
  }
  finish();
  rows_ = nullptr;
}

// Rows that many changes of one changeset touch are written once.
void Tables::finish() {
  if (highest_lease_ > last_lease_) {
    last_lease_ = highest_lease_;
    rows_->put(Cf::meta, keys::last_lease(), encode(NumberRow{last_lease_.value}));
  }
  put_pages();
  for (const auto& [counter, serial] : serials_) {
    rows_->put(
        Cf::release, keys::index_serial(counter.first, counter.second), encode(NumberRow{serial}));
  }
}

void Tables::apply_one(const EntryAccepted& change) {
  rows_->put(Cf::entry, keys::entry(change.lane, change.seq), encode(change));
  entries_[change.seq] = &change;
  put_live(change);
  put_phases(change);
  if (change.kind == EntryKind::withdrawal) {
    put_withdrawal(change);
    return;
  }
  for (size_t part = 0; part < change.parts.size(); ++part) {
    put_part(change, static_cast<uint8_t>(part));
  }
  put_blob_uses(change);
  if (change.expires) {
    rows_->put(Cf::open,
               keys::expiry(change.expires, change.seq),
               encode(NumberRow{static_cast<uint64_t>(change.lane)}));
  }
}

// Older revisions carry the mark of their successor already.
void Tables::put_withdrawal(const EntryAccepted& entry) {
  for (const EntryPart& part : entry.parts) {
    rows_->put(Cf::release,
               keys::withdrawn({.publisher = entry.publisher, .id = part.id}),
               encode(WithdrawnRow{.seq = entry.seq,
                                   .kind = entry.withdrawal.kind,
                                   .revision = part.revision,
                                   .at = entry.accepted_at,
                                   .public_note = entry.withdrawal.public_note,
                                   .successor = entry.withdrawal.successor,
                                   .epoch = epoch_,
                                   .hash = hash_}));
    rows_->put(Cf::release, keys::revised(part.previous_seq), {});
  }
}

// An attachment that one part delivers and another keeps private is delivered.
void Tables::put_blob_uses(const EntryAccepted& entry) {
  std::map<Digest, std::string_view> uses;
  for (const EntryPart& part : entry.parts) {
    for (const Digest& attachment : part.private_attachments) {
      uses.emplace(attachment, keys::use_private);
    }
    for (const Digest& attachment : part.attachments) {
      uses[attachment] = keys::use_delivered;
    }
  }
  for (const Digest& scan : entry.sign_off.scans) {
    uses.emplace(scan, keys::use_private);
  }
  for (const auto& [digest, use] : uses) {
    rows_->put(Cf::meta, keys::blob_use(digest, entry.seq), use);
  }
}

void Tables::put_part(const EntryAccepted& entry, uint8_t index) {
  const EntryPart& part = entry.parts[index];
  const PublicationKey publication{.publisher = entry.publisher, .id = part.id};
  const bool first = part.first_seq == entry.seq || !part.first_seq;
  const PartPlace place{.lane = entry.lane, .seq = entry.seq, .part = index};
  const std::string place_bytes = encode(place);

  rows_->put(Cf::release,
             first ? keys::publication(publication) : keys::revision(publication, part.revision),
             encode(RevisionPlace{.place = place, .epoch = epoch_, .hash = hash_}));
  if (part.document_key) {
    rows_->put(Cf::release, keys::document(part.document_key), place_bytes);
  }
  if (part.content_digest) {
    rows_->put(Cf::release, keys::content(part.content_digest), place_bytes);
  }
  if (first && !part.index_no.empty()) {
    rows_->put(Cf::release, keys::index_no(part.index_no), place_bytes);
  }
  if (part.index_serial != 0) {
    uint64_t& serial = serials_[{part.org_code, part.index_year}];
    serial = std::max(serial, part.index_serial);
  }
  if (part.previous_seq) {
    rows_->put(Cf::release, keys::revised(part.previous_seq), {});
  }
}

void Tables::apply_one(const EpochOpened& change) {
  epoch_ = change.epoch;
  rows_->put(Cf::meta, keys::epoch(), encode(change));
}

void Tables::apply_one(const ChannelDefined& change) {
  rows_->put(Cf::meta, keys::channel(change.channel), encode(change));
}

std::optional<BlobRow> Tables::blob(const Digest& digest) const {
  if (const auto found = blobs_.find(digest); found != blobs_.end()) {
    return found->second;
  }
  return lookup<BlobRow>(committed_, Cf::meta, keys::blob(digest));
}

void Tables::apply_one(const BlobStored& change) {
  if (const auto previous = blob(change.digest)) {
    rows_->erase(Cf::meta, keys::orphan(previous->stored_at, change.digest));
  }
  const BlobRow row{
      .size_bytes = change.size_bytes, .media_type = change.media_type, .stored_at = change.at};
  blobs_[change.digest] = row;
  rows_->put(Cf::meta, keys::blob(change.digest), encode(row));
  rows_->put(Cf::meta, keys::orphan(change.at, change.digest), {});
}

void Tables::apply_one(const BlobSwept& change) {
  rows_->erase(Cf::meta, keys::orphan(change.stored_at, change.digest));
  if (change.kept) {
    return;
  }
  // Stored again in the meantime: that copy has a sweep row of its own.
  const auto row = blob(change.digest);
  if (!row || row->stored_at != change.stored_at) {
    return;
  }
  erase_blob(change.digest, *row);
}

void Tables::erase_blob(const Digest& digest, const BlobRow& row) {
  blobs_[digest].reset();
  rows_->erase(Cf::meta, keys::blob(digest));
  const uint64_t chunks =
      (row.size_bytes + limits::blob_chunk_bytes - 1) / limits::blob_chunk_bytes;
  for (uint64_t index = 0; index < chunks; ++index) {
    rows_->erase(Cf::blob, keys::chunk(digest, static_cast<uint32_t>(index)));
  }
}

void Tables::apply_one(const LeaseHeld& change) {
  highest_lease_ = std::max(highest_lease_, change.lease);
  if (change.runs.empty()) {
    rows_->erase(Cf::open, keys::lease(change.lease));
  } else {
    rows_->put(Cf::open, keys::lease(change.lease), encode(change));
  }
}

void Tables::apply_one(const CursorMoved& change) {
  rows_->put(Cf::open, keys::cursor(change.subscriber, change.lane, change.kind), encode(change));
}

void Tables::apply_one(const FirstShown& change) {
  for (const SeqRun& run : change.runs) {
    put_shown(run, change.at);
  }
}

// Set once: only what no earlier run covers is written.
void Tables::put_shown(SeqRun run, Utc at) {
  uint64_t from = run.first.value;
  const uint64_t end = from + run.count;
  std::map<uint64_t, uint64_t> covered;  // first, end
  const auto cursor = committed_.cursor(Cf::release, keys::shown_runs());
  for (bool more = cursor->seek_back(keys::shown({end - 1})); more; more = cursor->prev()) {
    const uint64_t first = keys::seq_of_release_row(cursor->key()).value;
    const auto row = decoded<RunRow>(committed_, Cf::release, cursor->key(), cursor->value());
    if (first + row.count <= from) {
      break;
    }
    covered[first] = first + row.count;
  }
  for (const auto& [first, count] : shown_) {
    if (first.value < end && first.value + count > from) {
      covered[first.value] = first.value + count;
    }
  }
  covered[end] = end;
  for (const auto& [first, covered_end] : covered) {
    if (first > from) {
      rows_->put(Cf::release, keys::shown({from}), encode(RunRow{.count = first - from, .at = at}));
      shown_[{from}] = first - from;
    }
    from = std::max(from, covered_end);
  }
}

void Tables::apply_one(const RangePublished& change) {
  for (const SeqRun& run : change.runs) {
    rows_->put(Cf::receipt,
               keys::plain(change.subscriber, change.lane, run.first),
               encode(RunRow{.count = run.count, .at = change.at, .level = change.level}));
  }
}

void Tables::apply_one(const DeliveryChanged& change) {
  const auto previous = indexed(change.subscriber, change.seq);
  if (previous) {
    erase_index(change, *previous);
  }
  if (change.ahead) {
    rows_->put(Cf::release, keys::revised(change.seq), {});
  }
  if (change.proof) {
    put_proof_use(change);
  }
  auto& now = deliveries_[{change.subscriber, change.seq}];
  const std::string key = keys::delivery(change.subscriber, change.seq);
  if (is_final(change.state)) {
    now.reset();
    if (previous) {
      rows_->erase(Cf::open, key);
    }
    rows_->put(Cf::receipt, key, encode(change));
    put_receipt(change);
    return;
  }
  now = Indexed{.state = change.state, .due = change.due};
  rows_->put(Cf::open, key, encode(change));
  put_index(change);
}

std::optional<Tables::Indexed> Tables::indexed(SubscriberNo subscriber, Seq seq) const {
  if (const auto found = deliveries_.find({subscriber, seq}); found != deliveries_.end()) {
    return found->second;
  }
  const auto row = lookup<DeliveryChanged>(committed_, Cf::open, keys::delivery(subscriber, seq));
  if (!row) {
    return std::nullopt;
  }
  return Indexed{.state = row->state, .due = row->due};
}

void Tables::erase_index(const DeliveryChanged& change, const Indexed& previous) {
  if (change.state != previous.state) {
    rows_->erase(Cf::open, keys::state(previous.state, change.subscriber, change.seq));
  }
  if (has_due_row(previous.state) && !(has_due_row(change.state) && change.due == previous.due)) {
    rows_->erase(Cf::open,
                 keys::due(change.subscriber, due_kind(change.lane), previous.due, change.seq));
  }
}

void Tables::put_index(const DeliveryChanged& change) {
  rows_->put(Cf::open, keys::state(change.state, change.subscriber, change.seq), {});
  if (has_due_row(change.state)) {
    rows_->put(
        Cf::open, keys::due(change.subscriber, due_kind(change.lane), change.due, change.seq), {});
  }
}

void Tables::put_receipt(const DeliveryChanged& change) {
  for (const PartReceipt& part : change.receipt.parts) {
    if (!part.url.empty()) {
      rows_->put(Cf::receipt,
                 keys::url(sha256(part.url)),
                 encode(PartPlace{.lane = change.lane, .seq = change.seq, .part = part.part}));
    }
  }
}

// What a person showed stays; unless the release delivers the same file anyway.
void Tables::put_proof_use(const DeliveryChanged& change) {
  const std::string key = keys::blob_use(change.proof, change.seq);
  if (!committed_.get(Cf::meta, key)) {
    rows_->put(Cf::meta, key, keys::use_private);
  }
}

void Tables::apply_one(const AttemptEnded& change) {
  rows_->put(
      Cf::attempt, keys::attempt(change.subscriber, change.seq, change.attempt), encode(change));
}

void Tables::apply_one(const PublicSeen& change) {
  uint64_t number = change.first_number;
  for (const SeqRun& run : change.runs) {
    rows_->put(Cf::receipt,
               keys::seen(change.channel, change.lane, number),
               encode(SeenRun{.first = run.first, .count = run.count}));
    number += run.count;
  }
}

void Tables::apply_one(const ChannelCondition& change) {
  rows_->put(Cf::meta, keys::condition(change.channel), encode(change));
}

void Tables::apply_one(const RateUsed& change) {
  rows_->put(Cf::meta, keys::rate(change.channel), encode(change));
}

void Tables::apply_one(const ExpiryReached& change) {
  rows_->erase(Cf::open, keys::expiry(change.expires, change.seq));
}

void Tables::apply_one(const ReplayJob& change) {
  const std::string key = keys::job(change.job);
  if (change.state == ReplayState::running) {
    rows_->put(Cf::open, key, encode(change));
    return;
  }
  rows_->erase(Cf::open, key);
  rows_->put(Cf::receipt, key, encode(change));
}

// Causes come and go without end: only those that hold are kept.
void Tables::apply_one(const NoticeSent& change) {
  const std::string key = keys::notice(change.cause);
  if (change.state == NoticeState::recovered) {
    rows_->erase(Cf::meta, key);
  } else {
    rows_->put(Cf::meta, key, encode(change));
  }
}

void Tables::apply_one(const LossSuspected& change) {
  rows_->put(Cf::meta, keys::loss(), encode(change));
}

void Tables::apply_one(const Confirmation& change) {
  const std::string key = keys::confirmation(change.no);
  if (change.open) {
    rows_->put(Cf::open, key, encode(change));
    return;
  }
  rows_->erase(Cf::open, key);
  rows_->put(Cf::receipt, key, encode(change));
}

// Everything made of the text goes; digests stay. The approvals stay as well: they say who answered
// for it, not what it said.
void Tables::apply_one(const PartErased& change) {
  rows_->put(Cf::release, keys::erased(change.seq, change.part), encode(change));
  rows_->erase(Cf::body, keys::body(change.seq, change.part));
  rows_->erase(Cf::release, keys::title(change.seq, change.part));
  for (const Digest& digest : change.blobs) {
    if (const auto row = blob(digest)) {
      rows_->erase(Cf::meta, keys::orphan(row->stored_at, digest));
      erase_blob(digest, *row);
    }
    std::vector<std::string> uses{keys::blob_use(digest, change.seq)};
    scan(
        committed_, Cf::meta, keys::blob_uses(digest), [&](std::string_view key, std::string_view) {
          uses.emplace_back(key);
          return true;
        });
    for (const std::string& key : uses) {
      rows_->erase(Cf::meta, key);
    }
  }
}

void put_bodies(std::span<const BodyBytes> bodies, RowWriter& rows) {
  for (const BodyBytes& body : bodies) {
    rows.put(Cf::body, keys::body(body.seq, body.part), *body.bytes);
    if (!body.title.empty()) {
      rows.put(Cf::release, keys::title(body.seq, body.part), body.title);
    }
  }
}

}  // namespace gulou
