// Change is everything that can become durable: the journal is a sequence of changesets, everything
// else (but bodies and blobs) is derived from it. A change has two projections, Ledger::apply
// (memory) and Tables::apply (rows); live work, opening, rebuild and standbys use the same two.
//
// Changes hold digests and numbers, never content: erasing content leaves the chain whole. A change
// that carries a receipt, attempt, platform id or reason concerns exactly one entry; changes over
// ranges carry numbers only (design 5.5). Their encoding (journal/change_codec.h) is stored for
// ever: fields are only ever added.
#pragma once

#include "broker/core/fleet_change.h"
#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/model/approval.h"
#include "common/model/delivery.h"
#include "common/model/release.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace gulou {

struct PublicationKey {
  std::string publisher;
  std::string id;
  friend auto operator<=>(const PublicationKey&, const PublicationKey&) = default;
};

// Consecutive numbers first, first+1, …, first+count-1.
struct SeqRun {
  Seq first;
  uint64_t count = 0;
  friend bool operator==(const SeqRun&, const SeqRun&) = default;
};

using SeqRuns = std::vector<SeqRun>;  // ascending, not touching

// A phase of interpretation: planned by a policy document for a day, or met by an interpretation of
// the document it names. The phase itself is text of the release, so its digest stands for it.
struct PhaseMark {
  std::string document;  // met: "publisher/id"; empty: planned for the part itself
  Digest phase;
  std::string due_on;  // planned: the date
  friend bool operator==(const PhaseMark&, const PhaseMark&) = default;
};

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
  std::vector<std::string> audience;        // area codes and groups; empty: everybody
  std::vector<PhaseMark> phases;            // of interpretation: planned here, or met by this
  // Without contact a screen shows it so long, and of a withdrawal any of its revisions. 0: as its
  // channel says.
  int64_t display_lease_ms = 0;
  // Publications that stood with the same document number or content when this one came and that
  // it is known to differ from: each is in the way of the next one, also when this one is gone.
  std::vector<PublicationKey> same_document;
  std::vector<PublicationKey> same_content;
  friend bool operator==(const EntryPart&, const EntryPart&) = default;
};

enum class EntryKind : uint8_t { bundle = 1, withdrawal = 2 };

// Of an entry of kind withdrawal. Its parts are the publications withdrawn: revision is the newest
// one then, previous_revision the same, previous_seq its entry.
struct WithdrawalFacts {
  WithdrawalKind kind = WithdrawalKind::remove;
  std::string reason;       // never leaves the broker
  std::string public_note;  // empty: the default sentence
  std::string by;           // publisher or operator; empty: the broker, for `expire`
  std::string successor;    // replace: "publisher/id"
  Seq expired;              // expire: the entry whose time is over
  friend bool operator==(const WithdrawalFacts&, const WithdrawalFacts&) = default;
};

// A bundle's approvals are kept as one more body beside those of its parts.
inline constexpr uint8_t approvals_part = 0xff;

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
  Utc embargo_until;  // only to these outlets (channel ids) before
  std::vector<std::string> embargo_outlets;
  WithdrawalFacts withdrawal;
  SignOff sign_off;
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

// log: over the entries of a lane. receipts: of a gated channel, over what its gate has shown
// (PublicSeen numbers); its log cursor then only looks for what the gate holds too long.
enum class CursorKind : uint8_t { log = 0, receipts = 1 };

