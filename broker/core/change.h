// Change is everything that can become durable: the journal is a sequence of changesets, everything
// else (but bodies and blobs) is derived from it. A change has two projections, Ledger::apply
// (memory) and Tables::apply (rows); live work, opening, rebuild and standbys use the same two.
//
// Changes hold digests and numbers, never content: erasing content leaves the chain whole. A change
// that carries a receipt, attempt, platform id or reason concerns exactly one entry; changes over
// ranges carry numbers only (design 5.5). Their encoding (journal/change_codec.h) is stored for
// ever: fields are only ever added.
#pragma once

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/model/delivery.h"
#include "common/model/release.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace gulou {

// Consecutive numbers first, first+1, …, first+count-1.
struct SeqRun {
  Seq first;
  uint64_t count = 0;
  friend bool operator==(const SeqRun&, const SeqRun&) = default;
};

using SeqRuns = std::vector<SeqRun>;  // ascending, not touching

// One part of an accepted bundle, as far as routing and identity need it.
struct EntryPart {
  std::string id;
  uint32_t revision = 0;
  Kind kind = Kind::other;
  std::string column;
  std::string org_code;   // of the issuer
  Digest digest;          // of the canonical bytes
  Digest content_digest;  // design 2, promise 2
  Digest document_key;    // issuer and full document number; zero: no document number
  uint64_t body_bytes = 0;
  std::string index_no;       // supplied or assigned
  uint64_t index_serial = 0;  // assigned: its serial in index_year of org_code; 0: supplied
  uint32_t index_year = 0;
  Seq first_seq;  // entry of the publication's first revision; of this one if it is the first
  uint32_t previous_revision = 0;
  Seq previous_seq;                         // entry of that revision
  std::vector<Digest> attachments;          // those that are delivered
  std::vector<Digest> private_attachments;  // evidence only: their bytes never leave for a channel
  friend bool operator==(const EntryPart&, const EntryPart&) = default;
};

enum class EntryKind : uint8_t { bundle = 1, withdrawal = 2 };

// A bundle enters the release log.
struct EntryAccepted {
  Seq seq;
  Lane lane = Lane::normal;
  EntryKind kind = EntryKind::bundle;
  std::string publisher;
  Utc accepted_at;
  Utc not_before;  // of the bundle: the latest of its parts
  Utc expires;     // the earliest of its parts
  bool imported = false;
  bool test = false;
  Digest bundle_digest;
  std::vector<EntryPart> parts;
  friend bool operator==(const EntryAccepted&, const EntryAccepted&) = default;
};

// A process opened the home: leases of earlier processes are no longer held by anybody.
struct EpochOpened {
  uint64_t epoch = 0;
  Utc at;
  friend bool operator==(const EpochOpened&, const EpochOpened&) = default;
};

// A channel appears in the configuration. Its cursors start behind `from` in every lane.
struct ChannelDefined {
  ChannelNo channel;
  std::string id;
  Seq from;
  friend bool operator==(const ChannelDefined&, const ChannelDefined&) = default;
};

struct BlobStored {
  Digest digest;
  uint64_t size_bytes = 0;
  std::string media_type;
  Utc at;
  friend bool operator==(const BlobStored&, const BlobStored&) = default;
};

// The orphan sweep reached this blob: kept = a release refers to it, its sweep row just goes.
struct BlobSwept {
  Digest digest;
  Utc stored_at;
  bool kept = false;
  friend bool operator==(const BlobSwept&, const BlobSwept&) = default;
};

// A lease is handed out, reported in part (runs shrink) or done (runs empty).
struct LeaseHeld {
  LeaseNo lease;
  SubscriberNo subscriber;
  Lane lane = Lane::normal;
  SeqRuns runs;  // what is still unreported
  std::string instance;
  Utc leased_at;
  friend bool operator==(const LeaseHeld&, const LeaseHeld&) = default;
};

// The subscriber's cursor in a lane: everything up to `to` was leased, has a row, or does not
// match.
struct CursorMoved {
  SubscriberNo subscriber;
  Lane lane = Lane::normal;
  Seq to;
  friend bool operator==(const CursorMoved&, const CursorMoved&) = default;
};

// First lease of these entries' first revisions on a portal channel: their published_on
// (design 5.1).
struct FirstShown {
  SeqRuns runs;
  Utc at;
  Lane lane = Lane::normal;  // of these entries
  friend bool operator==(const FirstShown&, const FirstShown&) = default;
};

// Plain successes of a lease: no URL, no id.
struct RangePublished {
  SubscriberNo subscriber;
  Lane lane = Lane::normal;
  SeqRuns runs;
  ReceiptLevel level = ReceiptLevel::accepted;
  Utc at;
  friend bool operator==(const RangePublished&, const RangePublished&) = default;
};

// The whole row of one delivery that is not a plain one. Final states are written too; a published
// one carries its receipt.
struct DeliveryChanged {
  SubscriberNo subscriber;
  Seq seq;
  Lane lane = Lane::normal;
  DeliveryState state = DeliveryState::pending;
  uint32_t attempts = 0;  // hand-overs so far
  uint32_t failures = 0;  // those that count against the budget
  bool maybe_published = false;
  LeaseNo lease;  // the last one
  Utc at;         // of this change: "since when"
  Utc first_leased_at;
  Utc due;                                // waiting: not before; confirming: next poll
  Outcome outcome = Outcome::published;   // of the last attempt, where attempts > 0
  std::string reason;                     // stable code
  std::string detail;                     // bounded, what the platform said
  std::string platform_id;                // confirming
  std::vector<std::string> platform_ids;  // learnt by PROGRESS
  Receipt receipt;                        // published
  std::string instance;                   // who reported or holds it
  Utc retried_at;                         // by an operator: the age budget starts here
  friend bool operator==(const DeliveryChanged&, const DeliveryChanged&) = default;
};

// One line of a delivery's attempt history.
struct AttemptEnded {
  SubscriberNo subscriber;
  Seq seq;
  uint32_t attempt = 0;
  Outcome outcome = Outcome::published;
  std::string reason;
  std::string detail;
  std::string instance;
  Utc leased_at;
  Utc ended_at;
  friend bool operator==(const AttemptEnded&, const AttemptEnded&) = default;
};

using Change = std::variant<EntryAccepted,
                            EpochOpened,
                            ChannelDefined,
                            BlobStored,
                            BlobSwept,
                            LeaseHeld,
                            CursorMoved,
                            FirstShown,
                            RangePublished,
                            DeliveryChanged,
                            AttemptEnded>;

// Word for logs and `gulou journal verify`: "entry.accepted".
std::string_view name_of(const Change& change);

// Total length of the runs.
uint64_t count(const SeqRuns& runs);
bool contains(const SeqRuns& runs, Seq seq);
// Appends a seq larger than all in it.
void append(SeqRuns& runs, Seq seq);

}  // namespace gulou
