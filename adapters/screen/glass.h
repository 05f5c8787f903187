// Glass is one screen as threads share it: what it would draw, when a page last said that it draws,
// and which item each page has on it. Made before all threads, outlives them; the web server's
// thread writes, the call thread reads.
#pragma once

#include "adapters/screen/lease.h"
#include "adapters/screen/limits.h"
#include "adapters/screen/playlist.h"
#include "common/model/device.h"

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

  // Of a device: read by pages a moment later.
  void set_lease(const LeaseView& view) {
    lease_channel_ms_ = view.channel_ms;
    lease_as_of_ms_ = view.as_of.ms;
    lease_confirmed_ms_ = view.confirmed ? view.confirmed->ms : never_ms;
    lease_kept_ = view.kept;
  }

  LeaseView lease() const {
    LeaseView view{
        .kept = lease_kept_, .channel_ms = lease_channel_ms_, .as_of = {lease_as_of_ms_}};
    if (const int64_t ms = lease_confirmed_ms_; ms != never_ms) {
      view.confirmed = Mono{ms};
    }
    return view;
  }

  // A page has no Chinese font.
  void set_font_missing() { font_missing_ = true; }

  // Bits of DeviceFault that pages are to blame for: one that spoke and is silent now.
  uint8_t faults(Utc now) const {
    const bool silent = page_seen() && !has_page(now);
    return static_cast<uint8_t>((font_missing_ ? static_cast<int>(DeviceFault::font) : 0) |
                                (silent ? static_cast<int>(DeviceFault::page) : 0));
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

  static constexpr int64_t never_ms = INT64_MIN;

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
  std::atomic<bool> font_missing_{false};
  std::atomic<bool> lease_kept_{false};
  std::atomic<int64_t> lease_confirmed_ms_{never_ms};
  std::atomic<int64_t> lease_channel_ms_{0};
  std::atomic<int64_t> lease_as_of_ms_{0};
  std::array<Page, limits::screen_pages_max> pages_;
};

}  // namespace gulou
