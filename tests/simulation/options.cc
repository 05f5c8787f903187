#include "tests/simulation/options.h"

namespace gulou::simulation {
namespace {

ChannelPlan plan(Random& random, std::string id, Outside outside, int instances) {
  ChannelPlan made;
  made.policy.id = id;
  made.policy.name = id;
  made.policy.portal = id == "portal";
  made.policy.filter.imports = true;
  made.policy.lease_ms = random.between(15'000, 40'000);
  made.policy.attempts_max = static_cast<uint32_t>(random.between(3, 8));
  made.policy.backoff_first_ms = random.between(500, 2'000);
  made.policy.backoff_ms_max = random.between(2'000, 20'000);
  made.policy.age_ms_max = random.per_mille(300) ? random.between(20'000, 90'000) : 86'400'000;
  made.outside = outside;
  made.instances = instances;
  made.credit =
      static_cast<uint64_t>(random.per_mille(400) ? random.between(1, 3) : random.between(4, 64));
  return made;
}

void draw_channels(Random& random, Options& options) {
  options.channels.push_back(
      plan(random, "portal", {.idempotent = true}, random.per_mille(300) ? 2 : 1));
  if (random.per_mille(600)) {
    options.channels.push_back(
        plan(random, "screen", {.idempotent = true, .urls = false}, random.per_mille(300) ? 2 : 1));
  }
  if (random.per_mille(600)) {
    options.channels.push_back(plan(random, "wechat", {.drafts = random.per_mille(500)}, 1));
  }
  if (random.per_mille(300)) {
    options.channels.push_back(plan(random, "media", {.askable = false}, 1));
    options.channels.back().policy.filter.columns = {"zcwj"};
    options.channels.back().policy.filter.imports = false;
  }
  if (random.per_mille(200)) {
    options.channels.push_back(plan(random, "drill", {.idempotent = true}, 1));
    options.channels.back().policy.filter.drill = true;
  }
}

}  // namespace

Options Options::of(uint64_t seed) {
  Random random(seed ^ 0x0f7104eULL);
  Options options;
  const auto sometimes = [&](int64_t chance, int64_t low, int64_t high) {
    return random.per_mille(chance) ? random.between(low, high) : 0;
  };
  options.work_ms = random.between(20'000, 90'000);
  options.submissions =
      static_cast<int>(random.per_mille(100) ? random.between(50, 120) : random.between(3, 30));
  options.revise = sometimes(700, 100, 600);
  options.resubmit = sometimes(500, 20, 200);
  options.conflict = sometimes(300, 20, 100);
  options.duplicate = sometimes(300, 20, 150);
  options.urgent = sometimes(400, 50, 500);
  options.scheduled = sometimes(400, 50, 400);
  options.expiring = sometimes(300, 50, 300);
  options.imported = sometimes(300, 50, 500);
  options.drill = sometimes(200, 50, 300);
  options.bundles = sometimes(600, 100, 600);
  options.supplied_index = sometimes(300, 50, 300);

  options.broker_kill_every_ms = sometimes(600, 4'000, 40'000);
  options.adapter_kill_every_ms = sometimes(500, 4'000, 40'000);
  options.link_break_every_ms = sometimes(500, 3'000, 30'000);
  options.clock_step_every_ms = sometimes(200, 10'000, 40'000);
  options.operator_every_ms = sometimes(500, 3'000, 20'000);
  options.commit_fails = sometimes(200, 2, 30);
  options.commit_slow = sometimes(300, 20, 200);
  options.slow_links = sometimes(300, 50, 400);
  options.queue_full = sometimes(150, 2, 20);
  options.transient = sometimes(500, 20, 400);
  options.lost_answer = sometimes(500, 20, 300);
  options.content = sometimes(300, 10, 100);
  options.auth = sometimes(200, 10, 50);
  options.quota = sometimes(200, 10, 60);
  options.reviewed = sometimes(400, 50, 500);
  options.outage = sometimes(300, 50, 300);
  options.repeat_submit = sometimes(400, 20, 300);
  draw_channels(random, options);
  return options;
}

}  // namespace gulou::simulation
