#include "tests/simulation/world.h"

#include <algorithm>

namespace gulou::simulation {
namespace {

constexpr int64_t rest_ms_max = 3'600'000;  // within an hour after the troubles all must be at rest
constexpr uint64_t steps_at_once_max = 200'000;

// later: with the channels that appear while all is running.
CountySettings county_of(const Options& options, bool later) {
  CountySettings county;
  county.units["jyj"] = {"jyj", "鼓楼县教育局", "000014349", "320106000000", ""};
  for (const char* const id : {"tzgg", "zcwj"}) {
    Column column;
    column.id = id;
    column.name = id;
    column.path = {"政府信息公开", id};
    column.responsible_unit = "jyj";
    county.columns[id] = column;
  }
  for (const ChannelPlan& plan : options.channels) {
    if (later || !plan.later) {
      county.channels.push_back(plan.policy);
    }
  }
  return county;
}

}  // namespace

World::World(uint64_t seed, bool trace, Planted planted)
    : seed_(seed),
      options_(Options::of(seed, planted)),
      planted_(planted),
      trace_(trace),
      random_(seed),
      checker_(schedule_, options_, channels_),
      network_(schedule_, random_),
      ideas_left_(options_.submissions) {
  NetPrincipals principals;
  for (const char* const name : {"oa1", "cms2"}) {
    principals[name] = {name, true, false, {}, {}};
    publishers_.push_back(std::make_unique<SimPublisher>(
        SimPublisher::Parts{schedule_, random_, network_, checker_, trace_, options_}, name));
  }
  for (const ChannelPlan& plan : options_.channels) {
    auto& outside = channels_[plan.policy.id];
    outside = std::make_unique<SimChannel>(plan.policy.id, plan.outside);
    for (int i = 1; i <= plan.instances; ++i) {
      const std::string instance = plan.policy.id + "-" + std::to_string(i);
      principals["key-" + instance] = {"key-" + instance, false, true, {}, {plan.policy.id}};
      adapters_.push_back(std::make_unique<SimAdapter>(
          SimAdapter::Parts{schedule_, random_, network_, checker_, trace_},
          plan,
          instance,
          *outside,
          planted));
    }
  }
  broker_ =
      std::make_unique<SimBroker>(SimBroker::Parts{schedule_, random_, network_, checker_, trace_},
                                  county_of(options_, false),
                                  std::move(principals),
                                  planted);
  network_.set_listener(*broker_);
  operator_ = std::make_unique<SimOperator>(SimOperator::Parts{
      schedule_, random_, *broker_, checker_, trace_, options_, channels_, adapters_});
  broker_->set_on_start([this] { operator_->follow_up(); });
}

// Again and again, at times around `mean_ms` apart; never when it is 0.
void World::every(int64_t mean_ms, void (World::*what)()) {
  if (mean_ms == 0 || !troubled_) {
    return;
  }
  schedule_.after(random_.between(mean_ms / 2, mean_ms * 3 / 2), [this, mean_ms, what] {
    if (troubled_) {
      (this->*what)();
      every(mean_ms, what);
    }
  });
}

void World::have_ideas() {
  if (ideas_left_ > 0) {
    --ideas_left_;
    random_.pick(publishers_)->idea();
  }
}

void World::kill_broker() {
  if (!broker_->alive()) {
    return;
  }
  broker_->die("killed");
  schedule_.after(random_.between(50, random_.per_mille(200) ? 20'000 : 2'000), [this] {
    if (!broker_->alive()) {
      broker_->start();
    }
  });
}

void World::kill_adapter() {
  SimAdapter& adapter = *random_.pick(adapters_);
  if (!adapter.alive()) {
    return;
  }
  adapter.die();
  schedule_.after(random_.between(50, random_.per_mille(200) ? 30'000 : 2'000),
                  [&adapter] { adapter.start(); });
}

void World::break_link() {
  network_.break_one();
}

void World::step_clock() {
  schedule_.step_wall_clock(random_.between(-20'000, 40'000));
}

void World::outage() {
  for (const auto& [id, outside] : channels_) {
    if (random_.per_mille(options_.outage)) {
      outside->down_until = {schedule_.now().mono.ms + random_.between(1'000, 15'000)};
    }
  }
}

void World::operate(void (SimOperator::*what)()) {
  if (broker_->alive()) {
    (*operator_.*what)();
  }
}

void World::add_channels() {
  broker_->configure(county_of(options_, true));
  for (const ChannelPlan& plan : options_.channels) {
    for (const auto& adapter : adapters_) {
      if (plan.later && adapter->channel() == plan.policy.id) {
        adapter->start();
      }
    }
  }
}

void World::set_faults(bool on) {
  const Options none;
  const Options& from = on ? options_ : none;
  network_.set_faults({from.slow_links, from.queue_full});
  broker_->set_faults({from.commit_fails, from.commit_slow});
  for (const auto& adapter : adapters_) {
    adapter->set_faults({from.transient,
                         from.lost_answer,
                         from.content,
                         from.auth,
                         from.quota,
                         from.gone,
                         from.reviewed,
                         from.unseen});
  }
}

// One thing happens; false when the run is over.
bool World::step() {
  if (checker_.violation()) {
    return false;
  }
  const Mono before = schedule_.now().mono;
  const uint64_t done = schedule_.done();
  while (schedule_.now().mono == before) {
    if (!schedule_.run_next() || checker_.violation()) {
      return false;
    }
    if (schedule_.done() - done > steps_at_once_max) {
      checker_.violated("time stands still");
      return false;
    }
  }
  return true;
}

std::string World::unrest() const {
  if (!broker_->quiet()) {
    return "the broker";
  }
  for (const auto& publisher : publishers_) {
    if (!publisher->quiet()) {
      return "publisher " + publisher->name();
    }
  }
  for (const auto& adapter : adapters_) {
    if (!adapter->quiet()) {
      return "adapter " + adapter->instance();
    }
  }
  if (!operator_->quiet()) {
    return "an operator";
  }
  return checker_.unrest(broker_->core(), broker_->journal());
}

void World::start_troubles() {
  set_faults(true);
  broker_->start();
  for (const auto& publisher : publishers_) {
    publisher->start();
  }
  for (const auto& adapter : adapters_) {
    const bool later = std::any_of(
        options_.channels.begin(), options_.channels.end(), [&](const ChannelPlan& plan) {
          return plan.later && plan.policy.id == adapter->channel();
        });
    if (!later) {
      adapter->start();
    }
  }
  schedule_.after(random_.between(1'000, options_.work_ms), [this] { add_channels(); });
  every(std::max<int64_t>(1, options_.work_ms / options_.submissions), &World::have_ideas);
  every(options_.broker_kill_every_ms, &World::kill_broker);
  every(options_.adapter_kill_every_ms, &World::kill_adapter);
  every(options_.link_break_every_ms, &World::break_link);
  every(options_.clock_step_every_ms, &World::step_clock);
  every(options_.decide_every_ms, &World::decide);
  every(options_.withdraw_every_ms, &World::withdraw);
  every(options_.pause_every_ms, &World::pause_or_resume);
  every(options_.replay_every_ms, &World::replay);
  every(options_.retire_every_ms, &World::retire);
  every(options_.confirm_every_ms, &World::confirm);
  every(10'000, &World::outage);
}

// The troubles stop; publishing goes on everywhere, and what was done by hand gets recorded.
void World::rest() {
  troubled_ = false;
  set_faults(false);
  const int64_t rest_until = schedule_.now().mono.ms + rest_ms_max;
  int64_t look_at = schedule_.now().mono.ms;
  bool rests = false;
  while (!rests && !checker_.violation()) {
    if (!step() || schedule_.now().mono.ms > rest_until) {
      checker_.violated("it does not come to rest: " + unrest());
      break;
    }
    if (schedule_.now().mono.ms < look_at) {
      continue;
    }
    if (broker_->quiet()) {
      operator_->resume_all();
      operator_->follow_up();
    }
    rests = unrest().empty();
    look_at = schedule_.now().mono.ms + 2'000;
  }
  if (rests) {
    checker_.check_end(broker_->core(), broker_->journal());
    if (seed_ % 10 == 0) {
      checker_.check_rebuilt(broker_->journal());
    }
  }
}

Life World::run() {
  start_troubles();
  const int64_t work_until = schedule_.now().mono.ms + options_.work_ms;
  while (schedule_.now().mono.ms < work_until && broker_->events() < options_.events_max &&
         step()) {
  }
  rest();
  Life life;
  life.violation = checker_.violation();
  life.commit = checker_.commit();
  life.ended_ms = schedule_.now().mono.ms;
  life.steps = schedule_.done();
  life.events = broker_->events();
  life.crashes = broker_->crashes();
  life.fired = broker_->fired();
  if (broker_->alive()) {
    life.entries = broker_->core().ledger().head().value;
    life.fired.insert(broker_->core().fired().begin(), broker_->core().fired().end());
  }
  return life;
}

}  // namespace gulou::simulation
