// SimBroker is the broker's process without threads and sockets: the real Sessions, Pump, Core and
// facts around a FaultyJournal, in the loop of broker/app/broker.cc. It dies at any moment and
// opens again what its journal left. Owned by the World.
#pragma once

#include "broker/app/pump.h"
#include "broker/net/sessions.h"
#include "common/base/metrics.h"
#include "tests/simulation/faulty_journal.h"
#include "tests/simulation/network.h"
#include "tests/simulation/trace.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace gulou::simulation {

class SimBroker : public Listener, public Outlet, public BodySource {
 public:
  struct Parts {
    Schedule& schedule;
    Random& random;
    SimNetwork& network;
    Checker& checker;
    const Trace& trace;
  };

  SimBroker(Parts parts, CountySettings county, NetPrincipals principals, Planted planted);

  void start();
  void die(const char* why);

  bool alive() const { return alive_; }

  struct Faults {
    int64_t commit_fails = 0;
    int64_t commit_slow = 0;
  };

  void set_faults(Faults faults);
  // What an operator decides, as HTTP brings it.
  void tell(const Event& event);
  // The configuration changed.
  void configure(CountySettings county);

  // Called when a process has started.
  void set_on_start(std::function<void()> what) { on_start_ = std::move(what); }

  const Core& core() const { return *core_; }

  const MemoryJournal& journal() const { return journal_->whole(); }

  // Nothing under way inside the process.
  bool quiet() const;

  uint64_t crashes() const { return crashes_; }

  // Of the core, over all processes.
  uint64_t events() const { return events_; }

  const std::set<std::pair<DeliveryState, Trigger>>& fired() const { return fired_; }

  // Listener
  bool listening() const override { return alive_; }

  void on_frames(Door door,
                 const std::string& routing_id,
                 const std::string& principal,
                 const Frames& frames) override;
  // Outlet
  net::SendOutcome send(Door door,
                        std::string_view peer,
                        std::span<const net::OutFrame> frames) override;
  // BodySource
  std::vector<SharedBytes> bodies(std::span<const std::pair<Seq, uint8_t>> places) override;
  std::vector<Utc> published_on(std::span<const Seq> first_seqs) override;

 private:
  void take(const Event& event);
  void wake(int64_t ms);
  void loop();
  void sort_inbox();
  void close_round();
  void start_commit();
  void end_commit();
  void let_go();
  void wake_for_deadlines();

  template <class What>
  void later(int64_t ms, What what) {
    parts_.schedule.after(ms, [this, life = life_, what = std::move(what)]() mutable {
      if (life == life_) {
        what();
      }
    });
  }

  Now now() const { return parts_.schedule.now(); }

  Parts parts_;
  CountySettings county_;
  NetPrincipals principals_;
  Planted planted_;
  Faults faults_;
  bool alive_ = false;
  uint64_t life_ = 0;
  uint64_t crashes_ = 0;
  uint64_t events_ = 0;
  std::function<void()> on_start_;
  MemoryRows disk_;
  std::set<std::pair<DeliveryState, Trigger>> fired_;

  // Of one process.
  std::unique_ptr<FaultyJournal> journal_;
  std::unique_ptr<Core> core_;
  std::unique_ptr<Pump> pump_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<Sessions> sessions_;
  Inbox inbox_;
  size_t taken_ = 0;
  std::deque<Pump::Round> to_commit_;
  std::deque<std::pair<RoundNo, Committed>> committed_;
  bool committing_ = false;
  size_t facts_under_way_ = 0;
  Mono next_tick_;
  std::optional<int64_t> woken_at_;
};

}  // namespace gulou::simulation
