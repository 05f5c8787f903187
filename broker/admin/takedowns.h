// Takedown is a withdrawal and what became of it, place by place: confirmed when and by whom, or
// what is still missing, until when, whose move it is and with which command. Read from committed
// rows and the broker's view; bounded per channel. Any thread.
#pragma once

#include "broker/admin/fleets.h"
#include "broker/admin/presence.h"

#include <optional>
#include <string>
#include <vector>

namespace gulou {

struct TakedownPlace {
  ChannelNo channel;
  std::string id;                   // of the channel
  const Channel* policy = nullptr;  // null: no longer configured
  Standing standing;                // of the withdrawal's delivery
  std::vector<std::string> urls;    // where it was shown
  bool confirmed = false;
  bool left = false;                // policy leaves the copy
  bool given_up = false;            // an operator cancelled it
  std::optional<FleetCount> fleet;  // of many devices: confirmed when all of them have, or are dark
  Utc deadline;
  // Of an open one: what it waits for, a sentence "takedown_<waits_for>"; whose move, a word.
  std::string waits_for;
  std::string who;
  std::string command;

  bool open() const { return !confirmed && !left && !given_up; }

  // Nothing happens by itself.
  bool needs_person() const { return !who.empty(); }
};

struct Takedown {
  EntryAccepted entry;
  std::vector<TakedownPlace> places;

  bool open() const;
  bool overdue(Utc now) const;
};

Takedown takedown(const History& history,
                  const CountySettings& county,
                  const BrokerView& view,
                  EntryAccepted entry);

// Those with an open place, oldest first; looks at limits::attention_releases_max rows at most of
// each channel.
std::vector<Takedown> open_takedowns(const History& history,
                                     const CountySettings& county,
                                     const BrokerView& view);

// TAKEDOWN of the contract: the members; the caller opens and closes the object.
void append_takedown(JsonWriter& json, const Exchange& exchange, const Takedown& takedown, Utc now);
void append_places(JsonWriter& json, const Exchange& exchange, const Takedown& takedown, Utc now);

}  // namespace gulou
