#include "broker/core/fleet_ledger.h"

#include "common/base/check.h"

#include <algorithm>

namespace gulou {

void FleetLedger::open(const OpenState& opened) {
  for (const DeviceChanged& device : opened.devices) {
    apply(device);
  }
  for (const DevicePosition& position : opened.positions) {
    const auto at = devices_.find(position.device);
    CHECK(at != devices_.end());
    at->second.position = position.seq;
    at->second.reached_at = position.at;
    at->second.contact = std::max(position.at, position.contact);
    at->second.lease_ms = position.lease_ms;
  }
}

void FleetLedger::apply(const DeviceChanged& change) {
  FleetDevice& device = devices_[change.device];
  if (!device.row.key.empty()) {
    keys_.erase(device.row.key);
  }
  if (!change.key.empty()) {
    keys_[change.key] = change.device;
  }
  device.row = change;
}

void FleetLedger::apply(const FleetMarked& change) {
  for (const SubscriberNo no : devices_of(change.channel, change.page, change.bits)) {
    const auto at = devices_.find(no);
    CHECK(at != devices_.end());
    at->second.contact = std::max(at->second.contact, change.at);
    if (change.mark == FleetMark::leased) {
      at->second.lease_ms = change.lease_ms;
    }
    if (change.mark == FleetMark::reached) {
      at->second.position = std::max(at->second.position, change.seq);
      at->second.reached_at = change.at;
    }
  }
}

const FleetDevice* FleetLedger::device(SubscriberNo no) const {
  const auto at = devices_.find(no);
  return at == devices_.end() ? nullptr : &at->second;
}

SubscriberNo FleetLedger::by_key(std::string_view key) const {
  const auto at = keys_.find(key);
  return at == keys_.end() ? SubscriberNo{} : at->second;
}

SubscriberNo FleetLedger::by_name(ChannelNo channel, std::string_view name) const {
  for (auto at = devices_.lower_bound(device_at(channel, 0));
       at != devices_.end() && channel_of(at->first) == channel;
       ++at) {
    if (at->second.row.name == name) {
      return at->first;
    }
  }
  return {};
}

SubscriberNo FleetLedger::next(ChannelNo channel) const {
  const auto behind = devices_.lower_bound(device_at({channel.value + 1}, 0));
  if (behind == devices_.begin() || channel_of(std::prev(behind)->first) != channel) {
    return device_at(channel, 1);
  }
  return {std::prev(behind)->first.value + 1};
}

}  // namespace gulou
