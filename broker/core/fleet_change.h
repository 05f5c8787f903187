// What becomes durable about the devices of a fleet. A fleet has one delivery per entry, whatever
// the number of its devices: what they say is merged per page of 256 devices and round. Stored for
// ever like all of change.h, which includes this.
#pragma once

#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/model/device.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gulou {

// The whole row of a device. Its slot is given with the invitation and never used again.
struct DeviceChanged {
  SubscriberNo device;  // channel and slot
  DeviceState state = DeviceState::invited;
  std::string name;  // what people call it, unique within its channel
  std::string place;
  std::string contact;
  std::string phone;
  DeviceKind kind = DeviceKind::landscape;
  std::vector<std::string> tags;
  DeviceReach reach;
  OffHours off_hours;
  std::string key;  // the public half of its key, Z85; while invited: of its code
  Utc code_until;
  Utc at;  // of this change
  Utc invited_at;
  Utc enrolled_at;
  std::string by;
  std::string reason;
  // Entries from and until which it counts: it must confirm withdrawals in between. 0: none.
  Seq counts_from;
  Seq counts_until;
  Utc dark_by;     // retired: certainly shows nothing since
  Seq changed_at;  // what it takes changed: who stands at or before this seq needs the manifest
  friend bool operator==(const DeviceChanged&, const DeviceChanged&) = default;
};

// received: the entry is in the device's store, or a withdrawal is carried out. shown: on its
// glass. reached: everything up to seq is as it should be there. contact: it was heard of.
// leased: its channel's display lease, as it keeps it, is lease_ms.
enum class FleetMark : uint8_t { received = 1, shown = 2, reached = 3, contact = 4, leased = 5 };

// Some devices of one page said the same in one round. seq: 0 for contact and leased.
struct FleetMarked {
  ChannelNo channel;
  uint32_t page = 0;
  FleetMark mark = FleetMark::received;
  Seq seq;
  DeviceBits bits;
  Utc at;
  int64_t lease_ms = 0;
  friend bool operator==(const FleetMarked&, const FleetMarked&) = default;
};

}  // namespace gulou
