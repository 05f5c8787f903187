#include "common/model/device.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace gulou {
namespace {

constexpr std::array<std::pair<DeviceKind, std::string_view>, 5> kinds{
    {{DeviceKind::landscape, "landscape"},
     {DeviceKind::portrait, "portrait"},
     {DeviceKind::touch, "touch"},
     {DeviceKind::led, "led"},
     {DeviceKind::board, "board"}}};
constexpr std::array<std::pair<DeviceState, std::string_view>, 4> states{
    {{DeviceState::invited, "invited"},
     {DeviceState::enrolled, "enrolled"},
     {DeviceState::revoked, "revoked"},
     {DeviceState::retired, "retired"}}};

// Province, prefecture, county, township, village.
constexpr size_t area_digits[] = {2, 4, 6, 9, 12};
constexpr size_t area_size = 12;
constexpr uint32_t day_minutes = 24 * 60;
constexpr int64_t minute_ms = 60'000;
constexpr int64_t beijing_ms = 8LL * 3600 * 1000;

template <class Value>
bool takes(const std::vector<Value>& list, const Value& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool is_off(const OffHours& hours, uint32_t minute) {
  return hours.from <= hours.to ? minute >= hours.from && minute < hours.to
                                : minute >= hours.from || minute < hours.to;
}

std::optional<uint32_t> parse_minute(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') {
    return std::nullopt;
  }
  uint32_t digits[4] = {};
  size_t at = 0;
  for (const size_t i : {0U, 1U, 3U, 4U}) {
    if (text[i] < '0' || text[i] > '9') {
      return std::nullopt;
    }
    digits[at++] = static_cast<uint32_t>(text[i] - '0');
  }
  const uint32_t hour = digits[0] * 10 + digits[1];
  const uint32_t minute = digits[2] * 10 + digits[3];
  return hour < 24 && minute < 60 ? std::optional(hour * 60 + minute) : std::nullopt;
}

std::string two_digits(uint32_t number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

}  // namespace

std::string_view name_of(DeviceFault fault) {
  switch (fault) {
    case DeviceFault::clock:
      return "clock";
    case DeviceFault::disk:
      return "disk";
    case DeviceFault::font:
      return "font";
    case DeviceFault::page:
      return "page";
  }
  return {};
}

uint8_t parse_device_faults(std::string_view words) {
  uint8_t faults = 0;
  while (!words.empty()) {
    const std::string_view one = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(words.size(), one.size() + 1));
    for (const DeviceFault fault : all_device_faults) {
      if (name_of(fault) == one) {
        faults = static_cast<uint8_t>(faults | static_cast<uint8_t>(fault));
      }
    }
  }
  return faults;
}

std::string device_fault_words(uint8_t faults) {
  std::string words;
  for (const DeviceFault fault : all_device_faults) {
    if ((faults & static_cast<uint8_t>(fault)) != 0) {
      words += (words.empty() ? "" : " ") + std::string(name_of(fault));
    }
  }
  return words;
}

int64_t shorter_lease_ms(int64_t item_ms, int64_t channel_ms) {
  return item_ms == 0 || channel_ms == 0 ? std::max(item_ms, channel_ms)
                                         : std::min(item_ms, channel_ms);
}

std::string_view name_of(DeviceKind kind) {
  const auto at = std::ranges::find(kinds, kind, &decltype(kinds)::value_type::first);
  return at != kinds.end() ? at->second : std::string_view();
}

std::string_view name_of(DeviceState state) {
  const auto at = std::ranges::find(states, state, &decltype(states)::value_type::first);
  return at != states.end() ? at->second : std::string_view();
}

std::optional<DeviceKind> parse_device_kind(std::string_view name) {
  const auto at = std::ranges::find(kinds, name, &decltype(kinds)::value_type::second);
  return at != kinds.end() ? std::optional(at->first) : std::nullopt;
}

std::optional<DeviceState> parse_device_state(std::string_view name) {
  const auto at = std::ranges::find(states, name, &decltype(states)::value_type::second);
  return at != states.end() ? std::optional(at->first) : std::nullopt;
}

