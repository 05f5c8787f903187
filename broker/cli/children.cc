#include "broker/cli/children.h"

#include "broker/cli/shell.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gulou::cli {
namespace {

constexpr int64_t end_ms_max = 10'000;
constexpr int64_t look_every_ms = 20;
constexpr int not_started = 127;

volatile std::sig_atomic_t signalled = 0;

void remember(int /*signal*/) {
  signalled = 1;
}

// In the child: between fork and exec only what a signal handler could do.
[[noreturn]] void become(char* const* arguments, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setpgid(0, 0);  // Ctrl-C is this program's matter, not its own
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  if (output >= 0) {
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
  }
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  execvp(arguments[0], arguments);
  _exit(not_started);
}

Result<pid_t> launch(const std::vector<std::string>& command, int output) {
  std::vector<char*> arguments;
  for (const std::string& one : command) {
    arguments.push_back(const_cast<char*>(one.c_str()));  // NOLINT: exec does not write there
  }
  arguments.push_back(nullptr);
  const bool is_path = command.front().find('/') != std::string::npos;
  if (is_path && access(command.front().c_str(), X_OK) != 0) {
    return gulou::fail(ErrorCode::not_found,
                       "command_not_started",
                       {},
                       {command.front(), std::string(std::strerror(errno))});
  }
  const pid_t child = fork();
  if (child == 0) {
    become(arguments.data(), output);
  }
  if (child < 0) {
    return gulou::fail(ErrorCode::unavailable,
                       "command_not_started",
                       {},
                       {command.front(), std::string(std::strerror(errno))});
  }
  return child;
}

// The exit code, or nothing while it runs.
bool has_ended(pid_t child, int& code) {
  int status = 0;
  const pid_t ended = waitpid(child, &status, WNOHANG);
  code = WIFEXITED(status) ? WEXITSTATUS(status) : not_started;
  return ended == child || (ended < 0 && errno == ECHILD);
}

}  // namespace

void remember_interruption() {
  struct sigaction action {};

  action.sa_handler = remember;  // without SA_RESTART: a read that waits comes back
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGHUP, &action, nullptr);
}

bool interrupted() {
  return signalled != 0;
}

Children::~Children() {
  while (!running_.empty()) {
    stop(running_.begin()->first);
  }
}

std::string Children::log_file(std::string_view name) const {
  return log_directory_ + "/" + std::string(name) + ".log";
}

Status Children::start(const std::string& name, const std::vector<std::string>& command) {
  constexpr mode_t mode = 0600;
  const int output = open(log_file(name).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode);
  const auto child = launch(command, output);
  if (output >= 0) {
    close(output);
  }
  running_[name] = TRY(child);
  return {};
}

void Children::stop(const std::string& name) {
  const auto at = running_.find(name);
  if (at == running_.end()) {
    return;
  }
  const pid_t child = at->second;
  running_.erase(at);
  int code = 0;
  kill(child, SIGTERM);
  for (int64_t waited = 0; waited < end_ms_max; waited += look_every_ms) {
    if (has_ended(child, code)) {
      return;
    }
    pause_ms(look_every_ms);
  }
  kill(-child, SIGKILL);
  waitpid(child, nullptr, 0);
}

bool Children::runs(const std::string& name) {
  const auto at = running_.find(name);
  int code = 0;
  if (at == running_.end() || !has_ended(at->second, code)) {
    return at != running_.end();
  }
  running_.erase(at);
  return false;
}

Result<int> Children::show(const std::vector<std::string>& command) {
  const pid_t child = TRY(launch(command, -1));
  int code = 0;
  while (!has_ended(child, code)) {
    if (interrupted()) {
      kill(-child, SIGKILL);
      waitpid(child, nullptr, 0);
      return gulou::fail(ErrorCode::refused, "interrupted", {}, {});
    }
    pause_ms(look_every_ms);
  }
  return code;
}

}  // namespace gulou::cli
