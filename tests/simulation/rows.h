// Which rows of the transition table many lives together must have used: all, but for those whose
// behaviour later issues bring, which stand in rows.cc as data.
#pragma once

#include "broker/core/transitions.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gulou::simulation {

std::vector<std::string> rows_not_fired(const std::set<std::pair<DeliveryState, Trigger>>& fired);

}  // namespace gulou::simulation
