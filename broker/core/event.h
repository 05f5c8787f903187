// Event is everything that can happen to the broker. Facts that cost time (digests, markup, parsed
// fields) are established by worker threads before and travel in the event; the core judges them.
#pragma once

#include "broker/core/reader.h"
#include "broker/core/step.h"
#include "common/base/time.h"
#include "common/model/approval.h"
#include "common/model/personal_data.h"
#include "common/model/settings.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace gulou {

// What a worker found out about one submitted part. Identity first; `errors` are the violations of
// fields, kind and markup, judged only once identity is settled (design 5.1, order of checks).
struct PartFacts {
  std::string id;
  uint32_t revision = 0;
  uint32_t previous_revision = 0;
  UpdateClass update = UpdateClass::none;
  Kind kind = Kind::other;
  std::string column;
  std::string unit;      // id of the issuer's unit, empty when unknown
  std::string org_code;  // of the issuer
  Digest digest;
  Digest content_digest;
  Digest document_key;
  std::string index_no;  // supplied
  bool urgent = false;
  bool imported = false;
  bool test = false;
  Utc not_before;
  Utc expires;
  Utc embargo_until;
  std::vector<std::string> embargo_outlets;
  std::vector<std::string> distinct_from;  // ids this one is known to differ from
  std::vector<std::string> supersedes;     // targets of `replaces` and `corrects`
  std::vector<std::string> interprets;     // targets of `interprets`: for bundle rules

  struct AttachmentFacts {
    Digest digest;
    uint64_t size_bytes = 0;
    std::string content;  // what its media type says the bytes are: a word of model/media_type.h
    bool is_private = false;
  };

  struct PlannedFacts {
    Digest phase;  // as above
    std::string due_on;
  };

  std::vector<AttachmentFacts> attachments;
  std::string title;
  SharedBytes bytes;
  std::vector<Error> errors;
  std::vector<Error> disclosure;            // what keeps it from being disclosed
  std::vector<PersonalData> personal_data;  // fields named as the submission sees them
  std::string issuer;                       // name of the issuer
  std::string drafting_unit;                // of an interpretation
  Digest phase;                             // of an interpretation: SHA-256 of its name
  bool has_plan = false;                    // of a policy document: 解读方案
  std::vector<PlannedFacts> planned;        // its phases
  std::vector<std::string> audience;        // area codes and groups
  int64_t display_lease_ms = 0;             // without contact a screen shows it so long
};

// What the publisher's key may do; empty vectors mean everything.
struct PublisherRights {
  std::vector<std::string> units;
  std::vector<std::string> columns;
  bool asserted = false;  // its word stands for approvals without signature or sheet
  std::vector<Kind> kinds;
  std::vector<std::string> channels;  // its releases may go to these
  uint32_t rate_per_minute = 0;       // submissions, judged at the door; 0: no limit
};

// One approval that came with a bundle.
struct ApprovalFacts {
  Approval approval;
  Utc at;
  ApprovalLevel level = ApprovalLevel::none;
  bool signature_holds = false;      // by the key it names, whosever that is
  std::vector<Digest> scan_names;    // of a sheet on paper: bundles that QR codes on it name
  std::optional<Error> scan_unread;  // or why nobody can say
};

struct Submitted {
  Asker from;
  std::string publisher;
  PublisherRights rights;
  std::vector<PartFacts> parts;
  Digest bundle_digest;
  std::vector<ApprovalFacts> approvals;
  SharedBytes sign_off;  // the approvals as they are kept; null: none
  Digest sign_off_digest;
  std::vector<Error> shape_errors;  // not JSON, too large, not canonical …: refused before all else
};

// All bytes of a blob are in the blob table (not yet durable) and match the digest.
struct BlobArrived {
  Asker from;
  Digest digest;
  uint64_t size_bytes = 0;
  std::string media_type;  // what the bytes are: a word of model/media_type.h
};

struct SessionOpened {
  Asker from;
  std::string channel;
  std::string instance;
  std::string principal;
  SubscriberNo device;  // of a fleet; 0: an adapter
};

struct SessionClosed {
  SessionNo session;
};

struct CreditGranted {
  SessionNo session;
  uint64_t messages = 0;  // cumulative
  uint64_t bytes = 0;
};

struct Reported {
  SessionNo session;
  LeaseNo lease;

  struct Item {
    Seq from;
    Seq to;
    Report report;
  };

  std::vector<Item> items;
};

struct Progressed {
  Asker from;
  LeaseNo lease;
  Seq seq;
  uint8_t part = 0;
  std::string platform_id;
};

// The commit thread made a round durable.
struct RoundDurable {
  RoundNo round;
};

// First event of a process, and again when the configuration was reloaded.
struct Configured {
  CountySettings county;
};

