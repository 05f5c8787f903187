// The command line of `gulou`: words and options to a noun's function. Door to CLI11, whose types
// stay in command_line.cc; everything else in this room is called with plain values, also by tests.
#pragma once

#include "broker/cli/surroundings.h"

#include <string>
#include <vector>

namespace gulou::cli {

// arguments: without the program's name. The exit code of the process.
int run_command_line(const std::vector<std::string>& arguments, const Surroundings& around);

}  // namespace gulou::cli
