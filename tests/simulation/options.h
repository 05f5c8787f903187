// What kind of life a seed leads: sizes, rates of faults and the county, drawn so that each seed
// knows some troubles well and others not at all (swarm testing). Rates are per mille.
#pragma once

#include "common/model/settings.h"
#include "tests/simulation/random.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gulou::simulation {

// How the outside world of a channel behaves.
struct Outside {
  bool idempotent = false;  // publishing twice is publishing once; several instances may serve it
  bool askable = true;      // one can look whether something is there
  bool drafts = false;      // a draft first, whose id must be remembered
  bool urls = true;         // receipts name places
};

struct ChannelPlan {
  Channel policy;
  Outside outside;
  int instances = 1;
  uint64_t credit = 16;
};

struct Options {
  int64_t work_ms = 60'000;  // how long publishers have new ideas
  int submissions = 20;

  // workload
  int64_t revise = 0, resubmit = 0, conflict = 0, duplicate = 0;
  int64_t urgent = 0, scheduled = 0, expiring = 0, imported = 0, drill = 0, bundles = 0;
  int64_t supplied_index = 0;

  // faults
  int64_t broker_kill_every_ms = 0;  // 0: never
  int64_t adapter_kill_every_ms = 0;
  int64_t link_break_every_ms = 0;
  int64_t clock_step_every_ms = 0;
  int64_t operator_every_ms = 0;
  int64_t commit_fails = 0, commit_slow = 0;
  int64_t slow_links = 0, queue_full = 0;
  int64_t transient = 0, lost_answer = 0, content = 0, auth = 0, quota = 0, reviewed = 0;
  int64_t outage = 0;
  int64_t repeat_submit = 0;  // the same SUBMIT twice without waiting

  std::vector<ChannelPlan> channels;

  static Options of(uint64_t seed);
};

// A fault put into the system on purpose, to see the checker catch it.
enum class Planted : uint8_t {
  none,
  send_before_commit,
  publish_twice,
  lost_fsync,
  credit_ignored,
  hasty_retry,
  old_revision,
};

inline constexpr const char* planted_names[] = {"none",
                                                "send_before_commit",
                                                "publish_twice",
                                                "lost_fsync",
                                                "credit_ignored",
                                                "hasty_retry",
                                                "old_revision"};

}  // namespace gulou::simulation
