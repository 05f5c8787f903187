#include "tests/bench/child.h"

#include "common/base/check.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gulou::bench {

Child::Child(const std::vector<std::string>& arguments) {
  int to_child[2];
  int from_child[2];
  CHECK(pipe2(to_child, O_CLOEXEC) == 0 && pipe2(from_child, O_CLOEXEC) == 0);
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), "gulou-bench");
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  pid_ = fork();
  CHECK(pid_ >= 0);
  if (pid_ == 0) {
    dup2(to_child[0], STDIN_FILENO);
    dup2(from_child[1], STDOUT_FILENO);
    execv("/proc/self/exe", argv.data());
    _exit(127);
  }
  close(to_child[0]);
  close(from_child[1]);
  input_ = to_child[1];
  output_ = from_child[0];
}

Child::~Child() {
  close(input_);
  wait();
  close(output_);
}

void Child::wait() {
  if (pid_ > 0) {
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
}

void Child::must_live() {
  if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
    std::fprintf(stderr, "gulou-bench: the measured process ended early\n");
    std::exit(1);
  }
}

void Child::say(const std::string& line) const {
  const std::string bytes = line + "\n";
  CHECK(write(input_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

void Child::kill_now() {
  kill(pid_, SIGKILL);
  wait();
}

std::vector<std::string> Child::line() {
  size_t end = said_.find('\n');
  while (end == std::string::npos) {
    char bytes[512];
    const ssize_t got = read(output_, bytes, sizeof bytes);
    if (got <= 0) {
      std::fprintf(stderr, "gulou-bench: the measured process ended early\n");
      std::exit(1);
    }
    said_.append(bytes, static_cast<size_t>(got));
    end = said_.find('\n');
  }
  std::istringstream text(said_.substr(0, end));
  said_.erase(0, end + 1);
  std::vector<std::string> words;
  for (std::string word; text >> word;) {
    words.push_back(word);
  }
  return words;
}

double Child::cpu_seconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) {
    fields >> skipped;
  }
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double Child::memory_mb(const std::string& name) const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
  for (std::string text; std::getline(file, text);) {
    if (text.starts_with(name + ":")) {
      return std::strtod(text.c_str() + name.size() + 1, nullptr) * 1024 / 1e6;
    }
  }
  return 0;
}

Profile::Profile(const Child& child, const std::string& path) {
  if (path.empty()) {
    return;
  }
  const std::string pid = std::to_string(child.pid());
  perf_ = fork();
  CHECK(perf_ >= 0);
  if (perf_ == 0) {
    execlp("perf",
           "perf",
           "record",
           "--quiet",
           "--freq=997",
           "--call-graph=dwarf,16384",
           "--pid",
           pid.c_str(),
           "--output",
           path.c_str(),
           nullptr);
    _exit(127);
  }
  poll(nullptr, 0, 1'000);  // perf says nothing when it has begun to record
}

Profile::~Profile() {
  if (perf_ > 0) {
    kill(perf_, SIGINT);
    waitpid(perf_, nullptr, 0);
  }
}

double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

}  // namespace gulou::bench
