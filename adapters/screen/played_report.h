// Proof of play as a report: how often and how long each item was on each glass, from what pages
// said they drew. `gulou-screen --played`; reads the agent's directory, also while it runs. Pure
// but for reading.
#pragma once

#include "adapters/screen/played.h"
#include "common/base/result.h"
#include "common/text/language.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gulou {

struct PlayedItem {
  std::string screen;
  std::string publication;
  uint32_t revision = 0;
  uint64_t times = 0;
  int64_t shown_ms = 0;
  Utc first;
  Utc last;
};

// By screen, then the item shown longest first.
std::vector<PlayedItem> played_items(const std::vector<Showing>& showings);

// "--played [--home H] [--publication ID] [--lang zh|en] [--json yes]"; what to print. Error
// invalid_argument played_usage.
Result<std::string> played_report(const std::vector<std::string>& arguments);

}  // namespace gulou
