// One question before what cannot be undone. Main thread.
#pragma once

#include "broker/cli/shell.h"

#include <optional>
#include <string_view>

namespace gulou::cli {

// Says what would be done and asks, where there is a person to ask. Nothing: go on.
std::optional<Exit> ask_first(const Shell& shell,
                              bool yes,
                              std::string_view would,
                              std::string_view question);

}  // namespace gulou::cli
