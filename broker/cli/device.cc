#include "broker/cli/device.h"

#include "broker/cli/broker_client.h"
#include "broker/cli/table.h"
#include "common/draw/qr.h"
#include "common/json/writer.h"

#include <charconv>
#include <utility>

namespace gulou::cli {
namespace {

constexpr int64_t minute_ms = 60'000;
constexpr int64_t hour_ms = 60 * minute_ms;
constexpr int64_t day_ms = 24 * hour_ms;

void add_text(JsonWriter& json, std::string_view name, const std::string& value) {
  if (!value.empty()) {
    json.member(name, value);
  }
}

void add_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& list) {
  if (list.empty()) {
    return;
  }
  json.key(name).begin_array();
  for (const std::string& one : list) {
    json.value(one);
  }
  json.end_array();
}

void add_place(JsonWriter& json, const DevicePlace& place) {
  add_text(json, "name", place.name);
  add_text(json, "area", place.area);
  add_text(json, "place", place.place);
  add_text(json, "contact", place.contact);
  add_text(json, "phone", place.phone);
  add_text(json, "kind", place.kind);
  add_text(json, "off_hours", place.off_hours);
  add_texts(json, "areas", place.areas);
  add_texts(json, "groups", place.groups);
  add_texts(json, "columns", place.columns);
  add_texts(json, "kinds", place.kinds);
  add_texts(json, "tags", place.tags);
  if (place.drill) {
    json.member("drill", true);
  }
}

void add_code(JsonWriter& json, const DevicePlace& place) {
  add_text(json, "address", place.address);
  if (place.hours > 0) {
    json.member("hours", place.hours);
  }
}

Exit show_code(const Shell& shell, const Answer& answer) {
  if (shell.json) {
    shell.print_json(answer.text);
    return Exit::done;
  }
  const std::string code(answer.value.text("code"));
  if (const auto qr = qr_matrix(code)) {
    shell.print(qr_lines(*qr));
  }
  shell.print(code);
  shell.print("");
  shell.print(shell.text("device_code_next", {local_time(answer.value.text("code_until"))}));
  return Exit::done;
}

Exit post(const Shell& shell,
          const std::string& path,
          std::string body,
          const std::function<Exit(const Answer&)>& then) {
  auto client = BrokerClient::open(shell);
  const auto answer = client ? client->post_once(path, std::move(body))
                             : Result<Answer>(gulou::fail(client.error()));
  return answer ? then(*answer) : shell.fail(answer.error());
}

std::string duration(const Shell& shell, int64_t ms) {
  const auto text = [&shell](std::string_view key, int64_t number) {
    return shell.text(key, {std::to_string(number)});
  };
  return ms >= day_ms    ? text("duration_days", ms / day_ms)
         : ms >= hour_ms ? text("duration_hours", ms / hour_ms)
                         : text("duration_minutes", ms / minute_ms);
}

// "3d", "12h", "30m".
std::optional<int64_t> parse_duration(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end + 1 != text.data() + text.size() || number <= 0 ||
      number > 100'000) {
    return std::nullopt;
  }
  return *end == 'd'   ? std::optional(number * day_ms)
         : *end == 'h' ? std::optional(number * hour_ms)
         : *end == 'm' ? std::optional(number * minute_ms)
                       : std::nullopt;
}

std::string state_of(const Shell& shell, const JsonValue& device) {
  if (device.text("state") != "enrolled") {
    return std::string(shell.word("device", device.text("state")));
  }
  if (device.boolean("connected")) {
    std::string text(shell.word("device_connected"));
    std::string_view faults = device.text("faults");
    while (!faults.empty()) {
      const std::string_view one = faults.substr(0, faults.find(' '));
      faults.remove_prefix(std::min(faults.size(), one.size() + 1));
      text += " · " + std::string(shell.word("fault", one));
    }
    return text;
  }
  return shell.text("device_silent_for", {duration(shell, device.integer("silent_ms"))});
}

std::string whom_to_call(const JsonValue& device) {
  std::string text(device.text("contact"));
  text += text.empty() || device.text("phone").empty() ? "" : " ";
  return text + std::string(device.text("phone"));
}

void print_devices(const Shell& shell, const JsonValue::Array& devices) {
  Table table({std::string(shell.word("noun_channel")),
               std::string(shell.word("noun_name")),
               std::string(shell.word("device_kind")),
               std::string(shell.word("noun_area")),
               std::string(shell.word("noun_place")),
               std::string(shell.word("noun_state")),
               std::string(shell.word("noun_contact"))});
  for (const JsonValue& device : devices) {
    table.add({std::string(device.text("channel")),
               std::string(device.text("name")),
               std::string(shell.word("device", device.text("kind"))),
               std::string(device.text("area")),
               std::string(device.text("place")),
               state_of(shell, device),
               whom_to_call(device)});
  }
  shell.print(table.text());
}

}  // namespace

Exit enrol_device(const Shell& shell, const DevicePlace& place) {
  JsonWriter body;
  body.begin_object().member("channel", place.channel);
  add_place(body, place);
  add_code(body, place);
  return post(shell, "/v1/devices", body.end_object().take(), [&](const Answer& answer) {
    return show_code(shell, answer);
  });
}

