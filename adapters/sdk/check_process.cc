#include "adapters/sdk/check_process.h"

#include "common/base/limits.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gulou::sdk {

Result<CheckProcess> CheckProcess::start(const std::vector<std::string>& command,
                                         const Environment& environment) {
  constexpr int not_found = 127;
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) {
    arguments.push_back(const_cast<char*>(word.c_str()));  // exec leaves them alone
  }
  arguments.push_back(nullptr);
  for (const auto& [name, value] : environment) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpgid(0, 0);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(not_found);
  }
  if (pid < 0) {
    return fail(ErrorCode::not_found, "check_not_started", {}, {command.front()});
  }
  return CheckProcess(pid);
}

CheckProcess& CheckProcess::operator=(CheckProcess&& other) noexcept {
  kill();
  pid_ = std::exchange(other.pid_, 0);
  return *this;
}

void CheckProcess::kill() {
  if (pid_ > 0) {
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
}

bool CheckProcess::ended() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) {
    pid_ = 0;
  }
  return pid_ == 0;
}

bool CheckProcess::stop(int64_t ms) {
  if (ended()) {
    return true;
  }
  pollfd end{.fd = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)), .events = POLLIN};
  ::kill(pid_, SIGTERM);
  ::poll(&end, 1, static_cast<int>(ms));
  ::close(end.fd);
  return ended();
}

Result<std::string> output_of(const std::string& command) {
  constexpr size_t piece_bytes = 4096;
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) {
    return fail(ErrorCode::unavailable, "check_look_failed", {}, {command});
  }
  std::string text;
  std::array<char, piece_bytes> piece{};
  while (const size_t read = std::fread(piece.data(), 1, piece.size(), pipe)) {
    text.append(piece.data(), read);
    if (text.size() > limits::http_body_bytes_max) {
      break;
    }
  }
  if (::pclose(pipe) != 0) {
    return fail(ErrorCode::unavailable, "check_look_failed", {}, {command});
  }
  return text;
}

}  // namespace gulou::sdk
