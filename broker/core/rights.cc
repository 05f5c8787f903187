#include "broker/core/rights.h"

#include <algorithm>
#include <string>

namespace gulou {
namespace {

template <class Item>
bool allowed(const std::vector<Item>& list, const Item& item) {
  return list.empty() || std::ranges::find(list, item) != list.end();
}

bool takes(const ChannelFilter& filter, const PartFacts& part) {
  return (!part.test || filter.drill) && (!part.imported || filter.imports) &&
         allowed(filter.columns, part.column) && allowed(filter.kinds, part.kind);
}

std::string field_of(size_t part, std::string_view name) {
  return "parts[" + std::to_string(part) + "]." + std::string(name);
}

}  // namespace

void check_rights(const Submitted& event, std::vector<Error>& errors) {
  const auto wrong = [&](size_t part, std::string_view field, const char* reason, std::string arg) {
    errors.push_back(
        {ErrorCode::refused, reason, field_of(part, field), {std::move(arg), event.publisher}});
  };
  for (size_t i = 0; i < event.parts.size(); ++i) {
    const PartFacts& part = event.parts[i];
    if (!allowed(event.rights.units, part.unit)) {
      wrong(i, "issuer", "unit_not_allowed", part.unit);
    }
    if (!allowed(event.rights.columns, part.column)) {
      wrong(i, "column", "column_not_allowed", part.column);
    }
    if (!allowed(event.rights.kinds, part.kind)) {
      wrong(i, "kind", "kind_not_allowed", std::string(name_of(part.kind)));
    }
  }
}

void check_reach(const Submitted& event, const Channel& channel, std::vector<Error>& errors) {
  if (allowed(event.rights.channels, channel.id)) {
    return;
  }
  for (size_t i = 0; i < event.parts.size(); ++i) {
    if (takes(channel.filter, event.parts[i])) {
      errors.push_back({ErrorCode::refused,
                        "channel_not_for_publisher",
                        field_of(i, "column"),
                        {channel.id, event.publisher}});
      return;
    }
  }
}

}  // namespace gulou
