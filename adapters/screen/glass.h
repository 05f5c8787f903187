// Glass is one screen as threads share it: what it would draw, and when a page last said that it
// draws. Made before all threads, outlives them; the web server's thread writes the time, the call
// thread reads it.
#pragma once

#include "adapters/screen/limits.h"
#include "adapters/screen/playlist.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

namespace gulou {

class Glass {
 public:
  Glass(std::string name, PlaylistRules rules) : name_(std::move(name)), rules_(std::move(rules)) {}

  // In file names and logs: [a-z0-9-].
  const std::string& name() const { return name_; }

  const PlaylistRules& rules() const { return rules_; }

  void page_spoke(Utc now) { seen_ms_ = now.ms; }

  Utc page_seen() const { return {seen_ms_}; }

  bool has_page(Utc now) const {
    const int64_t silent_ms = now.ms - seen_ms_;
    return silent_ms >= 0 && silent_ms <= limits::screen_page_silence_ms_max;
  }

 private:
  std::string name_;
  PlaylistRules rules_;
  std::atomic<int64_t> seen_ms_{0};
};

}  // namespace gulou
