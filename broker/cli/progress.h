// Progress draws one line on a terminal that is drawn over as work goes on: a bar, how many of how
// many, how long it has taken. On anything but a terminal it draws nothing. Main thread.
#pragma once

#include "broker/cli/shell.h"

#include <cstddef>
#include <cstdint>

namespace gulou::cli {

class Progress {
 public:
  Progress(const Shell& shell, size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  Progress(Progress&&) = delete;
  Progress& operator=(Progress&&) = delete;

  void show(size_t done);
  // Takes the line away, so that something else can be printed.
  void clear();

 private:
  const Shell& shell_;
  size_t total_;
  int64_t started_ms_;
  int64_t shown_ms_ = 0;
  bool drawn_ = false;
};

}  // namespace gulou::cli
