// Devices of a fleet are invited, enrol with their code, move, are replaced and end.
#include "broker/core/core.h"
#include "common/base/fleet_limits.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

using Verb = DeviceDecided::Verb;

std::string_view event_of(Verb verb) {
  switch (verb) {
    case Verb::invite:
      return "device.invited";
    case Verb::change:
      return "device.changed";
    case Verb::replace:
      return "device.replaced";
    case Verb::revoke:
      return "device.revoked";
    case Verb::retire:
      return "device.retired";
  }
  return "";
}

bool is_area(std::string_view text) {
  return text.size() == 12 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Error> check_place(const DeviceChanged& wanted) {
  const auto wrong = [](std::string reason, std::string field, std::vector<std::string> args) {
    return Error{ErrorCode::invalid_argument, std::move(reason), std::move(field), std::move(args)};
  };
  if (!is_area(wanted.reach.area)) {
    return wrong("area_malformed", "area", {wanted.reach.area});
  }
  for (const std::string& area : wanted.reach.areas) {
    if (!is_area(area)) {
      return wrong("area_malformed", "areas", {area});
    }
  }
  const std::pair<std::string_view, const std::string*> texts[] = {{"name", &wanted.name},
                                                                   {"place", &wanted.place},
                                                                   {"contact", &wanted.contact},
                                                                   {"phone", &wanted.phone}};
  for (const auto& [field, text] : texts) {
    if (text->size() > limits::phrase_chars_max) {
      return wrong("text_too_long",
                   std::string(field),
                   {std::to_string(text->size()), std::to_string(limits::phrase_chars_max)});
    }
  }
  const std::pair<std::string_view, size_t> lists[] = {{"areas", wanted.reach.areas.size()},
                                                       {"groups", wanted.reach.groups.size()},
                                                       {"columns", wanted.reach.columns.size()},
                                                       {"tags", wanted.tags.size()}};
  for (const auto& [field, count] : lists) {
    const size_t most = field == "tags" ? limits::device_tags_max : limits::device_list_max;
    if (count > most) {
      return wrong(
          "too_many_items", std::string(field), {std::to_string(count), std::to_string(most)});
    }
  }
  return std::nullopt;
}

// Where it is and what it takes.
void take_place(const DeviceChanged& wanted, Seq head, DeviceChanged& row) {
  if (row.reach != wanted.reach) {
    row.changed_at = head;
  }
  row.name = wanted.name.empty() ? row.name : wanted.name;
  row.place = wanted.place;
  row.contact = wanted.contact;
  row.phone = wanted.phone;
  row.kind = wanted.kind;
  row.tags = wanted.tags;
  row.reach = wanted.reach;
  row.off_hours = wanted.off_hours;
}

// It gets another key, is revoked or retired.
void take_verb(const DeviceDecided& event, Seq head, Now now, DeviceChanged& row) {
  const bool replaced = event.verb == Verb::replace;
  row.key = replaced ? event.wanted.key : std::string();
  row.code_until = replaced ? event.wanted.code_until : Utc{};
  row.state = replaced                     ? DeviceState::invited
              : event.verb == Verb::retire ? DeviceState::retired
                                           : DeviceState::revoked;
  row.counts_until = replaced ? Seq{} : Seq{head.value + 1};
  if (event.verb == Verb::retire) {
    row.dark_by = event.dark_by ? event.dark_by : now.utc;
  }
}

}  // namespace

void Core::on_event(const DeviceDecided& event, Now now) {
  const auto no = [&](Error error) { refuse(event.from, {std::move(error)}, "decision.refused"); };
  if (auto error = refuses_all()) {
    return no(*std::move(error));
  }
  if (event.verb == Verb::invite) {
    return invite(event, now);
  }
  const FleetDevice* known = ledger_.fleet().device(event.device);
  if (known == nullptr) {
    return no({ErrorCode::not_found, "device_unknown", "device", {}});
  }
  DeviceChanged row = known->row;
  if (row.state == DeviceState::retired) {
    return no({ErrorCode::refused, "device_retired", "device", {row.name}});
  }
  const bool needs_reason = event.verb == Verb::revoke || event.verb == Verb::retire;
  if (needs_reason && event.reason.empty()) {
    return no({ErrorCode::invalid_argument, "reason_missing", "reason", {}});
  }
  if (event.verb == Verb::change) {
    if (auto error = check_place(event.wanted)) {
      return no(*std::move(error));
    }
    const SubscriberNo other = ledger_.fleet().by_name(channel_of(row.device), event.wanted.name);
    if (other && other != row.device) {
      return no({ErrorCode::already_exists, "device_name_taken", "name", {event.wanted.name}});
    }
    take_place(event.wanted, ledger_.head(), row);
  } else {
    // Whatever comes next, the key it has now is no longer good.
    step_.sends.emplace_back(SendDoor{row.key, {}, false});
    take_verb(event, ledger_.head(), now, row);
  }
  row.at = now.utc;
  row.by = event.operator_name;
  row.reason = event.reason;
  note(Note::Level::info, event_of(event.verb), row.device, {}, 1, row.name);
  close_stream_of(row.device, event.verb == Verb::change ? "device_changed" : "device_revoked");
  if (event.verb == Verb::replace) {
    step_.sends.emplace_back(SendDoor{row.key, row.device, true});
  }
  const SubscriberNo device = row.device;
  emit(std::move(row));
  step_.sends.emplace_back(SendDone{event.from, {device.value}});
}

