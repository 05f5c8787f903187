// SimAdapter is the process of one adapter instance: the real Runner in the loop of
// adapters/sdk/shell.cc, and an adapter whose calls take time, fail half-way, lose their answer or
// their process. Owned by the World.
#pragma once

#include "adapters/sdk/runner.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/network.h"
#include "tests/simulation/outside.h"
#include "tests/simulation/trace.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gulou::simulation {

class SimAdapter : public Peer {
 public:
  struct Parts {
    Schedule& schedule;
    Random& random;
    SimNetwork& network;
    Checker& checker;
    const Trace& trace;
  };

  // Chances per call, per mille.
  struct Faults {
    int64_t transient = 0, lost_answer = 0, content = 0, auth = 0, quota = 0, gone = 0;
    int64_t reviewed = 0, unseen = 0;
  };

  SimAdapter(Parts parts,
             const ChannelPlan& plan,
             std::string instance,
             SimChannel& outside,
             Planted planted);

  void start();
  void die();

  bool alive() const { return runner_ != nullptr; }

  void set_faults(Faults faults) { faults_ = faults; }

  // No call under way, nothing queued.
  bool quiet() const { return runner_ && runner_->welcomed() && runner_->idle(); }

  const std::string& instance() const { return instance_; }

  const std::string& channel() const { return plan_.policy.id; }

  // Within a call about this publication.
  bool works_on(const std::string& publication) const;

  void on_link_up() override;
  void on_link_lost() override;
  void on_frames(const Frames& frames) override;

 private:
  // A call under way: what is left of it to do.
  struct Work {
    sdk::Call call;
    size_t next_part = 0;
    size_t parts_until_fault = SIZE_MAX;  // of this call; SIZE_MAX: none
    bool answer_lost = false;
    std::optional<Report> instead;  // refused before anything happened
    std::string draft;
    bool drafted = false;
  };

  void turn();
  void flush();
  void wake();
  void begin(sdk::Call call);
  void go_on();  // the next step of the call under way
  void end(Report report);
  void began() const;
  void ended() const;

  // adapter_calls.cc: the platform
  Report look(const sdk::Delivery& delivery) const;
  Report look_for_removal(const sdk::Delivery& delivery) const;
  std::optional<Report> draw_refusal(const sdk::Delivery& delivery);
  std::optional<Report> draw_sleep();
  Report take_for_review(const sdk::Call& call);
  void end_review(const std::string& platform_id);
  void call_back(const std::string& platform_id);
  void apply(const sdk::Part& part);
  void take_back(const sdk::Delivery& delivery, const sdk::Part& part);
  Receipt receipt(const sdk::Delivery& delivery);
  void say(wire::Body body);

  Now now() const { return parts_.schedule.now(); }

  template <class What>
  void later(int64_t ms, What what) {
    parts_.schedule.after(ms, [this, life = life_, what = std::move(what)] {
      if (life == life_) {
        what();
      }
    });
  }

  Parts parts_;
  const ChannelPlan& plan_;
  std::string instance_;
  SimChannel& outside_;
  Planted planted_;
  Faults faults_;
  uint64_t life_ = 0;
  std::unique_ptr<sdk::Runner> runner_;
  std::optional<Work> work_;
  bool connected_ = false;
  Mono heard_;
  Mono reopen_at_;
  std::optional<int64_t> woken_at_;
};

}  // namespace gulou::simulation
