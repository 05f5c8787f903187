// `gulou replay` and `gulou channel backfill`: what would be sent again, then the durable job that
// does it, its progress and its end. Main thread.
#pragma once

#include "broker/cli/shell.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gulou::cli {

struct ReplayOptions {
  bool backfill = false;  // of a channel: what is live and not there yet
  std::string channel;
  std::string release;  // a selector
  uint64_t from = 0;    // seq
  uint64_t to = 0;      // 0: the newest
  std::string accepted_from;
  std::string accepted_to;
  std::vector<std::string> states;
  std::vector<std::string> reasons;
  std::vector<std::string> outcomes;
  std::vector<std::string> kinds;
  std::vector<std::string> columns;
  std::string reason;
  uint32_t per_minute = 0;  // 0: the broker's default
  bool allow_duplicate = false;
  bool yes = false;  // without it: a preview, and on a terminal one question
};

Exit start_replay(const Shell& shell, const ReplayOptions& options);
Exit list_replays(const Shell& shell);
Exit show_replay(const Shell& shell, const std::string& job);
Exit cancel_replay(const Shell& shell, const std::string& job, const std::string& reason);

}  // namespace gulou::cli
