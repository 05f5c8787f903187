// Holds: what keeps a delivery that is under way, its gate or its channel's condition, and from
// that what happens next, when, and whose move it is. Read from committed rows and the broker's
// view. Any thread.
#pragma once

#include "broker/admin/answers.h"

#include <optional>
#include <string>
#include <string_view>

namespace gulou {

// A delivery its gate has not opened for.
struct GateWait {
  std::string gate;  // id of the channel that comes first
  Utc overdue_at;
  bool proceeds = false;  // then; otherwise a person opens it
};

std::optional<GateWait> gate_wait(const History& history,
                                  const CountySettings& county,
                                  const Channel* policy,
                                  const EntryAccepted& entry,
                                  const Standing& standing);

// The number of the channel that `channel` waits for; 0: none.
GateOf gates_of(const CountySettings& county, const ChannelNames& names);

struct Hold {
  const ChannelView* view = nullptr;  // null: the broker does not know the channel
  const Channel* policy = nullptr;
  std::optional<GateWait> gate;
  Utc now;
};

Hold hold_of(const Exchange& exchange,
             const BrokerView& view,
             const EntryAccepted& entry,
             const Standing& standing,
             const std::string& channel);

// What happens next with a delivery and whose move it is, as a sentence; empty: not for this
// channel.
std::string next_step(const Exchange& exchange,
                      const Standing& standing,
                      const std::string& channel,
                      const EntryAccepted& entry,
                      const Hold& hold);

// Paused and retired before what the platform said.
ChannelState state_of(const ChannelCondition& condition);

}  // namespace gulou
