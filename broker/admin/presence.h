// Presence is where one publication stands on one channel, over all its revisions: is it there, at
// which address, is it still under way. Read from committed rows, a bounded number for each
// publication: what a withdrawal is previewed with, and what a takedown still has to reach. Any
// thread.
#pragma once

#include "broker/admin/answers.h"

#include <string>
#include <vector>

namespace gulou {

struct Presence {
  ChannelNo channel;
  std::string id;                   // of the channel
  const Channel* policy = nullptr;  // null: no longer configured
  bool there = false;               // a receipt says so
  bool may_be_there = false;        // an outcome is not known
  bool leased = false;              // with an adapter now
  bool queued = false;              // will still be handed over
  Seq seq;                          // the entry that says so; 0: nothing of it is or will be there
  uint32_t revision = 0;
  DeliveryState state = DeliveryState::pending;  // of that entry
  Utc since;
  bool by_hand = false;
  std::string url;
  std::string platform_id;

  // Does a withdrawal find something to take back?
  bool any() const { return there || may_be_there || leased || queued; }
};

// On every channel that is configured or has something of it.
std::vector<Presence> presences(const History& history,
                                const CountySettings& county,
                                const PublicationRow& publication);

// Of one channel.
Presence presence(const History& history,
                  const ChannelDefined& channel,
                  const CountySettings& county,
                  const PublicationRow& publication);

}  // namespace gulou
