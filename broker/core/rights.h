// What a publisher's key may do (design 5.4): for which units, in which columns, of which kinds, to
// which channels. Pure; the core asks for every submission, `?check=1` for what it would say.
#pragma once

#include "broker/core/event.h"
#include "common/base/result.h"
#include "common/model/settings.h"

#include <vector>

namespace gulou {

// Units, columns and kinds.
void check_rights(const Submitted& event, std::vector<Error>& errors);

// A bundle goes whole to every channel that takes one of its parts: to none the publisher may not
// use.
void check_reach(const Submitted& event, const Channel& channel, std::vector<Error>& errors);

}  // namespace gulou
