// Sends and rows in words, for case scripts and traces. Sessions print under the names given to
// them.
#pragma once

#include "broker/core/change.h"
#include "broker/core/step.h"

#include <map>
#include <string>

namespace gulou::test {

using SessionNames = std::map<SessionNo, std::string>;

// "1500ms" as "1.5s", "90000" as "90s"; 0 is "0s".
std::string duration_text(int64_t ms);
// "+10s", "-3s", "now".
std::string relative_text(Utc at, Utc now);
std::string runs_text(const SeqRuns& runs);  // "1-3 7"
std::string item_text(const HandedItem& item);
std::string delivery_text(const DeliveryChanged& row, Utc now);
std::string note_text(const Note& note);

// One line per addressee, each with its newline.
std::string send_text(const Send& send, const SessionNames& names);

}  // namespace gulou::test