// The subscriber's cursor in a lane: everything up to `to` was leased, has a row, or does not
// match.
struct CursorMoved {
  SubscriberNo subscriber;
  Lane lane = Lane::normal;
  Seq to;
  CursorKind kind = CursorKind::log;
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
  std::string by;                         // the operator who decided last
  Digest proof;                           // of the file given with a resolve by hand
  bool ahead = false;    // the cursor has not come here yet: it must look at this row when it does
  bool ungated = false;  // a person or the time-out opened the gate
  JobNo job;             // the replay job that sends it again
  bool afresh = false;   // as if nothing were there: two persons have decided so
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

// The channel showed these entries to the public, in this order: gates open. first_number: of the
// first of them in (channel, lane), from 1; numbers are consecutive.
struct PublicSeen {
  ChannelNo channel;
  Lane lane = Lane::normal;
  uint64_t first_number = 0;
  SeqRuns runs;
  friend bool operator==(const PublicSeen&, const PublicSeen&) = default;
};

// The whole condition of a channel. state is never `paused` or `retired`: those are flags beside
// it, so that a quota met while paused is still known when publishing goes on.
struct ChannelCondition {
  ChannelNo channel;
  ChannelState state = ChannelState::open;
  Utc at;     // of the last change of state
  Utc until;  // throttled: open then; failing and below: the next probe
  std::string reason;
  std::string detail;     // bounded, what the platform said
  uint32_t failures = 0;  // in a row
  uint32_t probes = 0;    // without success since it sleeps
  bool paused = false;
  Utc paused_at;
  std::string paused_by;
  std::string paused_reason;
  bool retired = false;
  Utc retired_at;
  std::string retired_by;
  std::string retired_reason;
  Seq failed;        // the delivery that failed last: one alone does not make a channel fail
  Utc successor_at;  // exclusive: what a lost instance began may go on until then
  friend bool operator==(const ChannelCondition&, const ChannelCondition&) = default;
};

// How much of a channel's rates is used: begin of each window and deliveries handed out in it.
struct RateUsed {
  ChannelNo channel;
  Utc second, minute, day;
  uint32_t in_second = 0, in_minute = 0, in_day = 0;
  friend bool operator==(const RateUsed&, const RateUsed&) = default;
};

// The moment of `expires` of this entry was dealt with.
struct ExpiryReached {
  Seq seq;
  Lane lane = Lane::normal;
  Utc expires;
  friend bool operator==(const ExpiryReached&, const ExpiryReached&) = default;
};

enum class ReplayState : uint8_t { running = 1, done = 2, cancelled = 3 };

// What a replay takes. Empty and zero: everything. Of one channel.
struct ReplaySelection {
  ChannelNo channel;
  Seq from;                           // range of entries, both ends included
  Seq to;                             // 0: the head when asked
  Utc accepted_from;                  // accepted at or after
  Utc accepted_to;                    // and before
  std::vector<DeliveryState> states;  // of its delivery; pending: never reached this channel
  std::vector<std::string> reasons;   // codes of its delivery
  std::vector<Outcome> outcomes;      // of its last attempt; matches nothing never handed out
  std::vector<Kind> kinds;
  std::vector<std::string> columns;
  std::string publication;   // "publisher/id"
  bool newest_only = false;  // backfill: only what is live, each publication once
  friend bool operator==(const ReplaySelection&, const ReplaySelection&) = default;
};

// The whole row of a replay job: a cursor over the log, lane after lane.
struct ReplayJob {
  JobNo job;
  ReplayState state = ReplayState::running;
  ReplaySelection selection;  // range frozen
  std::string by;
  std::string reason;
  bool allow_duplicate = false;
  uint32_t per_minute = 0;
  Utc created_at;
  Utc at;                    // of this change
  Lane lane = Lane::urgent;  // position: everything of this lane up to `position` is judged
  Seq position;
  uint64_t sent = 0;
  uint64_t skipped = 0;  // selected, but withdrawn, superseded, expired or already under way
  std::string ended_by;
  std::string ended_reason;
  std::string confirmed_by;  // the second operator, where it may send twice
  friend bool operator==(const ReplayJob&, const ReplayJob&) = default;
};

enum class NoticeState : uint8_t { raised = 1, recovered = 2 };

// What people were told about one cause: "channel_failing/wechat".
struct NoticeSent {
  std::string cause;
  NoticeState state = NoticeState::raised;
  Utc since;  // of the cause
  Utc at;     // of the last message
  uint32_t times = 0;
  std::string to;  // name in notify.toml
  friend bool operator==(const NoticeSent&, const NoticeSent&) = default;
};

// Somebody showed a receipt or cursor of this broker that is ahead of its head: what it had was
// lost. The whole row; while it is not settled nothing new is taken and nothing handed out.
struct LossSuspected {
  uint64_t epoch = 0;  // the furthest that was shown
  Seq seq;
  Utc at;
  std::string by;  // who showed it
  Utc settled_at;  // an operator has accepted that this was lost
  std::string settled_by;
  std::string reason;
  friend bool operator==(const LossSuspected&, const LossSuspected&) = default;
};

enum class ConfirmationState : uint8_t {
  waiting = 1,  // for a second operator
  given = 2,    // and not carried out yet
  refused = 3,
  expired = 4,
  done = 5,
};

// The whole row of a decision that takes two persons: who asked for what, who confirmed or refused
// it. Open: something still depends on it. Of act erase it is also the work itself: where the
// policy asks for nobody else it begins as given, with nobody who decided.
struct Confirmation {
  ConfirmationNo no;
  ConfirmationState state = ConfirmationState::waiting;
  bool open = true;
  TwoPersonAct act = TwoPersonAct::none;
  std::string asked_by;
  std::string reason;
  Utc asked_at;
  Utc until;  // nobody may give it after that; personal_data: nor may it be used
  Utc at;     // of this change
  std::string decided_by;
  std::string decided_reason;
  Utc decided_at;
  Seq seq;  // erase: the withdrawal; personal_data: the bundle, once it is accepted
  // replay_duplicate
  ReplaySelection selection;  // range frozen
  uint32_t per_minute = 0;
  JobNo job;  // once it was given
  // personal_data: asked_by is the publisher
  Digest bundle_digest;
  std::string allowed_by;           // the person whose approval lets them pass
  std::vector<std::string> ids;     // of the parts
  std::vector<std::string> places;  // where, and what: never the data themselves
  friend bool operator==(const Confirmation&, const Confirmation&) = default;
};

// The stored bytes of one part of a bundle are destroyed: its body, its title, and the blobs that
// nothing else uses. Its digests stay, here and in the entry.
struct PartErased {
  Seq seq;
  Lane lane = Lane::normal;
  uint8_t part = 0;
  Digest digest;   // of the canonical bytes
  Seq withdrawal;  // that asked for it
  ConfirmationNo confirmation;
  std::string asked_by;
  std::string confirmed_by;  // empty: the policy asks for nobody
  Utc at;
  std::vector<Digest> blobs;  // destroyed with it
  std::vector<Digest> kept;   // used by something else that lives
  friend bool operator==(const PartErased&, const PartErased&) = default;
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
                            AttemptEnded,
                            PublicSeen,
                            ChannelCondition,
                            RateUsed,
                            ExpiryReached,
                            ReplayJob,
                            NoticeSent,
                            LossSuspected,
                            Confirmation,
                            PartErased,
                            DeviceChanged,
                            FleetMarked>;

// Word for logs and `gulou journal verify`: "entry.accepted".
std::string_view name_of(const Change& change);

// Total length of the runs.
uint64_t count(const SeqRuns& runs);
bool contains(const SeqRuns& runs, Seq seq);
// Appends a seq larger than all in it.
void append(SeqRuns& runs, Seq seq);

}  // namespace gulou
