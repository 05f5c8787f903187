#include "common/model/settings.h"

#include <algorithm>

namespace gulou {

const Channel* CountySettings::channel(std::string_view id) const {
  const auto found = std::ranges::find(channels, id, &Channel::id);
  return found == channels.end() ? nullptr : &*found;
}

const Unit* CountySettings::unit_by_org_code(std::string_view org_code) const {
  for (const auto& [id, unit] : units) {
    if (unit.org_code == org_code) {
      return &unit;
    }
  }
  return nullptr;
}

}  // namespace gulou
