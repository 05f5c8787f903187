// The command line of `gulou`: words and options to a noun's function. Door to CLI11, whose types
// stay in command_line.cc; everything else in this room is called with plain values, also by tests.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::cli {

// What surrounds the process; tests make their own.
struct Surroundings {
  std::function<std::string(const std::string& name)>
      variable;  // of the environment; empty if none
  std::function<void(std::string_view)> out;
  std::function<void(std::string_view)> err;
  std::function<std::optional<std::string>()> read_line;  // empty: standard input is no terminal
  bool terminal = false;
  std::string program;  // path of this binary
};

// arguments: without the program's name. The exit code of the process.
int run_command_line(const std::vector<std::string>& arguments, const Surroundings& around);

}  // namespace gulou::cli
