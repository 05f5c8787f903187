#include "broker/journal/standing.h"

#include <algorithm>

namespace gulou {
namespace {

Standing of_row(Standing standing, const DeliveryChanged& row) {
  standing.state = row.state;
  standing.since = row.at;
  standing.attempts = row.attempts;
  standing.due = row.due;
  standing.reason = row.reason;
  standing.detail = row.detail;
  standing.instance = row.instance;
  standing.maybe_published = row.maybe_published;
  if (row.state == DeliveryState::published) {
    standing.receipt = row.receipt;
  }
  if (row.attempts > 0 && row.state != DeliveryState::leased) {
    standing.outcome = row.outcome;
  }
  return standing;
}

// Has the cursor gone past this entry, which left no trace? At a gated channel the log cursor goes
// past what its gate has shown: it then waits to be taken from what was shown.
bool is_passed_over(const History& history,
                    SubscriberNo subscriber,
                    const EntryAccepted& entry,
                    ChannelNo gate) {
  uint64_t taken = 0;  // of what the gate has shown
  bool passed = false;
  for (const CursorMoved& cursor : history.cursors()) {
    if (cursor.subscriber != subscriber || cursor.lane != entry.lane) {
      continue;
    }
    if (cursor.kind == CursorKind::receipts) {
      taken = cursor.to.value;
    } else {
      passed = cursor.to >= entry.seq;
    }
  }
  return passed && !(gate && history.seen_behind(gate, entry.lane, taken, entry.seq));
}

}  // namespace

Standing standing(const History& history,
                  ChannelNo channel,
                  const EntryAccepted& entry,
                  ChannelNo gate) {
  const SubscriberNo subscriber = shared_subscriber(channel);
  Standing standing;
  standing.channel = channel;
  if (const auto row = history.delivery(subscriber, entry.seq)) {
    return of_row(std::move(standing), *row);
  }
  if (const auto plain = history.plain_success(subscriber, entry.lane, entry.seq)) {
    standing.state = DeliveryState::published;
    standing.since = plain->at;
    standing.attempts = 1;
    standing.outcome = Outcome::published;
    standing.receipt.level = plain->level;
    standing.receipt.at = plain->at;
    return standing;
  }
  for (const LeaseHeld& lease : history.leases()) {
    if (lease.subscriber == subscriber && contains(lease.runs, entry.seq)) {
      standing.state = DeliveryState::leased;
      standing.since = lease.leased_at;
      standing.attempts = 1;
      standing.instance = lease.instance;
      return standing;
    }
  }
  if (is_passed_over(history, subscriber, entry, gate)) {
    return standing;  // not for this channel
  }
  for (const ChannelDefined& defined : history.channels()) {
    if (defined.channel == channel && defined.from >= entry.seq) {
      return standing;  // the channel began after it
    }
  }
  standing.state = DeliveryState::pending;
  standing.since = entry.accepted_at;
  return standing;
}

std::vector<Standing> standings(const History& history,
                                const EntryAccepted& entry,
                                const GateOf& gate_of) {
  std::vector<Standing> all;
  for (const ChannelDefined& channel : history.channels()) {
    const ChannelNo gate = gate_of ? gate_of(channel.channel) : ChannelNo{};
    all.push_back(standing(history, channel.channel, entry, gate));
  }
  return all;
}

}  // namespace gulou
