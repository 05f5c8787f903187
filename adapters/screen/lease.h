// DisplayLease answers how long ago the broker last confirmed what this screen shows, through
// restarts and power cuts, with clocks that may lie. While the machine runs it counts on a clock
// that never steps and goes on in sleep; what was used is stored every minute. After a boot only a
// trusted clock tells how long the power was off; without one nobody knows, and leased items stay
// dark until contact. Pure: owned by Device, fed with time; its stamp lies on disk.
#pragma once

#include "adapters/screen/store.h"
#include "common/base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace gulou {

// What lies on disk. utc 0: the broker never confirmed anything.
struct LeaseStamp {
  std::string boot;  // which start of the machine it is of
  Mono at;           // since that start
  Utc utc;           // the same instant
  int64_t used_ms = 0;
  int64_t channel_ms = 0;  // what the channel asks; 0: nothing
  friend bool operator==(const LeaseStamp&, const LeaseStamp&) = default;
};

struct LeaseTime {
  Mono mono;  // since the machine was started, sleep included
  Utc utc;
  bool trusted = false;  // utc: the kernel is synchronised, or the broker was asked since the start
};

// What a page needs. Where no leases are kept every item is drawn.
struct LeaseView {
  bool kept = false;
  std::optional<Mono> confirmed;  // may lie before the start; nothing: nobody knows
  int64_t channel_ms = 0;
  Utc as_of;  // the same by the calendar, for people; 0: never
};

// How long an item may be drawn without contact. 0: for ever, as all where none is kept.
int64_t lease_ms_of(const ScreenItem& item, const LeaseView& view);

// What is left of it; nothing where it has none. 0: it must be dark.
std::optional<int64_t> lease_left_ms(const ScreenItem& item, const LeaseView& view, Mono now);

class DisplayLease {
 public:
  // boot: which start of the machine this is; empty where it cannot be told from others.
  DisplayLease(std::string boot, LeaseStamp stored);

  // The broker has confirmed what was asked then.
  void on_confirmed(Mono asked, const LeaseTime& now);
  void on_channel(int64_t channel_ms);
  // Should the clock be trusted by now, it tells how long the power was off.
  void on_time(const LeaseTime& now);

  // What is to be made durable now, if anything.
  std::optional<LeaseStamp> due(const LeaseTime& now) const;

  void stored(LeaseStamp stamp) { stored_ = std::move(stamp); }

  LeaseView view() const;

 private:
  std::string boot_;
  LeaseStamp stored_;
  std::optional<Mono> confirmed_;
  int64_t channel_ms_ = 0;
  Utc as_of_;
};

}  // namespace gulou
