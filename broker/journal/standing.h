// Standing: where one entry stands at one subscriber, read from committed rows: the answer behind
// `gulou release show`, STATUS and the status page. A state, since when, why, and what comes next.
// Any thread.
#pragma once

#include "broker/journal/history.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gulou {

struct Standing {
  ChannelNo channel;
  // Nothing: the channel's filter does not take this entry, or it is a withdrawal and nothing was
  // there.
  std::optional<DeliveryState> state;
  Utc since;
  uint32_t attempts = 0;
  Utc due;             // waiting, confirming: when it goes on
  std::string reason;  // stable code
  std::string detail;
  std::string instance;
  bool maybe_published = false;
  std::optional<Outcome> outcome;  // of the last attempt that has ended
  Receipt receipt;                 // published
};

// gate: the channel this one waits for; 0: none.
Standing standing(const History& history,
                  ChannelNo channel,
                  const EntryAccepted& entry,
                  ChannelNo gate = {});

// The gate of a channel; 0: none.
using GateOf = std::function<ChannelNo(ChannelNo channel)>;

// At every channel that was ever defined, in the order of their numbers.
std::vector<Standing> standings(const History& history,
                                const EntryAccepted& entry,
                                const GateOf& gate_of = {});

}  // namespace gulou
