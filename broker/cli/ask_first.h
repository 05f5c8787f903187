// ask_first: one question before what cannot be undone, after saying what would be done. With --yes
// it asks nothing; without a terminal it refuses, so that a script never does by accident what a
// person would have been asked about. Main thread.
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
