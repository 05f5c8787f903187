#include "tests/simulation/planted.h"

#include <algorithm>
#include <memory>

namespace gulou::simulation {

const PlantedFault& fault_of(Planted planted) {
  return *std::find_if(std::begin(planted_faults),
                       std::end(planted_faults),
                       [&](const PlantedFault& one) { return one.planted == planted; });
}

CountySettings planted_county(CountySettings county, Planted planted) {
  if (planted == Planted::one_person) {
    county.approvals.two_persons.clear();
  }
  for (Channel& channel : county.channels) {
    if (planted == Planted::gate_ignored) {
      channel.gate = {};
    }
    if (planted == Planted::rate_exceeded) {
      channel.rates.per_second *= 3;
      channel.rates.per_minute *= 3;
      channel.rates.per_day *= 3;
    }
    if (planted == Planted::two_exclusive) {
      channel.exclusive = false;
    }
    if (planted == Planted::strict_ignored) {
      channel.order = Order::per_release;
    }
  }
  return county;
}

void plant_in(std::vector<PartFacts>& parts, Planted planted) {
  if (planted != Planted::embargo_broken) {
    return;
  }
  for (PartFacts& part : parts) {
    part.embargo_until = {};
    part.embargo_outlets.clear();
  }
}

void plant_in(SendDeliver& send, Planted planted) {
  if (planted != Planted::torn_bundle && planted != Planted::banner_lost) {
    return;
  }
  HandedItems items = *send.items;
  for (HandedItem& item : items) {
    if (planted == Planted::torn_bundle && item.parts.size() > 1) {
      item.parts.pop_back();
    }
    for (HandedPart& part : item.parts) {
      part.invalid = part.invalid && planted != Planted::banner_lost;
    }
  }
  send.items = std::make_shared<const HandedItems>(std::move(items));
}

}  // namespace gulou::simulation
