// Child is the other process of a measurement: this program again, with a hidden first word, so
// that its memory and its start are its own. It says one line when it is ready and ends when its
// standard input closes. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace gulou::bench {

class Child {
 public:
  explicit Child(const std::vector<std::string>& arguments);
  // Stops it and waits.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&&) = delete;
  Child& operator=(Child&&) = delete;

  // The words of the next line it says; ends this program when it says nothing more.
  std::vector<std::string> line();
  // A line of its standard input.
  void say(const std::string& line) const;
  void kill_now();
  // Ends this program where the child has ended.
  void must_live();

  pid_t pid() const { return pid_; }

  double cpu_seconds() const;
  // "VmRSS" or "VmHWM", in MB (10^6 bytes).
  double memory_mb(const std::string& name) const;

 private:
  void wait();

  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string said_;
};

// While it lives, perf(1) records the child into `path`; nothing where path is empty.
class Profile {
 public:
  Profile(const Child& child, const std::string& path);
  ~Profile();
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

 private:
  pid_t perf_ = -1;
};

// user + system of this process.
double own_cpu_seconds();
double now_seconds();
void raise_descriptor_limit();

}  // namespace gulou::bench
