#include "common/base/run_command.h"

#include "common/base/check.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
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

// Files in memory rather than pipes: nobody waits for a program that does not read.
int memory_file() {
  return memfd_create("gulou-command", MFD_CLOEXEC);
}

int input_file(std::string_view input) {
  const int fd = memory_file();
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

// output: -1: nowhere. environment: null: ours. 0, or an errno.
int spawn(const std::vector<std::string>& command,
          int input,
          int output,
          char* const* environment,
          pid_t& child) {
  std::vector<char*> arguments;
  for (const std::string& one : command) {
    arguments.push_back(const_cast<char*>(one.c_str()));  // NOLINT: exec does not write there
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  if (output < 0) {
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  } else {
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  }
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  const int error = posix_spawn(&child,
                                arguments.front(),
                                &files,
                                &attributes,
                                arguments.data(),
                                environment == nullptr ? environ : environment);
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

auto not_started(const std::string& program, int error) {
  return fail(ErrorCode::unavailable,
              "command_not_started",
              {},
              {program, std::string(std::strerror(error))});
}

// The exit code of a program that was started.
Result<int> exit_code_of(pid_t child, const std::string& program, int64_t timeout_ms) {
  const bool in_time = ends_within(child, timeout_ms);
  if (!in_time) {
    kill(-child, SIGKILL);
  }
  const int code = wait_for(child);
  if (!in_time) {
    return fail(
        ErrorCode::timed_out, "command_too_slow", {}, {program, std::to_string(timeout_ms)});
  }
  return code;
}

std::string whole_file(int fd, uint64_t bytes_max) {
  struct stat file {};

  std::string bytes;
  if (fstat(fd, &file) == 0) {
    bytes.resize(std::min(static_cast<uint64_t>(file.st_size), bytes_max));
  }
  size_t taken = 0;
  while (taken < bytes.size()) {
    const ssize_t got =
        pread(fd, bytes.data() + taken, bytes.size() - taken, static_cast<off_t>(taken));
    if (got <= 0) {
      break;
    }
    taken += static_cast<size_t>(got);
  }
  bytes.resize(taken);
  return bytes;
}

}  // namespace

Status run_command(const std::vector<std::string>& command,
                   std::string_view input,
                   int64_t timeout_ms) {
  CHECK(!command.empty());
  const Descriptor file(input_file(input));
  pid_t child = 0;
  const int error = file.get() < 0 ? errno : spawn(command, file.get(), -1, nullptr, child);
  if (error != 0) {
    return not_started(command.front(), error);
  }
  const int code = TRY(exit_code_of(child, command.front(), timeout_ms));
  if (code != 0) {
    return fail(ErrorCode::refused, "command_failed", {}, {command.front(), std::to_string(code)});
  }
  return {};
}

// prlimit(1) sets the bounds and becomes the program; it is there on every Debian.
Result<CommandOutput> command_output(const std::vector<std::string>& command,
                                     std::string_view input,
                                     const CommandBounds& bounds) {
  CHECK(!command.empty());
  if (access(command.front().c_str(), X_OK) != 0) {
    return not_started(command.front(), errno);
  }
  const int64_t cpu_seconds = bounds.timeout_ms / 1000 + 1;
  std::vector<std::string> bounded{"/usr/bin/prlimit",
                                   "--as=" + std::to_string(bounds.memory_bytes_max),
                                   "--fsize=" + std::to_string(bounds.output_bytes_max),
                                   "--cpu=" + std::to_string(cpu_seconds),
                                   "--core=0",
                                   "--"};
  bounded.insert(bounded.end(), command.begin(), command.end());
  std::string path = "PATH=/usr/bin:/bin";
  char* const environment[] = {path.data(), nullptr};
  const Descriptor file(input_file(input));
  const Descriptor output(memory_file());
  pid_t child = 0;
  const int error = file.get() < 0 || output.get() < 0
                        ? errno
                        : spawn(bounded, file.get(), output.get(), environment, child);
  if (error != 0) {
    return not_started(command.front(), error);
  }
  CommandOutput made;
  made.exit_code = TRY(exit_code_of(child, command.front(), bounds.timeout_ms));
  made.output = whole_file(output.get(), bounds.output_bytes_max);
  return made;
}

}  // namespace gulou
