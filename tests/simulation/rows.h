// Which rows of the transition table many lives together have not used though they must: none may
// be left. Called at the end of a run.
#pragma once

#include "broker/core/transitions.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gulou::simulation {

std::vector<std::string> rows_not_fired(const std::set<std::pair<DeliveryState, Trigger>>& fired);

}  // namespace gulou::simulation
