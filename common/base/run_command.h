// Runs a program that ends by itself: it reads a text from standard input, its output goes nowhere,
// and it is ended with all its children when its time is over. It inherits no open file and no
// blocked signal. Any thread; waits.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// Good: exit code 0. Errors: unavailable command_not_started; timed_out command_too_slow; refused
// command_failed with its exit code, or 128 and the signal that ended it.
Status run_command(const std::vector<std::string>& command,
                   std::string_view input,
                   int64_t timeout_ms);

}  // namespace gulou
