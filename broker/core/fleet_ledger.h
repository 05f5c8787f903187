// FleetLedger is the Ledger's part about devices: who they are and how far each of them is. Owned
// by the Ledger; changed by apply() alone. Memory: one row per device that was ever enrolled.
#pragma once

#include "broker/core/fleet_change.h"
#include "broker/core/reader.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct FleetDevice {
  DeviceChanged row;
  Seq position;
  Utc reached_at;
  Utc contact;
  int64_t lease_ms = 0;
};

class FleetLedger {
 public:
  void open(const OpenState& opened);
  void apply(const DeviceChanged& change);
  void apply(const FleetMarked& change);

  const std::map<SubscriberNo, FleetDevice>& devices() const { return devices_; }

  const FleetDevice* device(SubscriberNo no) const;
  // Whose key, or code, this is; 0: nobody's.
  SubscriberNo by_key(std::string_view key) const;
  SubscriberNo by_name(ChannelNo channel, std::string_view name) const;
  // The next slot of the channel.
  SubscriberNo next(ChannelNo channel) const;

 private:
  std::map<SubscriberNo, FleetDevice> devices_;
  std::map<std::string, SubscriberNo, std::less<>> keys_;
};

}  // namespace gulou
