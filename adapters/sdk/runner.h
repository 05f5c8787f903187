// Runner is the adapter side of the protocol as a pure machine: messages, results and time go in;
// messages to send and calls to make come out. It has no socket, thread or clock, so the simulator
// runs the real one; shell.h puts it on the network. One call is under way at a time, higher lanes
// first, so withdrawals before all else; a call starts only if its lease outlasts the call's
// time-out, otherwise the lease is extended before.
#pragma once

#include "adapters/sdk/adapter.h"
#include "common/base/time.h"
#include "common/wire/messages.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace gulou::sdk {

struct RunnerOptions {
  std::string channel;
  std::string instance;
  std::string software;
  uint64_t credit_messages = 16;
  uint64_t credit_bytes = 8 * 1024 * 1024;  // at least one whole bundle
  int64_t call_ms_max = 20'000;             // no call of the adapter takes longer
  int64_t confirm_every_ms = 0;             // the broker is asked whether it is there; 0: never
};

enum class CallKind : uint8_t { find, publish, update, withdraw };

// What the adapter is asked to do now. Owns the bytes its parts point into.
struct Call {
  CallKind kind = CallKind::publish;
  LeaseNo lease;
  Delivery delivery;
  std::shared_ptr<const std::string> bodies;
};

class Runner {
 public:
  explicit Runner(RunnerOptions options) : options_(std::move(options)) {}

  // The link is up: HELLO. Also after every reconnect.
  void on_connected(Now now);
  // The link is down, or the broker said GOODBYE: what is queued will come again.
  void on_disconnected();
  void on_message(const wire::Message& message, Now now);
  // The call handed out by take_call() has ended.
  void on_result(Report report, Now now);
  // The call under way has learnt a platform id.
  void on_progress(uint8_t part, std::string platform_id, Now now);
  // The platform called back about what was reported `accepted` under this id. Told after WELCOME;
  // the same id once.
  void on_called_back(std::string platform_id);
  void on_time(Now now);

  std::vector<wire::Message> take_sends();
  // At most one call is out at a time.
  std::optional<Call> take_call(Now now);
  // Answers to on_progress(): Error when the lease is over, the delivery was recalled or the link
  // is down.
  std::optional<Status> take_progress_answer();
  // When to call on_time() at the latest.
  std::optional<Mono> next_deadline() const;

  bool welcomed() const { return welcomed_; }

  bool idle() const { return !running_ && queued_ == 0; }

  // Told once: when the broker was asked last, of what it has answered with nothing under way here.
  // All that it had sent until then has been carried out.
  std::optional<Mono> take_confirmed() { return std::exchange(confirmed_, std::nullopt); }

  // How far the broker's clock is ahead of this one's; nothing while it was never asked.
  std::optional<int64_t> clock_ahead_ms() const { return clock_ahead_ms_; }

  // The broker said GOODBYE for this reason; reconnecting starts anew.
  const std::string& goodbye() const { return goodbye_; }

  // An ERROR that came before WELCOME: this adapter may not serve, and a person must know why.
  const std::optional<Error>& refusal() const { return refusal_; }

 private:
  struct LeaseState {
    Mono deadline;
    int64_t lease_ms = 0;
    size_t open_items = 0;
    bool extending = false;
    Mono asked_at;
  };

  struct Item {
    LeaseNo lease;
    wire::DeliverItem facts;
    std::shared_ptr<const std::string> bodies;
    size_t body_offset = 0;
    size_t body_bytes = 0;
    bool looked = false;  // find() said it is not there
  };

  struct Running {
    Item item;
    Lane lane = Lane::normal;
    CallKind kind = CallKind::publish;
    bool orphaned = false;  // the session it belongs to is gone
    bool recalled = false;  // nothing more that cannot be undone
  };

  void deliver(const wire::Deliver& deliver, Now now);
  void finish(const Item& item, Report report);
  void grant(bool always);
  void send(wire::Body body);
  Result<Delivery> read(const Item& item) const;
  Result<Part> read_part(const wire::DeliverPart& facts, const Item& item, size_t offset) const;
  bool ready(const Item& item, Now now);
  CallKind kind_of(const Item& item, const Delivery& delivery) const;
  bool goes_on(const Running& running, const Report& report) const;
  void after_find(Item item, const Report& found);
  void recall(const wire::Recall& recall);
  void on_welcome(const wire::Welcome& welcome, Now now);
  void on_ping(const wire::Ping& ping, Now now);
  void on_progress_ok(const wire::ProgressOk& ok);
  void on_error(const Error& error);
  void learn(const wire::Cursor& cursor);

  RunnerOptions options_;
  bool connected_ = false;
  bool welcomed_ = false;
  std::string goodbye_;
  std::string last_goodbye_;  // told with the next HELLO
  wire::Cursor known_;        // the newest the broker gave: shows it if it has lost what it had
  std::optional<Error> refusal_;
  std::map<LeaseNo, LeaseState> leases_;
  std::map<Lane, std::deque<Item>> queue_;
  size_t queued_ = 0;

  std::optional<Running> running_;
  // What find() saw, for the update that follows.
  std::map<Seq, Receipt> found_;
  std::vector<wire::Message> sends_;
  std::vector<wire::ReportBatch> late_;   // successes of an earlier session, told after WELCOME
  std::vector<std::string> called_back_;  // while there is no session to tell
  std::optional<Status> progress_answer_;
  bool progress_asked_ = false;
  uint64_t correlation_ = 0;
  uint64_t done_messages_ = 0;
  uint64_t done_bytes_ = 0;
  uint64_t granted_messages_ = 0;
  uint64_t granted_bytes_ = 0;
  Mono said_last_;
  int64_t ping_every_ms_ = 0;
  Mono connected_at_;
  Mono asked_at_;
  std::optional<Mono> confirmed_;
  std::optional<int64_t> clock_ahead_ms_;
};

}  // namespace gulou::sdk
