// Runs a program that ends by itself: it reads a text from standard input, its output goes nowhere
// or is taken, and it is ended with all its children when its time is over. It inherits no open
// file and no blocked signal. Any thread; waits.
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

// For programs that read what strangers sent.
struct CommandBounds {
  int64_t timeout_ms = 0;
  uint64_t memory_bytes_max = 0;  // of its address space
  uint64_t output_bytes_max = 0;  // of its standard output, and of any file it writes
};

struct CommandOutput {
  int exit_code = 0;  // or 128 and the signal that ended it
  std::string output;
};

// Within these bounds and without our environment; whatever its exit code. Errors: unavailable
// command_not_started; timed_out command_too_slow.
Result<CommandOutput> command_output(const std::vector<std::string>& command,
                                     std::string_view input,
                                     const CommandBounds& bounds);

}  // namespace gulou
