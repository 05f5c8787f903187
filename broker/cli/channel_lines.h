// How channels are printed, for the commands that list them. Main thread; everything goes through
// the shell.
#pragma once

#include "broker/cli/shell.h"
#include "common/json/value.h"

namespace gulou::cli {

// A table of channels as GET /v1/channels gives them.
void print_channels(const Shell& shell, const JsonValue::Array& channels);

}  // namespace gulou::cli
