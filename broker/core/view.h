// What the core shows people about the present: plain data, copied out on the broker thread. The
// past (releases, deliveries, attempts) is read from committed rows through journal/history.h.
#pragma once

#include "broker/core/change.h"
#include "common/base/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gulou {

struct SessionView {
  SessionNo session;
  std::string instance;
  std::string principal;
  uint64_t credit_messages = 0;  // left
  uint64_t credit_bytes = 0;
  uint64_t leases = 0;
};

struct ChannelView {
  ChannelNo channel;
  std::string id;
  bool configured = false;
  // Entries to come, over all lanes; of a deep backlog an upper bound.
  uint64_t behind = 0;
  uint64_t leased = 0;  // deliveries handed out and not reported
  ChannelCondition condition;
  RateUsed used;
  // Of a gated channel: the oldest entry its gate has not opened for, and when that is too long.
  Seq gate_waits_for;
  Utc gate_overdue_at;
  std::vector<SessionView> sessions;
};

// A device that is connected.
struct DeviceView {
  SubscriberNo device;
  Utc since;
  uint32_t on_the_way = 0;  // entries handed out and not reported
  uint8_t faults = 0;       // bits of DeviceFault, as it said last
};

struct CoreView {
  Seq head;
  uint64_t epoch = 0;
  bool accepting = true;
  bool draining = false;
  uint64_t overlay_rows = 0;
  std::vector<ChannelView> channels;
  std::vector<ReplayJob> jobs;              // running
  std::optional<LossSuspected> loss;        // not settled
  std::vector<Confirmation> confirmations;  // open
  std::vector<DeviceView> devices;          // connected ones, ascending
};

}  // namespace gulou
