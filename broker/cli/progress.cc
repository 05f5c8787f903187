#include "broker/cli/progress.h"

#include "common/base/time.h"

#include <algorithm>
#include <string>

namespace gulou::cli {
namespace {

constexpr size_t bar_columns = 30;
constexpr size_t worth_showing = 8;  // fewer are done before anybody could read it
constexpr int64_t show_every_ms = 100;

}  // namespace

Progress::Progress(const Shell& shell, size_t total)
    : shell_(shell), total_(total), started_ms_(read_clocks().mono.ms) {}

Progress::~Progress() {
  clear();
}

void Progress::show(size_t done) {
  const int64_t now = read_clocks().mono.ms;
  if (!shell_.terminal || total_ < worth_showing ||
      (done < total_ && drawn_ && now - shown_ms_ < show_every_ms)) {
    return;
  }
  const size_t filled = total_ == 0 ? bar_columns : std::min(done, total_) * bar_columns / total_;
  std::string line = "\r  [" + std::string(filled, '=') + (filled < bar_columns ? ">" : "") +
                     std::string(filled < bar_columns ? bar_columns - filled - 1 : 0, ' ') + "] " +
                     std::to_string(done) + "/" + std::to_string(total_);
  line += "  " + std::to_string((now - started_ms_) / 1000) + " s ";
  shell_.err(line);
  shown_ms_ = now;
  drawn_ = true;
}

void Progress::clear() {
  if (drawn_) {
    shell_.err("\r\033[K");
    drawn_ = false;
  }
}

}  // namespace gulou::cli
