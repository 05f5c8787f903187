// World is one simulated life: a broker, its adapters, publishers, operators and the outside,
// troubled as its seed says; then the troubles stop and everything must come to rest. Nothing in it
// is random but the seed: the same seed is the same life.
#pragma once

#include "tests/simulation/adapter.h"
#include "tests/simulation/broker.h"
#include "tests/simulation/operator.h"
#include "tests/simulation/publisher.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gulou::simulation {

struct Life {
  std::optional<std::string> violation;
  uint64_t commit = 0;
  int64_t ended_ms = 0;
  uint64_t steps = 0;
  uint64_t events = 0;  // of the core
  uint64_t crashes = 0;
  uint64_t entries = 0;
  std::set<std::pair<DeliveryState, Trigger>> fired;
};

class World {
 public:
  World(uint64_t seed, bool trace, Planted planted);

  Life run();

 private:
  void every(int64_t mean_ms, void (World::*what)());
  void have_ideas();
  void kill_broker();
  void kill_adapter();
  void break_link();
  void step_clock();
  void operate(void (SimOperator::*what)());

  void decide() { operate(&SimOperator::decide); }

  void withdraw() { operate(&SimOperator::withdraw); }

  void pause_or_resume() { operate(&SimOperator::pause_or_resume); }

  void retire() { operate(&SimOperator::retire); }

  void replay() { operate(&SimOperator::replay); }

  void confirm() { operate(&SimOperator::confirm); }

  void add_channels();
  void start_troubles();
  void rest();
  void outage();
  void set_faults(bool on);
  // What is not at rest; empty when all is.
  std::string unrest() const;
  bool step();

  uint64_t seed_;
  Options options_;
  Planted planted_;
  Trace trace_;
  Random random_;
  Schedule schedule_;
  Channels channels_;
  Checker checker_;
  SimNetwork network_;
  std::unique_ptr<SimBroker> broker_;
  std::vector<std::unique_ptr<SimAdapter>> adapters_;
  std::vector<std::unique_ptr<SimPublisher>> publishers_;
  std::unique_ptr<SimOperator> operator_;
  bool troubled_ = true;
  int ideas_left_ = 0;
};

}  // namespace gulou::simulation
