#include "broker/core/fleet.h"

#include <utility>

namespace gulou {

uint32_t Fleet::group(ChannelNo channel, const DeviceReach& reach) {
  const auto next = static_cast<uint32_t>(groups_.size() + 1);
  const auto [at, added] = groups_.emplace(GroupKey{channel, reach}, next);
  if (added) {
    groups_by_no_.emplace(next, &at->first);
  }
  return at->second;
}

FleetStream* Fleet::stream(SessionNo session) {
  const auto at = streams_.find(session);
  return at == streams_.end() ? nullptr : &at->second;
}

FleetStream* Fleet::stream_of(SubscriberNo device) {
  const auto at = by_device_.find(device);
  return at == by_device_.end() ? nullptr : stream(at->second);
}

FleetStream& Fleet::add(FleetStream stream) {
  by_device_[stream.device] = stream.session;
  return streams_.emplace(stream.session, std::move(stream)).first->second;
}

void Fleet::remove(SessionNo session) {
  const auto at = streams_.find(session);
  if (at == streams_.end()) {
    return;
  }
  const auto by_device = by_device_.find(at->second.device);
  if (by_device != by_device_.end() && by_device->second == session) {
    by_device_.erase(by_device);
  }
  ready.erase(session);
  streams_.erase(at);
}

void Fleet::mark(FleetMark mark, SubscriberNo device, Seq seq, int64_t lease_ms) {
  set_bit(marks_[{channel_of(device), mark, seq, page_of(device), lease_ms}], device);
}

std::vector<FleetMarked> Fleet::take_marks(Utc now) {
  std::vector<FleetMarked> taken;
  for (const auto& [key, bits] : std::exchange(marks_, {})) {
    const auto& [channel, mark, seq, page, lease_ms] = key;
    taken.push_back({channel, page, mark, seq, bits, now, lease_ms});
  }
  return taken;
}

}  // namespace gulou
