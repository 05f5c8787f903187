// Desk is what HTTP may ask of the running broker. Questions go to the broker thread by mailbox;
// answers come back on the broker thread, so a callback must be short: it usually completes an HTTP
// Responder. Every call that returns false (too much is waiting) never calls back.
#pragma once

#include "broker/core/event.h"
#include "broker/core/view.h"
#include "common/base/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace gulou {

// The receipt, hash and MAC filled in; or the reasons of a refusal.
struct SubmitAnswer {
  bool accepted = false;
  SendAccepted receipt;
  Digest mac;
  std::vector<Error> errors;
};

struct BlobPutState {
  uint64_t received = 0;  // bytes held; the next range starts here
  bool complete = false;  // stored durably
  std::vector<Error> errors;
};

// A way of notify.toml by which nobody can be told at present.
struct NotifyFailure {
  std::string way;
  Utc since;
  uint32_t times = 0;  // in a row
  Error error;         // the last one
};

// One key is used in two places.
struct ClonedKey {
  std::string principal;
  std::string instance;
  Utc since;
  Utc last;
  uint32_t times = 0;
};

// What the process shell knows besides the core.
struct ShellView {
  Utc started_at;
  uint64_t disk_free_bytes = 0;
  uint64_t disk_total_bytes = 0;
  bool disk_accepting = true;
  bool chain_checked = false;  // the background check of bodies and chain has finished well
  std::string chain_failure;   // what it found instead
  uint64_t changesets = 0;
  std::vector<NotifyFailure> notify_failures;
  std::vector<ClonedKey> cloned_keys;
};

struct BrokerView {
  CoreView core;
  ShellView shell;
  Utc now;  // when this was so
};

// What an operator may decide, and what the notifier has told people; `from` is filled in by the
// desk.
using Decision = std::variant<OperatorDecided,
                              ChannelDecided,
                              ReplayAsked,
                              ReplayCancelled,
                              ConfirmationDecided,
                              Notified,
                              LossSettled,
                              DeviceDecided>;

// job: where a replay begins, or the number of an invited device; confirmation: it waits for a
// second operator. Otherwise 0.
struct DecisionTaken {
  JobNo job;
  ConfirmationNo confirmation;
};

// Gets each note when it is durable, on the broker thread. A first call with null says that it
// begins, later ones ask only whether it still listens. False: it does not, and is forgotten.
using NoteListener = std::function<bool(const Note*)>;

class Desk {
 public:
  virtual ~Desk() = default;

  [[nodiscard]] virtual bool submit(std::string publisher,
                                    PublisherRights rights,
                                    std::vector<SharedBytes> parts,
                                    std::vector<std::string> approvals,
                                    std::function<void(SubmitAnswer)> done) = 0;

  [[nodiscard]] virtual bool put_blob(const Digest& digest,
                                      uint64_t offset,
                                      uint64_t total,
                                      std::string bytes,
                                      std::function<void(BlobPutState)> done) = 0;

  // A receipt of ours, its MAC checked, that is newer than all the asker knows of.
  [[nodiscard]] virtual bool show_cursor(CursorShown shown) = 0;

  [[nodiscard]] virtual bool view(std::function<void(BrokerView)> done) = 0;

  // The receipt of a withdrawal, as of a submission.
  [[nodiscard]] virtual bool withdraw(WithdrawalAsked asked,
                                      std::function<void(SubmitAnswer)> done) = 0;

  [[nodiscard]] virtual bool decide(Decision decision,
                                    std::function<void(Result<DecisionTaken>)> done) = 0;

  [[nodiscard]] virtual bool follow(NoteListener listener) = 0;
};

}  // namespace gulou
