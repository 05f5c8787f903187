// Trace prints what happens, when a person replays a seed: time, who, what. Otherwise it is off,
// and whoever has something to tell asks on() before making words of it. Owned by the World; the
// seed's own thread.
#pragma once

#include "common/base/time.h"

#include <cstdio>
#include <string>

namespace gulou::simulation {

class Trace {
 public:
  explicit Trace(bool on) : on_(on) {}

  bool on() const { return on_; }

  void line(Now now, const char* who, const std::string& what) const {
    std::printf("%9.3f %-10s %s\n", static_cast<double>(now.mono.ms) / 1000, who, what.c_str());
  }

 private:
  bool on_;
};

}  // namespace gulou::simulation
