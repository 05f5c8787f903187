// Which channels take a release, and whether it will fit there: the same answer for a submission,
// `gulou publish --check` and the view of a release. Pure; any thread.
#pragma once

#include "broker/core/change.h"
#include "common/json/writer.h"
#include "common/model/checks.h"
#include "common/model/release.h"
#include "common/model/settings.h"
#include "common/text/language.h"

#include <span>
#include <string>
#include <vector>

namespace gulou {

// The part of an entry that a channel's filter looks at.
struct Placement {
  Kind kind = Kind::other;
  std::string column;
  bool imported = false;
  bool test = false;
};

bool takes(const ChannelFilter& filter, const Placement& placement);
// A filter that takes any part takes the bundle.
bool takes(const ChannelFilter& filter, const EntryAccepted& entry);

struct ChannelFit {
  std::string channel;
  size_t part = 0;
  Fit fit;
};

// For every channel that takes any of them: each part, in the order of channels.
std::vector<ChannelFit> channel_fits(std::span<const Release> parts, const CountySettings& county);

void append_fits(JsonWriter& json, const std::vector<ChannelFit>& fits, Language language);

}  // namespace gulou
