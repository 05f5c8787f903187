// The protocol as plain data: what publishers, adapters and the broker say to each other. One
// struct per verb; `codec.h` turns them into ZeroMQ frames and back, README.md explains them to
// strangers. A message is an envelope frame (msgpack map) and, for some verbs, body frames. Body
// frames of a decoded message point into the received frames: they live as long as those.
#pragma once

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/delivery.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gulou::wire {

inline constexpr uint32_t protocol_version = 1;

// What the broker said it had: as far as seq, in the changeset of this hash. mac: the broker's over
// (epoch, seq, hash), so that one it no longer knows proves lost data. epoch 0: none.
struct Cursor {
  uint64_t epoch = 0;
  Seq seq;
  Digest hash;
  Digest mac;
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// ---- adapters -> broker -------------------------------------------------------------------------

// First message of an adapter instance. The channel must be one its key may serve. A second HELLO
// starts a new session; the older one gets GOODBYE.
struct Hello {
  std::string channel;       // channel id of config/channels.toml
  std::string instance;      // for people: "portal-1"
  std::string software;      // "gulou-portal 0.1"
  std::string last_goodbye;  // the reason that ended this instance's session before, if any
  Cursor known;              // the newest this instance was given, if any
};

// Cumulative since HELLO: how many deliveries and body bytes the adapter is ready to receive in
// all. A lost or repeated CREDIT does no harm; it never goes down.
struct Credit {
  uint64_t messages = 0;
  uint64_t bytes = 0;
};

// A platform id learnt on the way; answered by PROGRESS_OK once durable. Also extends the lease.
// With lease 0: the platform called back about this id; the delivery that waits for it comes at
// once. Not answered.
struct Progress {
  LeaseNo lease;
  Seq seq;
  uint8_t part = 0;
  std::string platform_id;  // empty: only extend the lease
};

// What became of deliveries of one lease. A run [from, to] covers every delivery of the lease with
// from <= seq <= to: for plain successes (published, level, no URL) a whole batch is one item.
struct ReportItem {
  Seq from;
  Seq to;
  Report report;
};

struct ReportBatch {
  LeaseNo lease;
  std::vector<ReportItem> items;
};

// Asks for bytes of an attachment of a delivery that this adapter holds or held.
struct BlobGet {
  Digest digest;
  uint64_t offset = 0;
  uint32_t length = 0;  // at most 256 KiB
};

// ---- devices -> broker --------------------------------------------------------------------------

// A part of a manifest that the device does not hold.
struct Wanted {
  Seq seq;
  uint8_t part = 0;
};

// Where the device is and what it holds: the digests of all parts it holds, folded by XOR. Opens
// its stream. With `wants` it asks for texts that a manifest has named, and nothing else.
struct Sync {
  Seq position;
  Digest held;
  std::vector<Wanted> wants;
  // Asks for a MANIFEST with `same` if all is as it should be: on that its display lease rests.
  bool confirm = false;
  int64_t display_lease_ms = 0;  // of its channel, as it keeps it
  std::string faults;            // words of DeviceFault, a space between
};

// With the one-time key of a code: from now on the device has this key (Z85, public half). The
// broker answers with `answer` and who the device is.
struct Enrol {
  std::string key;
  bool answer = false;
  uint64_t device = 0;
  std::string channel;
  std::string name;
  std::string place;
};

// ---- broker -> devices --------------------------------------------------------------------------

struct ManifestPart {
  std::string publisher;
  std::string id;
  uint32_t revision = 0;
  Seq seq;
  uint8_t part = 0;
  Digest digest;
  uint64_t body_bytes = 0;
};

// All the device should hold at `head`; whatever else it holds goes first. same: it is what its
// SYNC said, and no items follow. Frame 1: the items.
struct Manifest {
  Seq head;
  bool same = false;
  std::vector<ManifestPart> items;
};

// ---- broker -> adapters -------------------------------------------------------------------------

struct Welcome {
  SessionNo session;
  std::string channel_name;
  uint64_t epoch = 0;
  Seq head;
  Utc server_time;
  int64_t ping_every_ms = 0;  // silence of three times this ends the session
  Cursor cursor;
  // To a device: without contact it shows nothing longer than this; 0: for ever.
  int64_t display_lease_ms = 0;
  std::string portal_url;  // where its QR codes lead; empty: nowhere
};

enum class Action : uint8_t { publish = 1, withdraw = 2 };

// Facts about one part that are not part of the release (design 5.1, "facts outside the digest").
struct DeliverPart {
  uint8_t part = 0;  // index within the bundle
  std::string publisher;
  std::string id;
  uint32_t revision = 0;
  Digest digest;
  uint64_t body_bytes = 0;  // size of this part's canonical JSON within the body frame
  std::string index_no;
  Utc published_on;
  Seq first_seq;  // of the publication's first revision: stable through revisions
  // Of the same publication on this channel before, if any: what an update must find.
  std::string old_platform_id;
  std::string old_url;
  uint32_t old_revision = 0;
  bool invalid = false;     // show it with the banner 已失效
  std::string public_note;  // of that banner
  std::string portal_url;   // where the channel shows it that this one waited for
};

struct DeliverItem {
  Seq seq;
  Action action = Action::publish;
  // Of a withdrawal: mark_invalid (keep it, with a banner), replace (point to the successor),
  // remove.
  WithdrawalKind withdrawal = WithdrawalKind::remove;
  std::string public_note;    // for the public; empty: the default sentence
  std::string successor;      // replace: "publisher/id"
  std::string successor_url;  // where that is shown, if it is
  uint32_t attempt = 1;
  bool maybe_published = false;  // look on the channel before posting
  bool imported = false;
  bool test = false;                      // 演练
  std::vector<std::string> platform_ids;  // learnt by earlier PROGRESS, oldest first
  std::vector<DeliverPart> parts;
};

// A batch of deliveries for one subscriber under one lease. Frame 1: the items, the same bytes for
// all subscribers at one position. Frame 2: the canonical JSON of all parts of all items, one after
// the other, in order; their sizes stand in body_bytes.
struct Deliver {
  LeaseNo lease;
  Lane lane = Lane::normal;
  int64_t lease_ms = 0;  // from receipt of this message; only PROGRESS extends it
  Cursor cursor;
  Seq position;  // of a device: where it is once it has applied this
  std::vector<DeliverItem> items;
  std::string_view bodies;
};

struct ProgressOk {
  LeaseNo lease;
  Seq seq;
};

// Stop working on this delivery if the platform has not been called yet; still report.
struct Recall {
  LeaseNo lease;
  Seq seq;
};

// Body frame 1: the bytes.
struct BlobPart {
  Digest digest;
  uint64_t offset = 0;
  uint64_t total = 0;
  std::string_view bytes;
};

// ---- publishers -> broker -----------------------------------------------------------------------

// One frame per part: its canonical JSON. approvals: opaque to the spine, kept beside the bundle.
struct Submit {
  std::vector<std::string_view> parts;
  std::vector<std::string> approvals;
  Cursor receipt;  // the newest one the publisher holds, if it says so
};

// kind: mark_invalid, replace, remove, erase.
struct WithdrawRequest {
  std::string id;
  uint32_t revision = 0;  // 0: all
  std::string kind;
  std::string reason;
  std::string public_note;
  std::string successor;  // replace: "publisher/id", or an id of one's own
};

// Body frame 1: at most 256 KiB of the attachment, at `offset`, chunks in order.
struct BlobPut {
  Digest digest;
  uint64_t offset = 0;
  uint64_t total = 0;
  std::string_view bytes;
};

struct StatusQuery {
  std::string id;  // of the asking publisher's own publication
  Cursor receipt;  // as of SUBMIT
};

// ---- broker -> publishers -----------------------------------------------------------------------

struct AcceptedPart {
  std::string id;
  uint32_t revision = 0;
  Digest digest;
  std::string index_no;
};

// The receipt. mac: keyed by the broker over (epoch, seq, hash); hash: of the changeset.
struct Accepted {
  Seq seq;
  Utc accepted_at;
  bool already = false;  // the same bundle was accepted before; this is its receipt again
  uint64_t epoch = 0;
  Digest hash;
  Digest mac;
  std::vector<AcceptedPart> parts;
};

struct Refused {
  std::vector<Error> errors;
};

// received: bytes of this blob held so far; the next BLOB_PUT starts there. complete: stored
// durably.
struct BlobOk {
  Digest digest;
  uint64_t received = 0;
  bool complete = false;
};

struct ChannelStatus {
  std::string channel;
  DeliveryState state = DeliveryState::pending;
  Utc since;
  std::string reason;
  std::string url;
};

struct StatusIs {
  bool found = false;
  uint32_t revision = 0;
  Seq seq;
  std::string index_no;
  std::vector<ChannelStatus> channels;
};

// ---- both ways ----------------------------------------------------------------------------------

// Either side may ask; the other answers with the same number and answer = true.
struct Ping {
  uint64_t number = 0;
  bool answer = false;
};

struct Goodbye {
  std::string reason;
};

// The peer did something the protocol does not allow. The session goes on unless GOODBYE follows.
struct ErrorMessage {
  Error error;
};

using Body = std::variant<Hello,
                          Credit,
                          Progress,
                          ReportBatch,
                          BlobGet,
                          Welcome,
                          Deliver,
                          ProgressOk,
                          Recall,
                          BlobPart,
                          Submit,
                          WithdrawRequest,
                          BlobPut,
                          StatusQuery,
                          Accepted,
                          Refused,
                          BlobOk,
                          StatusIs,
                          Sync,
                          Manifest,
                          Enrol,
                          Ping,
                          Goodbye,
                          ErrorMessage>;

// correlation: chosen by the asker, repeated in the answer; 0 where nothing was asked.
struct Message {
  uint64_t correlation = 0;
  Body body;
};

// Verbs on the wire: HELLO CREDIT PROGRESS REPORT BLOB_GET WELCOME DELIVER PROGRESS_OK RECALL
// BLOB_PART SUBMIT WITHDRAW BLOB_PUT STATUS ACCEPTED REFUSED BLOB_OK STATUS_IS SYNC MANIFEST ENROL
// PING GOODBYE ERROR.
std::string_view verb_of(const Body& body);

}  // namespace gulou::wire
