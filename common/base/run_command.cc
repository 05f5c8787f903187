#include "common/base/run_command.h"

#include "common/base/check.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gulou {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;

  ~Descriptor() {
    if (fd_ >= 0) {
      close(fd_);
    }
  }

  int get() const { return fd_; }

 private:
  int fd_;
};

// A file in memory rather than a pipe: nobody waits for a program that does not read.
int input_file(std::string_view input) {
  const int fd = memfd_create("gulou-input", MFD_CLOEXEC);
  while (fd >= 0 && !input.empty()) {
    const ssize_t written = write(fd, input.data(), input.size());
    if (written < 0 && errno != EINTR) {
      break;
    }
    input.remove_prefix(written > 0 ? static_cast<size_t>(written) : 0);
  }
  CHECK(fd < 0 || lseek(fd, 0, SEEK_SET) == 0);
  return fd;
}

// 0, or an errno.
int spawn(const std::vector<std::string>& command, int input, pid_t& child) {
  std::vector<char*> arguments;
  for (const std::string& one : command) {
    arguments.push_back(const_cast<char*>(one.c_str()));  // NOLINT: exec does not write there
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  const int error =
      posix_spawn(&child, arguments.front(), &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

// Did it end in time?
bool ends_within(pid_t child, int64_t timeout_ms) {
  const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  pollfd waiting{process.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = poll(&waiting, 1, static_cast<int>(timeout_ms));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  constexpr int by_signal = 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : by_signal + WTERMSIG(status);
}

}  // namespace

Status run_command(const std::vector<std::string>& command,
                   std::string_view input,
                   int64_t timeout_ms) {
  CHECK(!command.empty());
  const Descriptor file(input_file(input));
  pid_t child = 0;
  const int error = file.get() < 0 ? errno : spawn(command, file.get(), child);
  if (error != 0) {
    return fail(ErrorCode::unavailable,
                "command_not_started",
                {},
                {command.front(), std::string(std::strerror(error))});
  }
  const bool in_time = ends_within(child, timeout_ms);
  if (!in_time) {
    kill(-child, SIGKILL);
  }
  const int code = wait_for(child);
  if (!in_time) {
    return fail(ErrorCode::timed_out,
                "command_too_slow",
                {},
                {command.front(), std::to_string(timeout_ms)});
  }
  if (code != 0) {
    return fail(ErrorCode::refused, "command_failed", {}, {command.front(), std::to_string(code)});
  }
  return {};
}

}  // namespace gulou
