// Glass is one screen as threads share it: what it would draw, when a page last said that it draws,
// and which item each page has on it. Made before all threads, outlives them; the web server's
// thread writes, the call thread reads.
#pragma once

#include "adapters/screen/limits.h"
#include "adapters/screen/playlist.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace gulou {

class Glass {
 public:
  Glass(std::string name, PlaylistRules rules) : name_(std::move(name)), rules_(std::move(rules)) {}

  // In file names and logs: [a-z0-9-].
  const std::string& name() const { return name_; }

  const PlaylistRules& rules() const { return rules_; }

  // page: a number it chose for itself; key: the item on it, empty for none. With more pages than
  // there is room for, the one silent longest is forgotten.
  void page_spoke(Utc now, uint64_t page = 0, std::string_view key = {}) {
    seen_ms_ = now.ms;
    Page& slot =
        *std::min_element(pages_.begin(), pages_.end(), [page](const Page& a, const Page& b) {
          return (a.page == page ? INT64_MIN : a.seen_ms.load()) <
                 (b.page == page ? INT64_MIN : b.seen_ms.load());
        });
    slot.page = page;
    slot.drawn = mark_of(key);
    slot.seen_ms = now.ms;
  }

  // Has every page that lives spoken since then, with something else on it?
  bool is_clear_of(std::string_view key, Utc since, Utc now) const {
    return std::all_of(pages_.begin(), pages_.end(), [&](const Page& one) {
      const int64_t seen_ms = one.seen_ms;
      const int64_t silent_ms = now.ms - seen_ms;
      const bool lives = silent_ms >= 0 && silent_ms <= limits::screen_page_silence_ms_max;
      return !lives || (seen_ms > since.ms && one.drawn != mark_of(key));
    });
  }

  Utc page_seen() const { return {seen_ms_}; }

  bool has_page(Utc now) const {
    const int64_t silent_ms = now.ms - seen_ms_;
    return silent_ms >= 0 && silent_ms <= limits::screen_page_silence_ms_max;
  }

 private:
  struct Page {
    std::atomic<uint64_t> page{0};
    std::atomic<uint64_t> drawn{0};
    std::atomic<int64_t> seen_ms{0};
  };

  // Half of a key tells items apart; 0 is none.
  static uint64_t mark_of(std::string_view key) {
    uint64_t mark = 0;
    for (const char c : key.substr(0, 16)) {
      mark = mark << 4U | static_cast<uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return mark;
  }

  std::string name_;
  PlaylistRules rules_;
  std::atomic<int64_t> seen_ms_{0};
  std::array<Page, limits::screen_pages_max> pages_;
};

}  // namespace gulou
