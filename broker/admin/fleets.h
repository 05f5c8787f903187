// A fleet is one channel and many devices: how many of them have an entry, show it, or have carried
// out a withdrawal. Counted from committed rows, a bit per device; the devices themselves are only
// listed where somebody asks. Any thread.
#pragma once

#include "broker/admin/desk.h"
#include "broker/journal/history.h"
#include "common/json/writer.h"
#include "common/model/settings.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gulou {

// What a device has made of an entry. dark: retired, or its display lease has ended, it certainly
// shows nothing any more.
enum class Reached : uint8_t { shown, received, dark, downloading, silent };

std::string_view name_of(Reached reached);

struct FleetDeviceLine {
  DeviceChanged row;
  Reached reached = Reached::silent;
  Utc at;  // since when; of an open one: heard of last
  // Of a withdrawal not confirmed: without contact its display lease ends then at the latest; 0:
  // it has none.
  Utc dark_by;
};

struct FleetCount {
  uint64_t devices = 0;  // that are to have it, or to confirm it
  std::map<Reached, uint64_t> by;
  Utc first;  // of what was received
  Utc last;
  std::vector<FleetDeviceLine> lines;  // all of them, by slot

  uint64_t of(Reached reached) const;

  // Every device has it, or is dark.
  bool complete() const { return of(Reached::downloading) + of(Reached::silent) == 0; }
};

// Of a bundle: the devices that count now; of a withdrawal: those that counted when it was
// accepted.
FleetCount count_fleet(const History& history,
                       const BrokerView& view,
                       const Channel& policy,
                       ChannelNo channel,
                       const EntryAccepted& entry);

// {"devices":820,"shown":812,…}; those that are open are listed, at most `lines_max` of them.
void append_fleet(JsonWriter& json, const FleetCount& count, size_t lines_max);

struct DeviceLine {
  DeviceChanged row;
  std::string channel;
  DevicePosition position;
  std::optional<DeviceView> connected;
  int64_t silent_ms = 0;  // without the hours in which it is off
};

std::vector<DeviceLine> device_lines(const History& history, const BrokerView& view);
// The members; the caller opens and closes the object.
void append_device(JsonWriter& json, const DeviceLine& line);

}  // namespace gulou
