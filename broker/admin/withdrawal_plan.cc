#include "broker/admin/withdrawal_plan.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

std::string action_of(const Presence& presence, WithdrawalKind kind) {
  if (!presence.there && !presence.may_be_there && !presence.leased) {
    if (!presence.queued) {
      return "nothing";
    }
    return kind == WithdrawalKind::mark_invalid ? "stays_queued" : "stops";
  }
  if (presence.policy == nullptr || presence.policy->mode == Mode::manual) {
    return "person";
  }
  switch (policy_for(*presence.policy, kind)) {
    case OnWithdrawal::adapter:
      return "adapter";
    case OnWithdrawal::leave:
      return "leave";
    case OnWithdrawal::take_down:
      return "take_down";
    case OnWithdrawal::park:
      return "person";
  }
  return "person";
}

// Why the broker alone does not get it done here; empty: it does.
std::string person_for(const PlannedPlace& place, const ChannelView* view) {
  if (place.action == "person") {
    return place.presence.policy == nullptr ? "channel_gone" : "policy";
  }
  if (place.action != "adapter" && place.action != "take_down") {
    return {};
  }
  if (view != nullptr) {
    switch (view->condition.state) {
      case ChannelState::needs_authorisation:
        return "authorisation";
      case ChannelState::misconfigured:
        return "configuration";
      case ChannelState::throttled:
        return "quota";
      case ChannelState::open:
      case ChannelState::paused:
      case ChannelState::failing:
      case ChannelState::retired:
        break;
    }
  }
  if (view == nullptr || view->sessions.empty()) {
    return "adapter";
  }
  const bool unsure = place.presence.may_be_there && !place.presence.there;
  return unsure && !place.presence.policy->can_look ? "look" : "";
}

}  // namespace

OnWithdrawal policy_for(const Channel& channel, WithdrawalKind kind) {
  switch (kind) {
    case WithdrawalKind::mark_invalid:
      return channel.on_withdrawal.mark_invalid;
    case WithdrawalKind::replace:
      return channel.on_withdrawal.replace;
    case WithdrawalKind::remove:
    case WithdrawalKind::expire:
      return channel.on_withdrawal.remove;
    case WithdrawalKind::erase:
      return channel.on_withdrawal.erase;
  }
  return OnWithdrawal::park;
}

PlannedPlace plan(Presence presence, WithdrawalKind kind, const ChannelView* view) {
  PlannedPlace place{.presence = std::move(presence)};
  place.action = action_of(place.presence, kind);
  place.person = person_for(place, view);
  if (!place.person.empty()) {
    place.who = place.person == "adapter" || place.person == "authorisation" ||
                        place.person == "configuration"
                    ? "who_adapter"
                    : "who_operator";
  }
  place.lasting =
      kind != WithdrawalKind::mark_invalid && place.presence.any() && place.action != "leave";
  return place;
}

const ChannelView* view_of(const BrokerView& view, ChannelNo channel) {
  const auto at = std::find_if(view.core.channels.begin(),
                               view.core.channels.end(),
                               [&](const ChannelView& one) { return one.channel == channel; });
  return at == view.core.channels.end() ? nullptr : &*at;
}

std::string contact_of(const CountySettings& county, const EntryPart& part) {
  const auto column = county.columns.find(part.column);
  const auto unit = column == county.columns.end()
                        ? county.units.end()
                        : county.units.find(column->second.responsible_unit);
  const Unit* found =
      unit == county.units.end() ? county.unit_by_org_code(part.org_code) : &unit->second;
  if (found == nullptr) {
    return {};
  }
  return found->phone.empty() ? found->name : found->name + " " + found->phone;
}

}  // namespace gulou
