// Units, columns and channels of a county from three TOML files of one directory into the model's
// CountySettings, with every name between them checked.
#pragma once

#include "common/base/result.h"
#include "common/model/settings.h"

#include <string>

namespace gulou {

// Reads units.toml, columns.toml and channels.toml in `dir`. Errors: file_unreadable, settings_*,
// with file:line:column.
Result<CountySettings> load_county(const std::string& dir);

std::string county_settings_help(bool chinese);

}  // namespace gulou
