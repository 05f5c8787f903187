// `gulou device`: devices of fleets are invited with a code, listed, moved, replaced and ended. All
// run on the main thread.
#pragma once

#include "broker/cli/shell.h"
#include "common/json/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gulou::cli {

// Empty: as it was, or none.
struct DevicePlace {
  std::string channel;
  std::string name;
  std::string area;
  std::string place;
  std::string contact;
  std::string phone;
  std::string kind;
  std::string off_hours;
  std::vector<std::string> areas;
  std::vector<std::string> groups;
  std::vector<std::string> columns;
  std::vector<std::string> kinds;
  std::vector<std::string> tags;
  bool drill = false;
  std::string address;  // HOST:PORT told by the code
  uint64_t hours = 0;   // the code is good for; 0: as usual
};

struct DeviceFilterOptions {
  std::string channel;
  std::string area;
  std::string state;
  std::string silent;  // "3d", "12h", "30m"
  bool faulty = false;
};

struct DeviceEnd {
  std::string device;
  std::string reason;
  std::string dark_by;
  bool yes = false;
};

Exit enrol_device(const Shell& shell, const DevicePlace& place);
Exit list_devices(const Shell& shell, const DeviceFilterOptions& filter);
Exit show_device(const Shell& shell, const std::string& device);
Exit move_device(const Shell& shell, const std::string& device, const DevicePlace& place);
Exit replace_device(const Shell& shell, const std::string& device, const DevicePlace& place);
// verb: revoke or retire.
Exit end_device(const Shell& shell, const std::string& verb, const DeviceEnd& end);

// "已上屏 812 · 下载中 3 · 失联 5"; empty where it is no fleet.
std::string fleet_text(const Shell& shell, const JsonValue& fleet);
// Those that are open, with whom to call.
void print_fleet(const Shell& shell, const JsonValue& fleet);

}  // namespace gulou::cli