// What the shells observe about the machine.
struct DiskObserved {
  bool accepting = true;
};

// SIGTERM: no new leases from now on.
struct Draining {};

// An operator decides about one delivery: tried now, given up, or what a person did about it.
struct OperatorDecided {
  Asker from;
  std::string operator_name;
  SubscriberNo subscriber;
  Seq seq;
  enum class Verb : uint8_t {
    retry,
    cancel,
    resolve_published,      // it is there, at `url`
    resolve_removed,        // of a withdrawal: it is gone
    resolve_not_published,  // of an ambiguous one: it is not there, go on
    open_gate,
  };
  Verb verb = Verb::retry;
  std::string reason;
  std::string url;
  std::string
      read_back;  // what fetching the URL showed: seen, unreachable, differs; empty: not asked
  Digest proof;   // of a file that shows it
};

// A publisher takes back publications of its own, or an operator any. All of one publisher.
struct WithdrawalAsked {
  struct Target {
    PublicationKey key;
    uint32_t revision = 0;  // the newest as the asker knows it; 0: whatever it is
  };

  Asker from;
  std::string by;
  bool by_operator = false;
  PublisherRights rights;
  std::vector<Target> targets;
  WithdrawalKind kind = WithdrawalKind::remove;
  std::string reason;
  std::string public_note;
  std::string successor;  // replace: "publisher/id", or an id of the same publisher
};

// An operator decides about channels. Empty channels: all.
struct ChannelDecided {
  Asker from;
  std::string operator_name;
  std::vector<ChannelNo> channels;
  enum class Verb : uint8_t { pause, resume, retire };
  Verb verb = Verb::pause;
  std::string reason;
};

struct ReplayAsked {
  Asker from;
  std::string operator_name;
  std::string reason;
  ReplaySelection selection;
  uint32_t per_minute = 0;  // 0: the default
  bool allow_duplicate = false;
};

struct ReplayCancelled {
  Asker from;
  std::string operator_name;
  std::string reason;
  JobNo job;
};

// A platform called back about an id it gave: the delivery that waits for it is looked at now.
struct CalledBack {
  SessionNo session;
  std::string platform_id;
};

// People were told about a cause (app/notifier.h).
struct Notified {
  Asker from;
  NoticeSent notice;
};

// A peer showed a receipt or cursor whose MAC is ours and that is newer than all we have said.
struct CursorShown {
  std::string by;
  uint64_t epoch = 0;
  Seq seq;
};

// An operator accepts that what was lost is lost: work goes on.
struct LossSettled {
  Asker from;
  std::string operator_name;
  std::string reason;
};

// A second operator confirms what another asked for, or somebody refuses it.
struct ConfirmationDecided {
  Asker from;
  std::string operator_name;
  ConfirmationNo confirmation;
  bool gives = false;
  std::string reason;
};

// What SendDestroy named cannot be found on this machine any more.
struct BytesDestroyed {
  ConfirmationNo confirmation;
};

// An operator decides about a device. invite: `wanted` says what it is; its key is that of the
// code. replace: another box takes its place, with a new code. change: where it is and what it
// takes.
struct DeviceDecided {
  Asker from;
  std::string operator_name;
  enum class Verb : uint8_t { invite, change, replace, revoke, retire };
  Verb verb = Verb::invite;
  std::string channel;  // invite
  SubscriberNo device;  // the others
  DeviceChanged wanted;
  std::string reason;
  Utc dark_by;  // retire: shows nothing since; 0: since now
};

// A device uses its code: from now on it has a key of its own, whose public half this is.
struct EnrolAsked {
  Asker from;
  SubscriberNo device;
  std::string key;  // Z85
};

// A device says how far it is and what it holds, and asks for what it lacks of a manifest.
struct Synced {
  SessionNo session;
  Seq position;
  Digest held;  // fold_held() of all it holds

  struct Want {
    Seq seq;
    uint8_t part = 0;
  };

  std::vector<Want> wants;
  bool confirm = false;  // it wants to be told if all is as it should be
  int64_t lease_ms = 0;  // its channel's display lease, as it keeps it
  uint8_t faults = 0;    // bits of DeviceFault
};

using Event = std::variant<Submitted,
                           BlobArrived,
                           SessionOpened,
                           SessionClosed,
                           CreditGranted,
                           Reported,
                           Progressed,
                           RoundDurable,
                           Configured,
                           DiskObserved,
                           Draining,
                           OperatorDecided,
                           WithdrawalAsked,
                           ChannelDecided,
                           ReplayAsked,
                           ReplayCancelled,
                           CalledBack,
                           Notified,
                           CursorShown,
                           LossSettled,
                           ConfirmationDecided,
                           BytesDestroyed,
                           DeviceDecided,
                           EnrolAsked,
                           Synced>;

}  // namespace gulou
