// Simulated time: two clocks, and everything that will happen in order. Time jumps from one due
// instant to the next; the wall clock may step on its own.
#pragma once

#include "common/base/time.h"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace gulou::simulation {

class Schedule {
 public:
  Now now() const { return {mono_, {start_.ms + mono_.ms + step_ms_}}; }

  void step_wall_clock(int64_t ms) { step_ms_ += ms; }

  void after(int64_t ms, std::function<void()> what) {
    due_.emplace(std::pair{mono_.ms + (ms > 0 ? ms : 0), ++number_}, std::move(what));
  }

  // Does the next thing; false when nothing is left.
  bool run_next() {
    if (due_.empty()) {
      return false;
    }
    auto next = due_.extract(due_.begin());
    mono_ = {next.key().first};
    ++done_;
    next.mapped()();
    return true;
  }

  uint64_t done() const { return done_; }

 private:
  static constexpr Utc start_{1'795'478'400'000};  // 2026-11-24T00:00:00Z
  Mono mono_{1'000};
  int64_t step_ms_ = 0;
  uint64_t number_ = 0;
  uint64_t done_ = 0;
  std::map<std::pair<int64_t, uint64_t>, std::function<void()>> due_;
};

}  // namespace gulou::simulation
