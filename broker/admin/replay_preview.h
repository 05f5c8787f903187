// ReplayPreview says what a replay would do: how many deliveries would be sent again, which first,
// and what is skipped and why. It looks at committed rows, newest first, at most
// limits::replay_preview_max entries; the job itself judges each entry anew when it reaches it. Any
// thread.
#pragma once

#include "broker/admin/answers.h"

#include <map>
#include <string>
#include <vector>

namespace gulou {

struct ReplayPreview {
  struct Row {
    Seq seq;
    std::string publication;
    std::string title;
    std::optional<DeliveryState> state;  // nothing: it never reached the channel
  };

  struct Skipped {
    uint64_t count = 0;
    std::vector<Seq> first;
  };

  uint64_t count = 0;
  std::vector<Row> sample;
  std::map<std::string, Skipped> skipped;  // by the reason "replay_skips_<reason>"
  uint64_t looked_at = 0;
  bool complete = true;  // false: there are older entries it did not look at
};

// Which entries of a replay are asked for; `to` must be set.
ReplayPreview preview_replay(const History& history,
                             const CountySettings& county,
                             const ReplaySelection& selection,
                             bool allow_duplicate,
                             Utc now);

void append_preview(JsonWriter& json, const Exchange& exchange, const ReplayPreview& preview);

}  // namespace gulou
