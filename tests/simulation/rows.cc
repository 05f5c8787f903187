#include "tests/simulation/rows.h"

#include <algorithm>
#include <optional>

namespace gulou::simulation {
namespace {

struct Later {
  Trigger trigger;
  std::optional<DeliveryState> from;  // nothing: from every state
  const char* with;
};

constexpr Later later[] = {
    {Trigger::withdrawal, std::nullopt, "withdrawals"},
    {Trigger::resolved_by_hand, std::nullopt, "resolving by hand"},
    {Trigger::operator_cancel, DeliveryState::pending, "deciding about what no cursor has reached"},
    {Trigger::expiry, DeliveryState::parked, "takedown at expiry"},
    {Trigger::newer_delivered, DeliveryState::parked, "every delivery ends explained"},
    {Trigger::budget_spent, DeliveryState::waiting, "every delivery ends explained"},
    {Trigger::budget_spent, DeliveryState::confirming, "every delivery ends explained"},
    {Trigger::report_published, DeliveryState::confirming, "callbacks of platforms"},
    {Trigger::report_content, DeliveryState::confirming, "callbacks of platforms"},
};

bool comes_later(const Transition& row) {
  return std::any_of(std::begin(later), std::end(later), [&](const Later& one) {
    return one.trigger == row.trigger && (!one.from || *one.from == row.from);
  });
}

}  // namespace

std::vector<std::string> rows_not_fired(const std::set<std::pair<DeliveryState, Trigger>>& fired) {
  std::vector<std::string> missing;
  for (const Transition& row : transitions) {
    if (!comes_later(row) && !fired.contains({row.from, row.trigger})) {
      missing.push_back(std::string(name_of(row.from)) + " " + std::string(name_of(row.trigger)));
    }
  }
  return missing;
}

}  // namespace gulou::simulation