std::vector<std::string> audience_keys(const DeviceReach& reach) {
  std::set<std::string> keys{""};
  std::vector<std::string> areas = reach.areas;
  areas.push_back(reach.area);
  for (const std::string& area : areas) {
    for (const size_t digits : area_digits) {
      if (area.size() == area_size) {
        std::string key = area.substr(0, digits);
        key.resize(area_size, '0');
        keys.insert(std::move(key));
      }
    }
  }
  for (const std::string& group : reach.groups) {
    keys.insert("group:" + group);
  }
  return {keys.begin(), keys.end()};
}

bool reaches(const DeviceReach& reach,
             const std::vector<std::string>& audience,
             std::string_view column,
             Kind kind,
             bool test) {
  if ((test && !reach.drill) || !takes(reach.columns, std::string(column)) ||
      !takes(reach.kinds, kind)) {
    return false;
  }
  const std::vector<std::string> keys = audience_keys(reach);
  return audience.empty() ||
         std::any_of(audience.begin(), audience.end(), [&](const std::string& one) {
           return std::binary_search(keys.begin(), keys.end(), one);
         });
}

void set_bit(DeviceBits& bits, SubscriberNo device) {
  const uint32_t bit = slot_of(device) % devices_per_page;
  bits.bytes[bit / 8] = static_cast<uint8_t>(bits.bytes[bit / 8] | (1U << (bit % 8)));
}

bool has_bit(const DeviceBits& bits, SubscriberNo device) {
  const uint32_t bit = slot_of(device) % devices_per_page;
  return (bits.bytes[bit / 8] >> (bit % 8) & 1U) != 0;
}

void add_bits(DeviceBits& bits, const DeviceBits& more) {
  for (size_t i = 0; i < bits.bytes.size(); ++i) {
    bits.bytes[i] = static_cast<uint8_t>(bits.bytes[i] | more.bytes[i]);
  }
}

std::vector<SubscriberNo> devices_of(ChannelNo channel, uint32_t page, const DeviceBits& bits) {
  std::vector<SubscriberNo> found;
  for (uint32_t bit = 0; bit < devices_per_page; ++bit) {
    const SubscriberNo device = device_at(channel, page * devices_per_page + bit);
    if (has_bit(bits, device)) {
      found.push_back(device);
    }
  }
  return found;
}

void fold_held(Digest& held, const Digest& part) {
  for (size_t i = 0; i < held.bytes.size(); ++i) {
    held.bytes[i] = static_cast<uint8_t>(held.bytes[i] ^ part.bytes[i]);
  }
}

Result<OffHours> parse_off_hours(std::string_view text) {
  if (text.empty()) {
    return OffHours{};
  }
  const size_t dash = text.find('-');
  const auto from = parse_minute(text.substr(0, dash));
  const auto to =
      dash == std::string_view::npos ? std::nullopt : parse_minute(text.substr(dash + 1));
  if (!from || !to) {
    return fail(
        ErrorCode::invalid_argument, "off_hours_malformed", "off_hours", {std::string(text)});
  }
  return OffHours{*from, *to};
}

std::string format_off_hours(const OffHours& hours) {
  if (hours.from == hours.to) {
    return {};
  }
  return two_digits(hours.from / 60) + ":" + two_digits(hours.from % 60) + "-" +
         two_digits(hours.to / 60) + ":" + two_digits(hours.to % 60);
}

int64_t silent_ms(const OffHours& hours, Utc since, Utc now) {
  const int64_t all = std::max<int64_t>(0, now.ms - since.ms);
  if (hours.from == hours.to) {
    return all;
  }
  const uint32_t off_minutes = (hours.to + day_minutes - hours.from) % day_minutes;
  constexpr int64_t day_ms = day_minutes * minute_ms;
  const int64_t days = all / day_ms;
  int64_t silent = days * (day_ms - off_minutes * minute_ms);
  // What is left is less than a day: counted minute by minute.
  for (int64_t at = since.ms + days * day_ms; at < now.ms; at += minute_ms) {
    const auto minute = static_cast<uint32_t>((at + beijing_ms) / minute_ms % day_minutes);
    silent += is_off(hours, minute) ? 0 : std::min(minute_ms, now.ms - at);
  }
  return silent;
}

}  // namespace gulou
