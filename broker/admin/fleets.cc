#include "broker/admin/fleets.h"

#include "broker/admin/answers.h"
#include "common/base/fleet_limits.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

bool is_connected(const BrokerView& view, SubscriberNo device) {
  const auto at = std::ranges::lower_bound(view.core.devices, device, {}, &DeviceView::device);
  return at != view.core.devices.end() && at->device == device;
}

template <class Value>
bool takes(const std::vector<Value>& list, const Value& value) {
  return list.empty() || std::ranges::find(list, value) != list.end();
}

bool is_for(const Channel& policy, const DeviceReach& reach, const EntryAccepted& entry) {
  const ChannelFilter& filter = policy.filter;
  return (!entry.test || filter.drill) && (!entry.imported || filter.imports) &&
         std::ranges::any_of(entry.parts, [&](const EntryPart& part) {
           return takes(filter.columns, part.column) && takes(filter.kinds, part.kind) &&
                  reaches(reach, part.audience, part.column, part.kind, entry.test);
         });
}

// Was it, or is it, one of those that count?
bool counts(const DeviceChanged& device, const EntryAccepted& entry) {
  if (!device.counts_from) {
    return false;
  }
  return entry.kind == EntryKind::withdrawal
             ? device.counts_from <= entry.seq &&
                   (!device.counts_until || device.counts_until > entry.seq)
             : !device.counts_until;
}

struct Said {
  std::map<SubscriberNo, Utc> received;
  std::map<SubscriberNo, Utc> shown;
};

Said said_of(const History& history, ChannelNo channel, Seq seq) {
  Said said;
  for (const auto& [page, row] : history.fleet_pages(channel, seq)) {
    for (const FleetStep& step : row.steps) {
      auto& times = step.mark == FleetMark::shown ? said.shown : said.received;
      for (const SubscriberNo device : devices_of(channel, page, step.bits)) {
        times.emplace(device, step.at);
      }
    }
  }
  return said;
}

// How long a device out of contact may still show any of what an entry takes back; 0: for ever.
int64_t display_lease_ms(const EntryAccepted& entry, int64_t channel_ms) {
  int64_t longest_ms = 0;
  for (const EntryPart& part : entry.parts) {
    const int64_t lease_ms = shorter_lease_ms(part.display_lease_ms, channel_ms);
    if (lease_ms == 0) {
      return 0;
    }
    longest_ms = std::max(longest_ms, lease_ms);
  }
  return longest_ms;
}

FleetDeviceLine line_of(const DeviceChanged& device,
                        const DevicePosition& position,
                        const Said& said,
                        const BrokerView& view,
                        const EntryAccepted& entry) {
  const Seq seq = entry.seq;
  FleetDeviceLine line{.row = device};
  const auto shown = said.shown.find(device.device);
  const auto received = said.received.find(device.device);
  if (shown != said.shown.end()) {
    line.reached = Reached::shown;
    line.at = shown->second;
  } else if (received != said.received.end()) {
    line.reached = Reached::received;
    line.at = received->second;
  } else if (position.seq >= seq) {
    line.reached = Reached::received;
    line.at = position.at;
  } else if (device.state == DeviceState::retired) {
    line.reached = Reached::dark;
    line.at = device.dark_by;
  } else {
    const bool connected = is_connected(view, device.device);
    line.reached = connected ? Reached::downloading : Reached::silent;
    line.at = std::max(position.contact, device.enrolled_at);
    const int64_t lease_ms = entry.kind == EntryKind::withdrawal && !connected
                                 ? display_lease_ms(entry, position.lease_ms)
                                 : 0;
    if (lease_ms != 0) {
      // Contact is noted now and then: it may have been heard of a little later.
      line.dark_by = {line.at.ms + limits::fleet_contact_every_ms + lease_ms};
    }
    if (line.dark_by && line.dark_by <= view.now) {
      line.reached = Reached::dark;
      line.at = line.dark_by;
    }
  }
  return line;
}

}  // namespace

std::string_view name_of(Reached reached) {
  switch (reached) {
    case Reached::shown:
      return "shown";
    case Reached::received:
      return "received";
    case Reached::dark:
      return "dark";
    case Reached::downloading:
      return "downloading";
    case Reached::silent:
      return "silent";
  }
  return {};
}

uint64_t FleetCount::of(Reached reached) const {
  const auto at = by.find(reached);
  return at == by.end() ? 0 : at->second;
}

