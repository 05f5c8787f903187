// The commands of `gulou device` on the command line, apart because there are many of them. Called
// once by command_line.cc, on the main thread; with it the door to CLI11, whose types stay in the
// .cc files.
#pragma once

#include "broker/cli/device.h"

#include <functional>

namespace CLI {  // NOLINT(readability-identifier-naming): its own name
class App;
}

namespace gulou::cli {

struct DeviceGiven {
  DevicePlace place;
  DeviceFilterOptions filter;
  DeviceEnd end;
};

// Adds them to their noun; what was chosen is put into `run`.
void add_device_commands(CLI::App& noun,
                         Language language,
                         DeviceGiven& given,
                         std::function<Exit(const Shell&)>& run);

}  // namespace gulou::cli
