#include "tests/simulation/options.h"

namespace gulou::simulation {
namespace {

Rates draw_rates(Random& random) {
  Rates rates;
  if (random.per_mille(500)) {
    rates.per_second = static_cast<uint32_t>(random.between(1, 3));
  }
  if (random.per_mille(500)) {
    rates.per_minute = static_cast<uint32_t>(random.between(3, 20));
  }
  if (random.per_mille(200)) {
    rates.per_day = static_cast<uint32_t>(random.between(5, 40));
  }
  return rates;
}

OnWithdrawal draw_on_withdrawal(Random& random) {
  static constexpr OnWithdrawal all[] = {
      OnWithdrawal::adapter, OnWithdrawal::leave, OnWithdrawal::take_down, OnWithdrawal::park};
  return random.per_mille(400) ? OnWithdrawal::adapter : all[random.below(4)];
}

void draw_policy(Random& random, Channel& policy) {
  policy.lease_ms = random.between(15'000, 40'000);
  policy.attempts_max = static_cast<uint32_t>(random.between(1, 8));
  policy.backoff_first_ms = random.between(500, 2'000);
  policy.backoff_ms_max = random.between(2'000, 20'000);
  policy.age_ms_max = random.per_mille(300) ? random.between(20'000, 90'000) : 86'400'000;
  policy.call_ms_max = 5'000;
  policy.circuit_failures = static_cast<uint32_t>(random.between(2, 6));
  policy.probe_ms = random.between(1'000, 8'000);
  policy.order = random.per_mille(150) ? Order::strict : Order::per_release;
  policy.rates = random.per_mille(250) ? draw_rates(random) : Rates{};
  policy.credit_max = random.per_mille(200) ? static_cast<uint32_t>(random.between(1, 3)) : 0;
  if (random.per_mille(300)) {
    policy.on_withdrawal = {draw_on_withdrawal(random),
                            draw_on_withdrawal(random),
                            draw_on_withdrawal(random),
                            draw_on_withdrawal(random)};
  }
}

ChannelPlan plan(Random& random, std::string id, Outside outside, int instances) {
  ChannelPlan made;
  made.policy.id = id;
  made.policy.name = id;
  made.policy.portal = id == "portal";
  made.policy.filter.imports = true;
  made.policy.can_look = outside.askable;
  draw_policy(random, made.policy);
  made.outside = outside;
  made.instances = instances;
  made.credit =
      static_cast<uint64_t>(random.per_mille(400) ? random.between(1, 3) : random.between(4, 64));
  return made;
}

void gate(Random& random, Channel& policy) {
  policy.gate.channel = "portal";
  policy.gate.timeout_ms = random.between(3'000, 40'000);
  policy.gate.proceeds = random.per_mille(500);
  policy.gate.urgent_skips = random.per_mille(500);
}

void draw_channels(Random& random, Options& options) {
  auto& channels = options.channels;
  channels.push_back(plan(random,
                          "portal",
                          {.idempotent = true, .urls = random.per_mille(700)},
                          random.per_mille(300) ? 2 : 1));
  channels.back().policy.read_back = random.per_mille(850);
  channels.back().policy.filter.imports = random.per_mille(850);
  if (random.per_mille(600)) {
    channels.push_back(
        plan(random, "screen", {.idempotent = true, .urls = false}, random.per_mille(300) ? 2 : 1));
  }
  if (random.per_mille(600)) {
    const bool exclusive = random.per_mille(500);
    channels.push_back(
        plan(random, "wechat", {.drafts = random.per_mille(500)}, exclusive ? 2 : 1));
    channels.back().policy.exclusive = exclusive;
    channels.back().policy.mode = random.per_mille(150) ? Mode::draft : Mode::api;
  }
  if (random.per_mille(300)) {
    channels.push_back(plan(random, "media", {.askable = false}, 1));
    channels.back().policy.filter.columns = {"zcwj"};
    channels.back().policy.filter.imports = false;
  }
  if (random.per_mille(200)) {
    channels.push_back(plan(random, "board", {}, 0));
    channels.back().policy.mode = Mode::manual;
  }
  for (ChannelPlan& one : channels) {
    if (one.policy.id != "portal" && random.per_mille(400)) {
      gate(random, one.policy);
    }
  }
  if (random.per_mille(200)) {
    channels.push_back(plan(random, "drill", {.idempotent = true}, 1));
    channels.back().policy.filter.drill = true;
  }
  if (random.per_mille(250)) {
    static constexpr Start starts[] = {Start::now, Start::current, Start::all};
    channels.push_back(plan(random, "weibo", {.idempotent = random.per_mille(500)}, 1));
    channels.back().later = true;
    channels.back().policy.start = starts[random.below(3)];
  }
}

// A planted fault must have something to break.
void favour(Random& random, Options& options, Planted planted) {
  options.withdraw = 300;
  options.withdraw_every_ms = 4'000;
  options.replay_every_ms = planted == Planted::replayed_withdrawn ? 1'500 : 5'000;
  options.confirm_every_ms = 3'000;
  options.embargoed = 300;
  options.bundles = 500;
  options.broker_kill_every_ms = 8'000;
  if (planted == Planted::paused_forgotten) {
    options.pause_every_ms = 4'000;
  }
  for (ChannelPlan& one : options.channels) {
    if (planted == Planted::gate_ignored && one.policy.id != "portal" && !one.later) {
      gate(random, one.policy);
    }
    if (planted == Planted::rate_exceeded) {
      one.policy.rates = {2, 0, 0};
    }
    if (planted == Planted::strict_ignored) {
      one.policy.order = Order::strict;
    }
    if (planted == Planted::two_exclusive && !one.outside.idempotent && one.instances > 0) {
      one.instances = 2;
      one.policy.exclusive = true;
    }
  }
}

}  // namespace

Options Options::of(uint64_t seed, Planted planted) {
  Random random(seed ^ 0x0f7104eULL);
  Options options;
  const auto sometimes = [&](int64_t chance, int64_t low, int64_t high) {
    return random.per_mille(chance) ? random.between(low, high) : 0;
  };
  options.work_ms = random.between(10'000, 50'000);
  options.submissions =
      static_cast<int>(random.per_mille(100) ? random.between(50, 120) : random.between(6, 50));
  options.revise = sometimes(700, 100, 600);
  options.resubmit = sometimes(500, 20, 200);
  options.conflict = sometimes(300, 20, 100);
  options.duplicate = sometimes(300, 20, 150);
  options.withdraw = sometimes(600, 50, 400);
  options.urgent = sometimes(400, 50, 500);
  options.scheduled = sometimes(400, 50, 400);
  options.expiring = sometimes(300, 50, 300);
  options.embargoed = sometimes(250, 50, 300);
  options.imported = sometimes(300, 50, 500);
  options.drill = sometimes(200, 50, 300);
  options.bundles = sometimes(600, 100, 600);
  options.supplied_index = sometimes(300, 50, 300);

  options.decide_every_ms = sometimes(600, 1'000, 10'000);
  options.withdraw_every_ms = sometimes(400, 3'000, 20'000);
  options.pause_every_ms = sometimes(300, 3'000, 15'000);
  options.replay_every_ms = sometimes(300, 3'000, 15'000);
  options.retire_every_ms = sometimes(80, 10'000, 40'000);

  options.broker_kill_every_ms = sometimes(500, 4'000, 40'000);
  options.adapter_kill_every_ms = sometimes(500, 4'000, 40'000);
  options.link_break_every_ms = sometimes(500, 3'000, 30'000);
  options.clock_step_every_ms = sometimes(200, 10'000, 40'000);
  options.commit_fails = sometimes(200, 2, 30);
  options.commit_slow = sometimes(300, 20, 200);
  options.slow_links = sometimes(300, 50, 400);
  options.queue_full = sometimes(150, 2, 20);
  options.transient = sometimes(500, 20, 400);
  options.lost_answer = sometimes(500, 20, 300);
  options.content = sometimes(300, 10, 100);
  options.auth = sometimes(200, 10, 80);
  options.quota = sometimes(200, 10, 80);
  options.gone = sometimes(100, 10, 60);
  options.reviewed = sometimes(400, 50, 500);
  options.unseen = sometimes(200, 20, 300);
  options.outage = sometimes(300, 50, 300);
  options.repeat_submit = sometimes(400, 20, 300);
  draw_channels(random, options);
  options.confirm_every_ms = sometimes(700, 1'000, 10'000);
  if (planted != Planted::none) {
    favour(random, options, planted);
  }
  return options;
}

}  // namespace gulou::simulation
