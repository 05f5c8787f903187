// The program under test: started with its environment, killed, waited for. Owned by the
// conformance test; its output goes to standard error. Main thread.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace gulou::sdk {

class CheckProcess {
 public:
  using Environment = std::vector<std::pair<std::string, std::string>>;

  // Error not_found check_not_started.
  static Result<CheckProcess> start(const std::vector<std::string>& command,
                                    const Environment& environment);

  CheckProcess(CheckProcess&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}

  CheckProcess& operator=(CheckProcess&& other) noexcept;
  CheckProcess(const CheckProcess&) = delete;
  CheckProcess& operator=(const CheckProcess&) = delete;

  ~CheckProcess() { kill(); }

  void kill();
  // SIGTERM; whether it ended within that time.
  bool stop(int64_t ms);
  bool ended();

 private:
  explicit CheckProcess(pid_t pid) : pid_(pid) {}

  pid_t pid_ = 0;
};

// What a shell command prints. Error unavailable check_look_failed.
Result<std::string> output_of(const std::string& command);

}  // namespace gulou::sdk
