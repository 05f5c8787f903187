// Devices of fleets: who they are, which of them are silent, and what an operator decides about
// them. A code is shown once, to whoever asked for it.
#include "broker/admin/decisions.h"
#include "broker/admin/fleets.h"
#include "broker/admin/routes.h"
#include "common/base/fleet_limits.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

using Verb = DeviceDecided::Verb;

// ---- looking ------------------------------------------------------------------------------------

// "341822000000" is the county with all it holds: what is in front of the zeros of whole levels.
std::string_view significant(std::string_view area) {
  constexpr std::pair<size_t, std::string_view> levels[] = {
      {9, "000"}, {6, "000"}, {4, "00"}, {2, "00"}};
  for (const auto& [digits, zeros] : levels) {
    if (area.size() == digits + zeros.size() && area.ends_with(zeros)) {
      area = area.substr(0, digits);
    }
  }
  return area;
}

bool wanted(const Exchange& exchange, const DeviceLine& line, uint64_t silent_ms_min) {
  const std::string_view channel = exchange.parameter("channel");
  const std::string_view state = exchange.parameter("state");
  const std::string_view area = significant(exchange.parameter("area"));
  return (channel.empty() || line.channel == channel) &&
         (state.empty() || name_of(line.row.state) == state) &&
         (area.empty() || line.row.reach.area.starts_with(area)) &&
         (silent_ms_min == 0 || line.silent_ms >= static_cast<int64_t>(silent_ms_min)) &&
         (exchange.parameter("faulty") != "1" || (line.connected && line.connected->faults != 0));
}

Status answer_list(const Exchange& exchange, const BrokerView& view) {
  const uint64_t silent_ms_min = TRY(exchange.number("silent_ms", 0, INT64_MAX));
  const uint64_t limit = TRY(exchange.number("limit", limits::page_rows_max, limits::devices_max));
  const uint64_t after = TRY(exchange.number("after", 0, UINT64_MAX));
  JsonWriter json;
  json.begin_object().key("devices").begin_array();
  uint64_t listed = 0;
  uint64_t next = 0;
  uint64_t last = 0;
  for (const DeviceLine& line : device_lines(exchange.history(), view)) {
    if (line.row.device.value <= after || !wanted(exchange, line, silent_ms_min)) {
      continue;
    }
    if (listed++ == limit) {
      next = last;
      break;
    }
    last = line.row.device.value;
    append_device(json.begin_object(), line);
    json.end_object();
  }
  json.end_array();
  if (next != 0) {
    json.member("next", next);
  }
  exchange.answer(200, json.end_object().take());
  return {};
}

Status list(const Exchange& exchange) {
  return exchange.with_view(answer_list);
}

// By number, by name, or by CHANNEL/NAME where two channels have devices of one name.
Result<DeviceChanged> device_named(const Exchange& exchange) {
  const std::string& text = exchange.path("device");
  const ChannelNames names(exchange.history());
  std::vector<DeviceChanged> found;
  for (DeviceChanged& device : exchange.history().devices({})) {
    const std::string channel = names.id(channel_of(device.device));
    if (std::to_string(device.device.value) == text || device.name == text ||
        channel + "/" + device.name == text) {
      found.push_back(std::move(device));
    }
  }
  if (found.size() != 1) {
    return fail(ErrorCode::not_found,
                found.empty() ? "device_unknown" : "device_ambiguous",
                "device",
                {text});
  }
  return std::move(found.front());
}

Status answer_one(const Exchange& exchange, const BrokerView& view) {
  const DeviceChanged device = TRY(device_named(exchange));
  for (const DeviceLine& line : device_lines(exchange.history(), view)) {
    if (line.row.device == device.device) {
      JsonWriter json;
      append_device(json.begin_object(), line);
      exchange.answer(200, json.end_object().take());
      return {};
    }
  }
  return fail(ErrorCode::not_found, "device_unknown", "device", {device.name});
}

Status show(const Exchange& exchange) {
  return exchange.with_view(answer_one);
}

// ---- deciding -----------------------------------------------------------------------------------

