// Step is what the core answers to an event, as data. The barrier rule: `changes` (and the bodies
// and blobs they name) must be durable before any of `sends` or `notes` leaves the process. The
// pump (app/broker.h) is the only place that carries it out.
#pragma once

#include "broker/core/change.h"
#include "common/base/result.h"
#include "common/model/delivery.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gulou {

// Who asked: a session and its correlation id. HTTP requests have sessions of their own.
struct Asker {
  SessionNo session;
  uint64_t correlation = 0;
  friend bool operator==(const Asker&, const Asker&) = default;
};

using SharedBytes = std::shared_ptr<const std::string>;

// The canonical bytes of one part on their way into the body table; title: for the title row.
struct BodyBytes {
  Seq seq;
  uint8_t part = 0;
  std::string title;
  SharedBytes bytes;
};

// ---- sends --------------------------------------------------------------------------------------

struct PartReceiptLine {
  std::string id;
  uint32_t revision = 0;
  Digest digest;
  std::string index_no;
};

// The acceptance receipt. Accepted in this process's rounds: `round` says which, and the commit
// fills in hash and MAC; a retry of an older acceptance carries the stored hash and epoch.
struct SendAccepted {
  Asker to;
  Seq seq;
  Utc accepted_at;
  bool already = false;
  RoundNo round;  // 0: hash and epoch below are set
  uint64_t epoch = 0;
  Digest hash;
  std::vector<PartReceiptLine> parts;
};

struct SendRefused {
  Asker to;
  std::vector<Error> errors;
};

struct SendBlobOk {
  Asker to;
  Digest digest;
  uint64_t size_bytes = 0;
};

struct SendWelcome {
  Asker to;
  ChannelNo channel;
  Seq head;
  uint64_t epoch = 0;
  int64_t lease_ms = 0;    // to a device: the channel's display lease
  std::string portal_url;  // the same
};

// Ends an older session of the same instance, or one that broke the protocol.
struct SendGoodbye {
  SessionNo session;
  std::string reason;
};

// One part as it is handed over: which body, and where the publication was on this channel before.
struct HandedPart {
  uint8_t part = 0;  // index within the delivered entry
  Seq seq;           // entry and part whose body is taken: the newest live revision
  uint8_t body_part = 0;
  EntryPart facts;
  uint32_t old_revision = 0;  // 0: not on this channel yet
  std::string old_platform_id;
  std::string old_url;
  bool invalid = false;     // shown with the banner 已失效
  std::string public_note;  // of that banner
  std::string gate_url;     // where the gating channel shows it
};

struct HandedItem {
  Seq seq;
  // A withdrawal: what to do with what is there (never erase or expire: those are `remove`).
  std::optional<WithdrawalKind> withdrawal;
  std::string public_note;
  std::string successor;      // replace: "publisher/id"
  std::string successor_url;  // where this channel, or its gate, shows it
  uint32_t attempt = 1;
  bool maybe_published = false;
  bool imported = false;
  bool test = false;
  std::string publisher;
  Utc shown_at;  // the receiving channel's own first lease: published_on where no portal has one
  std::vector<std::string> platform_ids;
  std::vector<HandedPart> parts;
};

using HandedItems = std::vector<HandedItem>;

// One batch, packed once, for all subscribers at this position.
struct SendDeliver {
  struct Target {
    SessionNo session;
    LeaseNo lease;
    int64_t lease_ms = 0;
    Seq position;  // of a device, once it has applied this
  };

  Lane lane = Lane::normal;
  std::shared_ptr<const HandedItems> items;
  std::vector<Target> targets;
};

struct SendProgressOk {
  Asker to;
  LeaseNo lease;
  Seq seq;
};

// Stop working on this delivery if the platform has not been called yet; still report.
struct SendRecall {
  SessionNo session;
  LeaseNo lease;
  Seq seq;
};

// One part a device should hold.
struct ManifestItem {
  std::string publisher;
  std::string id;
  uint32_t revision = 0;
  Seq seq;
  uint8_t part = 0;
  Lane lane = Lane::normal;
  Digest digest;
  uint64_t body_bytes = 0;
};

using ManifestItems = std::vector<ManifestItem>;

// What a device should hold at `head`; what it holds besides goes. same: that is what it said.
struct SendManifest {
  SessionNo session;
  Seq head;
  bool same = false;
  std::shared_ptr<const ManifestItems> items;
};

// A device has its own key now.
struct SendEnrolled {
  Asker to;
  SubscriberNo device;
  std::string channel;
  std::string name;
  std::string place;
};

// A key may, or may no longer, knock at the door of devices.
struct SendDoor {
  std::string key;      // Z85
  SubscriberNo device;  // 0: no longer
  bool enrols = false;  // with it a device may only enrol
};

// An operator's decision took effect. job: of a replay; of an invitation: the device's number;
// confirmation: it waits for a second operator.
struct SendDone {
  Asker to;
  JobNo job;
  ConfirmationNo confirmation;
};

// Their rows are gone; now the bytes themselves must not be found any more. Said again by a new
// process until BytesDestroyed has come back.
struct SendDestroy {
  ConfirmationNo confirmation;

  struct Part {
    Seq seq;
    uint8_t part = 0;
  };

  std::vector<Part> parts;
  std::vector<Digest> blobs;
};

struct SendError {
  Asker to;
  Error error;
};

using Send = std::variant<SendAccepted,
                          SendRefused,
                          SendBlobOk,
                          SendWelcome,
                          SendGoodbye,
                          SendDeliver,
                          SendProgressOk,
                          SendRecall,
                          SendDone,
                          SendDestroy,
                          SendManifest,
                          SendEnrolled,
                          SendDoor,
                          SendError>;

// ---- notes --------------------------------------------------------------------------------------

// A fact for log and metrics; event names equal log names ("delivery.parked").
struct Note {
  enum class Level : uint8_t { debug, info, warn, error };
  Level level = Level::info;
  std::string_view event;  // literal
  SubscriberNo subscriber;
  Seq seq;
  uint64_t count = 1;
  std::string detail;
};

struct Step {
  std::vector<Change> changes;
  std::vector<BodyBytes> bodies;
  std::vector<Send> sends;
  std::vector<Note> notes;

  bool empty() const { return changes.empty() && bodies.empty() && sends.empty() && notes.empty(); }
};

}  // namespace gulou
