// What kind of life a seed leads: sizes, rates of faults and the county, drawn so that each seed
// knows some troubles well and others not at all (swarm testing). Rates are per mille.
#pragma once

#include "common/model/settings.h"
#include "tests/simulation/planted.h"
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
  bool later = false;  // appears in the configuration while all is running
};

struct Options {
  int64_t work_ms = 20'000;  // how long publishers have new ideas
  int submissions = 10;
  uint64_t events_max = 900;  // of the core, until the troubles stop

  // workload
  int64_t revise = 0, resubmit = 0, conflict = 0, duplicate = 0, withdraw = 0;
  int64_t urgent = 0, scheduled = 0, expiring = 0, embargoed = 0, imported = 0, drill = 0;
  int64_t bundles = 0, supplied_index = 0;

  // operators; 0: never
  int64_t decide_every_ms = 0;
  int64_t withdraw_every_ms = 0;
  int64_t pause_every_ms = 0;
  int64_t replay_every_ms = 0;
  int64_t confirm_every_ms = 0;
  int64_t retire_every_ms = 0;

  // faults
  int64_t broker_kill_every_ms = 0;  // 0: never
  int64_t adapter_kill_every_ms = 0;
  int64_t link_break_every_ms = 0;
  int64_t clock_step_every_ms = 0;
  int64_t commit_fails = 0, commit_slow = 0;
  int64_t slow_links = 0, queue_full = 0;
  int64_t transient = 0, lost_answer = 0, content = 0, auth = 0, quota = 0, gone = 0;
  int64_t reviewed = 0;  // taken, and public later or never
  int64_t unseen = 0;    // published, but nobody saw it yet
  int64_t outage = 0;
  int64_t repeat_submit = 0;  // the same SUBMIT twice without waiting

  std::vector<ChannelPlan> channels;

  static Options of(uint64_t seed, Planted planted);
};

}  // namespace gulou::simulation
