// The configuration, read again: the process's matter (broker/app/admission.h), which this room
// knows as a function; empty where a test has none.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <functional>

namespace gulou {

struct Reloaded {
  uint64_t principals = 0;  // in the file
  uint64_t admitted = 0;    // those that are valid now
  uint64_t rules = 0;       // of approvals.toml
  uint64_t people = 0;      // who may sign
  uint64_t channels = 0;
};

using ReloadDone = std::function<void(Result<Reloaded>)>;

// False: too much is waiting. `done` comes on another thread, when sessions of whoever may not be
// here any more have been told to end.
using Reload = std::function<bool(ReloadDone done)>;

}  // namespace gulou
