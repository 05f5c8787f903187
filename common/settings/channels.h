// channels.toml: the policy of each channel. Rows for reading and help, and what contradicts itself
// in one channel or between two: refused at start, since a policy that cannot hold shows itself
// only on the day it is needed. Used by county.cc; pure.
#pragma once

#include "common/model/settings.h"
#include "common/settings/lists.h"

#include <string>
#include <vector>

namespace gulou {

Result<std::vector<Listed<Channel>>> read_channels(const TomlFile& file);

// Errors: settings_unknown_reference of a gate, settings_gate_*, settings_lease_too_short,
// settings_backoff_reversed, settings_manual_exclusive, settings_fleet_*, settings_needs_gate,
// settings_takes_down_anyway.
Status check_channels(const TomlFile& file, const std::vector<Listed<Channel>>& channels);

std::string channel_settings_help(bool chinese);

}  // namespace gulou
