#include "broker/admin/fits.h"

#include "common/text/catalogue.h"

#include <algorithm>

namespace gulou {

bool takes(const ChannelFilter& filter, const Placement& placement) {
  const auto among = [](const auto& list, const auto& value) {
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
  };
  return (!placement.test || filter.drill) && (!placement.imported || filter.imports) &&
         among(filter.columns, placement.column) && among(filter.kinds, placement.kind);
}

bool takes(const ChannelFilter& filter, const EntryAccepted& entry) {
  return entry.kind == EntryKind::bundle &&
         std::any_of(entry.parts.begin(), entry.parts.end(), [&](const EntryPart& part) {
           return takes(filter, {part.kind, part.column, entry.imported, entry.test});
         });
}

std::vector<ChannelFit> channel_fits(std::span<const Release> parts, const CountySettings& county) {
  std::vector<ChannelFit> fits;
  for (const Channel& channel : county.channels) {
    const bool taken = std::any_of(parts.begin(), parts.end(), [&](const Release& part) {
      return takes(channel.filter, {part.kind, part.column, part.imported.has_value(), part.test});
    });
    for (size_t i = 0; taken && i < parts.size(); ++i) {
      fits.push_back({channel.id, i, fit(parts[i], channel)});
    }
  }
  return fits;
}

void append_fits(JsonWriter& json, const std::vector<ChannelFit>& fits, Language language) {
  json.begin_array();
  for (const ChannelFit& one : fits) {
    json.begin_object()
        .member("channel", one.channel)
        .member("part", one.part)
        .member("fits", one.fit.fits);
    if (!one.fit.fits) {
      json.member("reason", one.fit.reason)
          .member("sentence", sentence(language, one.fit.reason, one.fit.field, one.fit.args));
    }
    json.end_object();
  }
  json.end_array();
}

}  // namespace gulou
