#include "tests/simulation/rows.h"

namespace gulou::simulation {

std::vector<std::string> rows_not_fired(const std::set<std::pair<DeliveryState, Trigger>>& fired) {
  std::vector<std::string> missing;
  for (const Transition& row : transitions) {
    if (!fired.contains({row.from, row.trigger})) {
      missing.push_back(std::string(name_of(row.from)) + " " + std::string(name_of(row.trigger)));
    }
  }
  return missing;
}

}  // namespace gulou::simulation
