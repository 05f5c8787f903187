// WithdrawalPlan says what a withdrawal will do at each place before it is asked for: what is
// there, what happens by the channel's policy, what cannot be undone, and which place needs a
// person. It repeats no decision of the core: it words the policies that core and adapters follow.
// Any thread.
#pragma once

#include "broker/admin/presence.h"

#include <string>
#include <vector>

namespace gulou {

struct PlannedPlace {
  Presence presence;
  std::string publication;  // "publisher/id"
  std::string title;
  std::string action;  // nothing, stays_queued, stops, adapter, take_down, leave, person
  std::string person;  // why a person is needed; a sentence "withdraw_needs_<person>"; empty: none
  std::string who;     // a word, where a person is needed
  bool lasting = false;  // cannot be undone
};

OnWithdrawal policy_for(const Channel& channel, WithdrawalKind kind);

// view: of the channel now; null: the broker knows no such channel.
PlannedPlace plan(Presence presence, WithdrawalKind kind, const ChannelView* view);

const ChannelView* view_of(const BrokerView& view, ChannelNo channel);

// The unit that answers for a publication and its telephone, where configured: "县教育局 0123-456".
std::string contact_of(const CountySettings& county, const EntryPart& part);

}  // namespace gulou