Exit list_devices(const Shell& shell, const DeviceFilterOptions& filter) {
  std::string path = "/v1/devices?limit=20000";
  const std::pair<std::string_view, const std::string*> given[] = {
      {"channel", &filter.channel}, {"area", &filter.area}, {"state", &filter.state}};
  for (const auto& [name, value] : given) {
    path += value->empty() ? "" : "&" + std::string(name) + "=" + segment(*value);
  }
  if (!filter.silent.empty()) {
    const auto ms = parse_duration(filter.silent);
    if (!ms) {
      shell.complain(shell.text("duration_malformed", {filter.silent}));
      return Exit::usage;
    }
    path += "&silent_ms=" + std::to_string(*ms);
  }
  path += filter.faulty ? "&faulty=1" : "";
  auto client = BrokerClient::open(shell);
  const auto answer = client ? client->get(path) : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  const JsonValue::Array& devices = answer->value.items("devices");
  if (shell.json) {
    shell.print_json(answer->text);
  } else if (devices.empty()) {
    shell.print(shell.text(filter.faulty           ? "no_faulty_devices"
                           : filter.silent.empty() ? "no_devices"
                                                   : "no_silent_devices"));
  } else {
    print_devices(shell, devices);
  }
  return Exit::done;
}

Exit show_device(const Shell& shell, const std::string& device) {
  return show_answer(shell, "/v1/devices/" + segment(device), [&](const JsonValue& one) {
    print_devices(shell, {one});
    Table table({});
    const auto add = [&table, &shell](std::string_view label, std::string value) {
      if (!value.empty()) {
        table.add({std::string(shell.word(label)), std::move(value)});
      }
    };
    add("device_enrolled_at", local_time(one.text("enrolled_at")));
    add("device_code_until", local_time(one.text("code_until")));
    add("device_heard_at", local_time(one.text("heard_at")));
    add("device_position", "#" + std::to_string(one.integer("position")));
    add("device_off_hours", std::string(one.text("off_hours")));
    add("device_dark_by", local_time(one.text("dark_by")));
    add("noun_operator", std::string(one.text("by")));
    add("noun_reason", std::string(one.text("reason")));
    shell.print("");
    shell.print(table.text(60, "  "));
  });
}

Exit move_device(const Shell& shell, const std::string& device, const DevicePlace& place) {
  JsonWriter body;
  add_place(body.begin_object(), place);
  return post(shell,
              "/v1/devices/" + segment(device) + "/change",
              body.end_object().take(),
              [&](const Answer& answer) {
                if (shell.json) {
                  shell.print_json(answer.text);
                } else {
                  shell.print(shell.text("device_did_move", {device}));
                }
                return Exit::done;
              });
}

Exit replace_device(const Shell& shell, const std::string& device, const DevicePlace& place) {
  JsonWriter body;
  add_code(body.begin_object(), place);
  return post(shell,
              "/v1/devices/" + segment(device) + "/replace",
              body.end_object().take(),
              [&](const Answer& answer) { return show_code(shell, answer); });
}

Exit end_device(const Shell& shell, const std::string& verb, const DeviceEnd& end) {
  if (!end.yes) {
    shell.complain(shell.text("device_would_" + verb, {end.device}));
    return Exit::usage;
  }
  JsonWriter body;
  body.begin_object().member("reason", end.reason);
  add_text(body, "dark_by", end.dark_by);
  return post(shell,
              "/v1/devices/" + segment(end.device) + "/" + verb,
              body.end_object().take(),
              [&](const Answer& answer) {
                if (shell.json) {
                  shell.print_json(answer.text);
                } else {
                  shell.print(shell.text("device_did_" + verb, {end.device}));
                }
                return Exit::done;
              });
}

std::string fleet_text(const Shell& shell, const JsonValue& fleet) {
  std::string text;
  for (const std::string_view state : {"shown", "received", "downloading", "silent", "dark"}) {
    if (const int64_t devices = fleet.integer(state); devices > 0) {
      text += text.empty() ? "" : " · ";
      text += std::string(shell.word("fleet", state)) + " " + std::to_string(devices);
    }
  }
  return text.empty() && !fleet.is_null() ? std::string(shell.word("fleet_no_device")) : text;
}

void print_fleet(const Shell& shell, const JsonValue& fleet) {
  Table table({});
  for (const JsonValue& device : fleet.items("open")) {
    table.add({std::string(device.text("name")),
               std::string(device.text("place")),
               std::string(shell.word("fleet", device.text("state"))),
               device.text("dark_by").empty()
                   ? local_time(device.text("heard_at"))
                   : shell.text("fleet_dark_at", {local_time(device.text("dark_by"))}),
               whom_to_call(device)});
  }
  for (const JsonValue& device : fleet.items("dark_by")) {
    table.add({std::string(device.text("name")),
               std::string(device.text("place")),
               shell.text(device.boolean("lease") ? "fleet_dark_lease" : "fleet_dark_by",
                          {local_time(device.text("at"))}),
               {},
               std::string(device.text("reason"))});
  }
  if (!table.empty()) {
    shell.print(table.text(60, "    "));
  }
}

}  // namespace gulou::cli