// What is not given stays as it was.
void read_place(RequestBody& body, DeviceChanged& wanted) {
  const auto text = [&body](std::string_view name, std::string& value) {
    if (body.has(name)) {
      value = body.text(name, limits::phrase_chars_max * 4);
    }
  };
  const auto texts = [&body](std::string_view name, std::vector<std::string>& list) {
    if (body.has(name)) {
      list = body.texts(name, limits::device_list_max);
    }
  };
  text("name", wanted.name);
  text("place", wanted.place);
  text("contact", wanted.contact);
  text("phone", wanted.phone);
  text("area", wanted.reach.area);
  texts("areas", wanted.reach.areas);
  texts("groups", wanted.reach.groups);
  texts("columns", wanted.reach.columns);
  texts("tags", wanted.tags);
  if (body.has("kinds")) {
    wanted.reach.kinds = body.words("kinds", parse_kind);
  }
  if (body.has("drill")) {
    wanted.reach.drill = body.flag("drill");
  }
  if (body.has("kind")) {
    const std::string kind = body.text("kind");
    if (const auto parsed = parse_device_kind(kind)) {
      wanted.kind = *parsed;
    } else {
      body.wrong("word_unknown", "kind", {kind});
    }
  }
  if (body.has("off_hours")) {
    const std::string hours = body.text("off_hours");
    if (const auto parsed = parse_off_hours(hours)) {
      wanted.off_hours = *parsed;
    } else {
      body.wrong("off_hours_malformed", "off_hours", {hours});
    }
  }
}

// Decides once the code is made; the answer is the only place where it is shown.
Status decide_with_code(const Exchange& exchange, RequestBody& body, DeviceDecided decision) {
  const std::string address = body.text("address", limits::receipt_url_bytes_max);
  const uint64_t hours = body.number("hours", limits::device_code_ms_max / 3600'000);
  if (const auto errors = body.errors(); !errors.empty()) {
    exchange.refuse(errors);
    return {};
  }
  if (!exchange.context().device_code) {
    return fail(ErrorCode::unavailable, "broker_busy");
  }
  const int64_t valid_ms =
      hours != 0 ? static_cast<int64_t>(hours) * 3600'000 : limits::device_code_ms_default;
  const DeviceCodeMade made = exchange.context().device_code(address);
  decision.wanted.key = made.key;
  decision.wanted.code_until = {read_clocks().utc.ms + valid_ms};
  const Utc until = decision.wanted.code_until;
  return decide(exchange,
                std::move(decision),
                [code = made.code, until](const Exchange& held, const DecisionTaken& taken) {
                  JsonWriter json;
                  json.begin_object().member("device", taken.job.value).member("code", code);
                  append_time(json, "code_until", until);
                  held.answer(201, json.end_object().take());
                });
}

Status invite(const Exchange& exchange) {
  RequestBody body = TRY(RequestBody::read(exchange));
  DeviceDecided decision;
  decision.operator_name = exchange.principal().name;
  decision.verb = Verb::invite;
  decision.channel = body.needed_text("channel");
  read_place(body, decision.wanted);
  return decide_with_code(exchange, body, std::move(decision));
}

Status change(const Exchange& exchange) {
  RequestBody body = TRY(RequestBody::read(exchange));
  DeviceDecided decision;
  decision.operator_name = exchange.principal().name;
  decision.verb = Verb::change;
  decision.wanted = TRY(device_named(exchange));
  decision.device = decision.wanted.device;
  decision.reason = body.text("reason");
  read_place(body, decision.wanted);
  if (const auto errors = body.errors(); !errors.empty()) {
    exchange.refuse(errors);
    return {};
  }
  return decide(exchange, std::move(decision));
}

Status replace(const Exchange& exchange) {
  RequestBody body = TRY(RequestBody::read(exchange));
  DeviceDecided decision;
  decision.operator_name = exchange.principal().name;
  decision.verb = Verb::replace;
  decision.device = TRY(device_named(exchange)).device;
  decision.reason = body.text("reason");
  return decide_with_code(exchange, body, std::move(decision));
}

AdminRoute ends(std::string_view pattern, Verb verb) {
  return {"POST", pattern, Access::operates, [verb](const Exchange& exchange) -> Status {
            RequestBody body = TRY(RequestBody::read(exchange));
            DeviceDecided decision;
            decision.operator_name = exchange.principal().name;
            decision.verb = verb;
            decision.device = TRY(device_named(exchange)).device;
            decision.reason = body.reason();
            decision.dark_by = body.time("dark_by");
            if (const auto errors = body.errors(); !errors.empty()) {
              exchange.refuse(errors);
              return {};
            }
            return decide(exchange, std::move(decision));
          }};
}

}  // namespace

AdminRoutes device_routes() {
  return {{"GET", "/v1/devices", Access::viewer, list},
          {"GET", "/v1/devices/{device}", Access::viewer, show},
          {"POST", "/v1/devices", Access::operates, invite},
          {"POST", "/v1/devices/{device}/change", Access::operates, change},
          {"POST", "/v1/devices/{device}/replace", Access::operates, replace},
          ends("/v1/devices/{device}/revoke", Verb::revoke),
          ends("/v1/devices/{device}/retire", Verb::retire)};
}

}  // namespace gulou