void Core::invite(const DeviceDecided& event, Now now) {
  const auto no = [&](Error error) { refuse(event.from, {std::move(error)}, "decision.refused"); };
  const auto channel = ledger_.channels().find(event.channel);
  if (channel == ledger_.channels().end() || !channels_.contains(channel->second)) {
    return no({ErrorCode::not_found, "channel_unknown", "channel", {event.channel}});
  }
  if (!channels_.at(channel->second).policy.fleet) {
    return no({ErrorCode::refused, "channel_no_fleet", "channel", {event.channel}});
  }
  if (auto error = check_place(event.wanted)) {
    return no(*std::move(error));
  }
  DeviceChanged row = event.wanted;
  row.device = ledger_.fleet().next(channel->second);
  if (slot_of(row.device) > limits::devices_max) {
    return no({ErrorCode::exhausted,
               "too_many_devices",
               "channel",
               {event.channel, std::to_string(limits::devices_max)}});
  }
  if (row.name.empty()) {
    row.name = event.channel + "-" + std::to_string(slot_of(row.device));
  }
  if (ledger_.fleet().by_name(channel->second, row.name)) {
    return no({ErrorCode::already_exists, "device_name_taken", "name", {row.name}});
  }
  row.state = DeviceState::invited;
  row.at = now.utc;
  row.invited_at = now.utc;
  row.by = event.operator_name;
  note(Note::Level::info, event_of(event.verb), row.device, {}, 1, row.name);
  step_.sends.emplace_back(SendDoor{row.key, row.device, true});
  step_.sends.emplace_back(SendDone{event.from, {row.device.value}});
  emit(std::move(row));
}

void Core::on_event(const EnrolAsked& event, Now now) {
  const auto no = [&](Error error) {
    step_.sends.emplace_back(SendError{event.from, std::move(error)});
    step_.sends.emplace_back(SendGoodbye{event.from.session, "not_enrolled"});
  };
  const FleetDevice* known = ledger_.fleet().device(event.device);
  if (known != nullptr && known->row.state == DeviceState::enrolled &&
      known->row.key == event.key) {
    return answer_enrolled(event.from, known->row);  // its answer was lost
  }
  if (known == nullptr || known->row.state != DeviceState::invited) {
    return no({ErrorCode::refused, "code_used", "", {}});
  }
  DeviceChanged row = known->row;
  if (row.code_until <= now.utc) {
    step_.sends.emplace_back(SendDoor{row.key, {}, false});
    return no({ErrorCode::refused, "code_expired", "", {row.name}});
  }
  if (ledger_.fleet().by_key(event.key)) {
    return no({ErrorCode::already_exists, "device_key_taken", "key", {}});
  }
  if (auto error = refuses_all()) {
    return no(*std::move(error));
  }
  step_.sends.emplace_back(SendDoor{row.key, {}, false});
  row.state = DeviceState::enrolled;
  row.key = event.key;
  row.code_until = {};
  row.at = now.utc;
  row.enrolled_at = now.utc;
  row.counts_from = row.counts_from ? row.counts_from : Seq{ledger_.head().value + 1};
  row.counts_until = {};
  row.changed_at = ledger_.head();
  note(Note::Level::info, "device.enrolled", row.device, {}, 1, row.name);
  step_.sends.emplace_back(SendDoor{row.key, row.device, false});
  answer_enrolled(event.from, row);
  emit(std::move(row));
}

void Core::answer_enrolled(const Asker& to, const DeviceChanged& row) {
  const auto channel = channels_.find(channel_of(row.device));
  step_.sends.emplace_back(
      SendEnrolled{to,
                   row.device,
                   channel != channels_.end() ? channel->second.policy.id : std::string(),
                   row.name,
                   row.place});
}

}  // namespace gulou
