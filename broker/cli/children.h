// Children are programs that run beside this one and never outlive it: ended by name, all of them
// with this object, by the kernel when this process dies. What they say goes to a log file each.
// Also runs a program that ends by itself in front of the person. Main thread.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace gulou::cli {

class Children {
 public:
  // log_directory: NAME.log of each.
  explicit Children(std::string log_directory) : log_directory_(std::move(log_directory)) {}

  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;
  Children(Children&&) = delete;
  Children& operator=(Children&&) = delete;
  ~Children();

  // Error: command_not_started.
  Status start(const std::string& name, const std::vector<std::string>& command);
  // Asks it to end, after some seconds ends it.
  void stop(const std::string& name);
  bool runs(const std::string& name);

  std::string log_file(std::string_view name) const;

  // Its output is this program's output; the exit code. Error: command_not_started, interrupted
  // (a signal came; the program is ended).
  static Result<int> show(const std::vector<std::string>& command);

 private:
  std::string log_directory_;
  std::map<std::string, pid_t> running_;
};

// From now on Ctrl-C and SIGTERM end nothing by themselves, they are only remembered: interrupted()
// says so, and what waits for a line gets none.
void remember_interruption();
bool interrupted();

}  // namespace gulou::cli
