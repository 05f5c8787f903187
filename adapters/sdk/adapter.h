// The one interface the author of a channel implements. The runner (runner.h) calls it on one
// thread, one delivery at a time, never after the lease could have ended, and reports what it
// returns. An adapter keeps no delivery state of its own: everything it needs stands in the
// Delivery.
#pragma once

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/delivery.h"
#include "common/model/release.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::sdk {

struct Part {
  uint8_t part = 0;  // index within the bundle
  std::string publisher;
  // Of a withdrawal only id and revision are set: its text is not sent. It takes back what is there
  // up to that revision; what is newer stays.
  Release release;
  std::string_view canonical;  // the bytes that were approved; valid during the call
  Digest digest;
  std::string index_no;
  Utc published_on;
  Seq first_seq;  // of the publication's first revision
  // What this channel gave back for an earlier revision; empty for a first one.
  std::string old_platform_id;
  std::string old_url;
  uint32_t old_revision = 0;
  // Shown with the banner 已失效 and this note (empty: the channel's own words).
  bool invalid = false;
  std::string public_note;
  std::string portal_url;  // where the portal shows it, on a channel that waited for the portal
};

struct Delivery {
  Seq seq;
  // Of withdraw(): mark_invalid (it stays, with a banner), replace (point to the successor) or
  // remove.
  std::optional<WithdrawalKind> withdrawal;
  std::string public_note;    // for the public; empty: the default sentence
  std::string successor;      // replace: "publisher/id"
  std::string successor_url;  // where that is shown, if it is
  uint32_t attempt = 1;
  bool maybe_published = false;
  bool imported = false;
  bool test = false;
  std::vector<std::string> platform_ids;  // learnt by PROGRESS in earlier attempts
  std::vector<Part> parts;
  Mono call_deadline;  // no platform call may start after this
};

// What an adapter may ask of its runner during a call.
class Helper {
 public:
  virtual ~Helper() = default;

  // Makes a platform id durable at the broker before the next irreversible step; returns once it
  // is. Error: the adapter must stop before its next irreversible step. `recalled`: the delivery is
  // taken back; report `transient` with that reason where nothing is visible yet. Others: the
  // broker does not answer; report `ambiguous`.
  virtual Status progress(uint8_t part, std::string_view platform_id) = 0;

  // Reads a whole attachment of the delivery in hand, piece by piece, checking its digest.
  virtual Status read_blob(const Digest& digest,
                           uint64_t size_bytes,
                           const std::function<Status(std::string_view piece)>& sink) = 0;
};

// Reports are made with these and nowhere else. `reason` is a stable snake_case word that people
// filter by; `detail` is what the platform said, for people. What each does to the delivery and to
// the channel: README.md.

// It is there, in the revisions the receipt names (receipt_of()).
Report published(Receipt receipt);
// The platform took it and decides later: the delivery is `confirming` and comes to find() at
// next_poll, or when Callbacks::called_back() names this id. Zero: after the channel's first
// back-off. find() may answer `accepted` again.
Report accepted(std::string platform_id, Utc next_poll = {});
// A draft is there under this id and a person must make it public; detail: where. Parked as
// `awaiting_person`.
Report prepared(std::string platform_id, std::string detail);
// It did not happen and may work later, not before retry_after_ms (0: as policy says).
Report transient(std::string reason, std::string detail, int64_t retry_after_ms = 0);
// Nobody knows: find() is asked before the next attempt.
Report ambiguous(std::string reason, std::string detail);
// The platform allows no more until then: the channel sleeps, and it costs the delivery no attempt.
Report quota(Utc until, std::string reason, std::string detail);
// Nothing works until a person has renewed the authorisation (auth) or corrected the settings
// (misconfigured): the channel stops with an alarm, and it costs the delivery no attempt.
Report auth(std::string reason, std::string detail);
Report misconfigured(std::string reason, std::string detail);
// The platform will never take this content: parked at once for a person.
Report content(std::string reason, std::string detail);
// find(): it is not there. withdraw(): there was nothing to take back. Of publish() and update() it
// parks the delivery.
Report gone();

// What an Error says beside its reason, for the detail of a Report: its values, which are the
// words of a platform or the name of a file, and its field, or its reason where it has none.
std::string words_of(const Error& error);

// A receipt that names every part of the delivery at the revision delivered, still without ids and
// URLs.
Receipt receipt_of(const Delivery& delivery, ReceiptLevel level, Utc at);

// Of RECALL, in Errors of Helper::progress and in reports.
inline constexpr std::string_view recalled = "recalled";

class ChannelAdapter {
 public:
  virtual ~ChannelAdapter() = default;

  // First revision of every part (old_revision == 0 throughout).
  virtual Report publish(const Delivery& delivery, Helper& helper) = 0;

  // At least one part was on the channel before.
  virtual Report update(const Delivery& delivery, Helper& helper) = 0;

  // delivery.withdrawal says what is wanted. `published`: it is as wanted, read back where the
  // channel can be read; `gone`: nothing was there. Doing it twice must do no harm.
  virtual Report withdraw(const Delivery& delivery, Helper& helper) = 0;

  // Called first when the delivery is marked maybe_published: is it there already? `published` with
  // a receipt for every part, each with the revision that is there, ends the delivery, or leads to
  // update() where an older revision is there; `gone` says "not there, go on"; anything else is
  // reported as it is. Before a withdrawal: `gone` ends it, `published` leads to withdraw().
  virtual Report find(const Delivery& delivery, Helper& helper) = 0;
};

}  // namespace gulou::sdk
