// Fleet is what the core remembers of connected devices: a stream each, and what they said since
// the last round, merged per page. Owned by Core. Nothing of it is durable: after a restart every
// device connects anew and says where it stands. Memory: one stream per connection, one manifest
// per reach that devices have in common.
#pragma once

#include "broker/core/fleet_change.h"
#include "broker/core/ledger.h"
#include "broker/core/step.h"
#include "common/base/time.h"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace gulou {

// Entries handed to a device and not reported.
struct FleetBatch {
  Lane lane = Lane::normal;
  std::vector<Seq> seqs;
  Seq position;  // of the device, once it has applied this and all before it
};

struct FleetStream {
  SessionNo session;
  SubscriberNo device;
  ChannelNo channel;
  uint32_t group = 0;  // devices that take the same
  Utc since;
  bool open = false;           // it said SYNC
  LaneHeads sent{};            // everything up to it was handed out, or is not for it
  std::deque<FleetBatch> out;  // oldest first
  Seq position;                // everything up to it is handed out at least
  Seq manifest_at;             // it works on a manifest of this head; 0: on none
  Mono manifest_last;
  uint8_t faults = 0;
};

// What a group of devices should hold.
struct FleetManifest {
  Seq head;
  Digest held;  // folded
  std::shared_ptr<const ManifestItems> items;
};

class Fleet {
 public:
  const std::map<SessionNo, FleetStream>& streams() const { return streams_; }

  FleetStream* stream(SessionNo session);
  FleetStream* stream_of(SubscriberNo device);
  FleetStream& add(FleetStream stream);
  void remove(SessionNo session);

  std::set<SessionNo> ready;  // may have something to get
  LaneHeads heads{};          // for which all streams were looked at
  Mono contact_next;

  // Devices of a channel with the same reach have the same group.
  uint32_t group(ChannelNo channel, const DeviceReach& reach);

  const DeviceReach& reach(uint32_t group) const { return groups_by_no_.at(group)->second; }

  void mark(FleetMark mark, SubscriberNo device, Seq seq, int64_t lease_ms = 0);
  std::vector<FleetMarked> take_marks(Utc now);

  std::map<uint32_t, FleetManifest> manifests;

 private:
  using GroupKey = std::pair<ChannelNo, DeviceReach>;

  std::map<SessionNo, FleetStream> streams_;
  std::map<GroupKey, uint32_t> groups_;
  std::map<uint32_t, const GroupKey*> groups_by_no_;
  std::map<SubscriberNo, SessionNo> by_device_;
  std::map<std::tuple<ChannelNo, FleetMark, Seq, uint32_t, int64_t>, DeviceBits> marks_;
};

}  // namespace gulou
