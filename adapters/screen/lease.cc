#include "adapters/screen/lease.h"

#include "adapters/screen/limits.h"
#include "common/model/device.h"

#include <algorithm>

namespace gulou {

int64_t lease_ms_of(const ScreenItem& item, const LeaseView& view) {
  const int64_t own_ms = int64_t{item.release.must_confirm_every_s} * 1000;
  return view.kept ? shorter_lease_ms(own_ms, view.channel_ms) : 0;
}

std::optional<int64_t> lease_left_ms(const ScreenItem& item, const LeaseView& view, Mono now) {
  const int64_t lease_ms = lease_ms_of(item, view);
  if (lease_ms == 0) {
    return std::nullopt;
  }
  return view.confirmed ? std::max<int64_t>(0, view.confirmed->ms + lease_ms - now.ms) : 0;
}

DisplayLease::DisplayLease(std::string boot, LeaseStamp stored)
    : boot_(std::move(boot)), stored_(std::move(stored)), channel_ms_(stored_.channel_ms) {
  if (stored_.utc) {
    as_of_ = {stored_.utc.ms - stored_.used_ms};
    if (!boot_.empty() && boot_ == stored_.boot) {
      confirmed_ = Mono{stored_.at.ms - stored_.used_ms};
    }
  }
}

void DisplayLease::on_confirmed(Mono asked, const LeaseTime& now) {
  confirmed_ = confirmed_ ? std::max(*confirmed_, asked) : asked;
  as_of_ = {now.utc.ms - (now.mono.ms - confirmed_->ms)};
}

void DisplayLease::on_channel(int64_t channel_ms) {
  channel_ms_ = channel_ms;
}

void DisplayLease::on_time(const LeaseTime& now) {
  // Earlier than what was certainly past: somebody, or an empty battery, has set it back.
  if (!confirmed_ && stored_.utc && now.trusted && now.utc >= stored_.utc) {
    confirmed_ = Mono{now.mono.ms - stored_.used_ms - (now.utc.ms - stored_.utc.ms)};
  }
}

std::optional<LeaseStamp> DisplayLease::due(const LeaseTime& now) const {
  const bool same_boot = !boot_.empty() && boot_ == stored_.boot;
  if (!confirmed_ || (!now.trusted && !same_boot)) {
    if (channel_ms_ == stored_.channel_ms) {
      return std::nullopt;
    }
    LeaseStamp stamp = stored_;
    stamp.channel_ms = channel_ms_;
    return stamp;
  }
  const bool soon = same_boot && channel_ms_ == stored_.channel_ms &&
                    now.mono.ms - stored_.at.ms < limits::screen_lease_store_ms;
  if (soon) {
    return std::nullopt;
  }
  return LeaseStamp{
      .boot = boot_,
      .at = now.mono,
      .utc = now.trusted ? now.utc : Utc{stored_.utc.ms + now.mono.ms - stored_.at.ms},
      .used_ms = now.mono.ms - confirmed_->ms,
      .channel_ms = channel_ms_};
}

LeaseView DisplayLease::view() const {
  return {.kept = true, .confirmed = confirmed_, .channel_ms = channel_ms_, .as_of = as_of_};
}

}  // namespace gulou