FleetCount count_fleet(const History& history,
                       const BrokerView& view,
                       const Channel& policy,
                       ChannelNo channel,
                       const EntryAccepted& entry) {
  std::map<SubscriberNo, DevicePosition> positions;
  for (DevicePosition& position : history.device_positions()) {
    positions.emplace(position.device, position);
  }
  const Said said = said_of(history, channel, entry.seq);
  FleetCount count;
  for (const DeviceChanged& device : history.devices(channel)) {
    if (!counts(device, entry) || !is_for(policy, device.reach, entry)) {
      continue;
    }
    const auto at = positions.find(device.device);
    FleetDeviceLine line =
        line_of(device, at != positions.end() ? at->second : DevicePosition{}, said, view, entry);
    ++count.devices;
    ++count.by[line.reached];
    if (line.reached == Reached::shown || line.reached == Reached::received) {
      count.first = count.first ? std::min(count.first, line.at) : line.at;
      count.last = std::max(count.last, line.at);
    }
    count.lines.push_back(std::move(line));
  }
  return count;
}

void append_fleet(JsonWriter& json, const FleetCount& count, size_t lines_max) {
  json.begin_object().member("devices", count.devices);
  for (const auto& [reached, devices] : count.by) {
    json.member(name_of(reached), devices);
  }
  json.key("open").begin_array();
  size_t listed = 0;
  for (const FleetDeviceLine& line : count.lines) {
    const bool open = line.reached == Reached::downloading || line.reached == Reached::silent;
    if (!open || listed++ >= lines_max) {
      continue;
    }
    json.begin_object()
        .member("device", line.row.device.value)
        .member("name", line.row.name)
        .text_member("place", line.row.place)
        .text_member("contact", line.row.contact)
        .text_member("phone", line.row.phone)
        .member("state", name_of(line.reached));
    append_time(json, "heard_at", line.at);
    append_time(json, "dark_by", line.dark_by);
    json.end_object();
  }
  json.end_array().key("dark_by").begin_array();
  for (const FleetDeviceLine& line : count.lines) {
    if (line.reached == Reached::dark) {
      json.begin_object().member("name", line.row.name).text_member("place", line.row.place);
      json.text_member("reason", line.row.reason).member("lease", static_cast<bool>(line.dark_by));
      append_time(json, "at", line.at);
      json.end_object();
    }
  }
  json.end_array().end_object();
}

std::vector<DeviceLine> device_lines(const History& history, const BrokerView& view) {
  const ChannelNames names(history);
  std::map<SubscriberNo, DevicePosition> positions;
  for (DevicePosition& position : history.device_positions()) {
    positions.emplace(position.device, position);
  }
  std::vector<DeviceLine> lines;
  for (DeviceChanged& device : history.devices({})) {
    DeviceLine line{.row = std::move(device)};
    line.channel = names.id(channel_of(line.row.device));
    const auto position = positions.find(line.row.device);
    line.position = position != positions.end() ? position->second : DevicePosition{};
    const auto at =
        std::ranges::lower_bound(view.core.devices, line.row.device, {}, &DeviceView::device);
    if (at != view.core.devices.end() && at->device == line.row.device) {
      line.connected = *at;
    } else if (line.row.state == DeviceState::enrolled) {
      const Utc heard = std::max(line.position.contact, line.row.enrolled_at);
      line.silent_ms = silent_ms(line.row.off_hours, heard, view.now);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

void append_device(JsonWriter& json, const DeviceLine& line) {
  const DeviceChanged& row = line.row;
  const auto texts = [&json](std::string_view name, const std::vector<std::string>& list) {
    if (!list.empty()) {
      json.key(name).begin_array();
      for (const std::string& one : list) {
        json.value(one);
      }
      json.end_array();
    }
  };
  json.member("device", row.device.value)
      .member("channel", line.channel)
      .member("name", row.name)
      .member("state", name_of(row.state))
      .member("kind", name_of(row.kind))
      .member("area", row.reach.area)
      .text_member("place", row.place)
      .text_member("contact", row.contact)
      .text_member("phone", row.phone)
      .text_member("off_hours", format_off_hours(row.off_hours))
      .member("drill", row.reach.drill)
      .member("connected", line.connected.has_value());
  texts("areas", row.reach.areas);
  texts("groups", row.reach.groups);
  texts("columns", row.reach.columns);
  texts("tags", row.tags);
  if (!row.reach.kinds.empty()) {
    json.key("kinds").begin_array();
    for (const Kind kind : row.reach.kinds) {
      json.value(name_of(kind));
    }
    json.end_array();
  }
  append_time(json, "invited_at", row.invited_at);
  append_time(json, "enrolled_at", row.enrolled_at);
  append_time(json, "code_until", row.code_until);
  json.member("position", line.position.seq.value);
  append_time(json, "heard_at", line.position.contact);
  if (line.connected) {
    append_time(json, "connected_since", line.connected->since);
    json.member("on_the_way", line.connected->on_the_way);
    json.text_member("faults", device_fault_words(line.connected->faults));
  } else if (row.state == DeviceState::enrolled) {
    json.member("silent_ms", line.silent_ms);
  }
  json.text_member("by", row.by).text_member("reason", row.reason);
  append_time(json, "dark_by", row.dark_by);
  append_time(json, "at", row.at);
}

}  // namespace gulou
