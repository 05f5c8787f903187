#include "broker/admin/holds.h"

#include "broker/admin/fits.h"
#include "broker/admin/withdrawal_plan.h"

#include <algorithm>

namespace gulou {
namespace {

// It has shown this one, or a later revision in its place.
bool has_shown(const Standing& standing, const Channel& gate) {
  if (standing.state == DeliveryState::superseded) {
    return true;
  }
  return standing.state == DeliveryState::published &&
         (standing.receipt.level >= ReceiptLevel::seen_public || !gate.read_back);
}

// What its gate holds has no row, or one that is due when it has been held too long.
bool may_be_held(const Standing& standing) {
  return standing.state == DeliveryState::pending ||
         (standing.state == DeliveryState::waiting && standing.reason == "gate");
}

// Of one that may still be handed over; empty: nothing holds the whole channel.
std::string_view held_by_channel(const Hold& hold, const EntryAccepted& entry) {
  if (hold.view == nullptr || entry.lane == Lane::withdrawal) {
    return {};
  }
  switch (state_of(hold.view->condition)) {
    case ChannelState::open:
      return {};
    case ChannelState::paused:
      return "next_paused";
    case ChannelState::throttled:
      return "next_throttled";
    case ChannelState::failing:
      return "next_failing";
    case ChannelState::needs_authorisation:
      return "next_needs_authorisation";
    case ChannelState::misconfigured:
      return "next_misconfigured";
    case ChannelState::retired:
      return "next_retired";
  }
  return {};
}

std::string_view next_of_final(DeliveryState state, const EntryAccepted& entry) {
  switch (state) {
    case DeliveryState::superseded:
      return "next_superseded";
    case DeliveryState::withdrawn:
      return "next_withdrawn";
    case DeliveryState::expired:
      return "next_expired";
    case DeliveryState::cancelled:
      return "next_cancelled";
    case DeliveryState::published:
    case DeliveryState::pending:
    case DeliveryState::leased:
    case DeliveryState::confirming:
    case DeliveryState::waiting:
    case DeliveryState::parked:
      break;
  }
  return entry.kind == EntryKind::withdrawal ? "next_taken_down" : "next_published";
}

std::string_view next_reason(DeliveryState state, const EntryAccepted& entry, const Hold& hold) {
  if (is_final(state)) {
    return next_of_final(state, entry);
  }
  if (state == DeliveryState::leased) {
    return "next_leased";
  }
  if (state == DeliveryState::parked) {
    return "next_parked";
  }
  if (const auto held = held_by_channel(hold, entry); !held.empty()) {
    return held;
  }
  if (hold.gate) {
    if (hold.gate->overdue_at < hold.now && !hold.gate->proceeds) {
      return "next_gate_overdue";
    }
    return hold.gate->proceeds ? "next_gated_proceeds" : "next_gated";
  }
  if (hold.view == nullptr || hold.view->sessions.empty()) {
    return "next_unserved";
  }
  if (state == DeliveryState::confirming) {
    return "next_confirming";
  }
  return state == DeliveryState::waiting ? "next_waiting" : "next_pending";
}

}  // namespace

ChannelState state_of(const ChannelCondition& condition) {
  if (condition.retired) {
    return ChannelState::retired;
  }
  return condition.paused ? ChannelState::paused : condition.state;
}

std::optional<GateWait> gate_wait(const History& history,
                                  const CountySettings& county,
                                  const Channel* policy,
                                  const EntryAccepted& entry,
                                  const Standing& standing) {
  const bool gated = policy != nullptr && !policy->gate.channel.empty() && may_be_held(standing) &&
                     entry.kind == EntryKind::bundle &&
                     !(entry.lane == Lane::urgent && policy->gate.urgent_skips);
  const Channel* gate = gated ? county.channel(policy->gate.channel) : nullptr;
  if (gate == nullptr || !takes(gate->filter, entry)) {
    return std::nullopt;  // nor is there one for what the gate never gets
  }
  for (const ChannelDefined& channel : history.channels()) {
    if (channel.id == gate->id &&
        has_shown(gulou::standing(history, channel.channel, entry), *gate)) {
      return std::nullopt;
    }
  }
  const Utc from = std::max(entry.accepted_at, entry.not_before);
  return GateWait{
      policy->gate.channel, Utc{from.ms + policy->gate.timeout_ms}, policy->gate.proceeds};
}

GateOf gates_of(const CountySettings& county, const ChannelNames& names) {
  return [&county, &names](ChannelNo channel) {
    const Channel* policy = county.channel(names.id(channel));
    const bool gated = policy != nullptr && !policy->gate.channel.empty();
    return gated ? names.find(policy->gate.channel).value_or(ChannelNo{}) : ChannelNo{};
  };
}

Hold hold_of(const Exchange& exchange,
             const BrokerView& view,
             const EntryAccepted& entry,
             const Standing& standing,
             const std::string& channel) {
  const CountySettings& county = exchange.county();
  Hold hold{
      .view = view_of(view, standing.channel), .policy = county.channel(channel), .now = view.now};
  hold.gate = gate_wait(exchange.history(), county, hold.policy, entry, standing);
  return hold;
}

namespace {

// What was published here and then taken back: where the removal stands is the takedown's story.
std::optional<Seq> taken_back_by(const Exchange& exchange,
                                 const Standing& standing,
                                 const EntryAccepted& entry) {
  if (standing.state != DeliveryState::published || entry.kind != EntryKind::bundle) {
    return std::nullopt;
  }
  const auto row = exchange.history().publication({entry.publisher, entry.parts.front().id});
  const bool down = row && row->is_down(entry.parts.front().revision);
  return down ? std::optional(row->withdrawn->seq) : std::nullopt;
}

}  // namespace

std::string next_step(const Exchange& exchange,
                      const Standing& standing,
                      const std::string& channel,
                      const EntryAccepted& entry,
                      const Hold& hold) {
  if (!standing.state) {
    return {};
  }
  if (const auto withdrawal = taken_back_by(exchange, standing, entry)) {
    return exchange.say(
        {ErrorCode::internal, "next_published_withdrawn", {}, {std::to_string(withdrawal->value)}});
  }
  Utc until = standing.due;
  if (hold.gate) {
    until = hold.gate->overdue_at;
  } else if (!held_by_channel(hold, entry).empty()) {
    until = hold.view->condition.until;
  }
  // {0} the channel, {1} the delivery, {2} when it goes on, {3} the gate, {4} the seq
  return exchange.say({ErrorCode::internal,
                       std::string(next_reason(*standing.state, entry, hold)),
                       {},
                       {channel,
                        channel + "/" + std::to_string(entry.seq.value),
                        until ? format_shanghai(until) : std::string(),
                        hold.gate ? hold.gate->gate : std::string(),
                        std::to_string(entry.seq.value)}});
}

}  // namespace gulou
