// Making an evidence file beside the running broker: the process's matter (broker/app), which this
// room knows as a function; empty where a test has none.
#pragma once

#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/text/language.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace gulou {

// Which releases: by number, or those of a column, all or a sample.
struct EvidenceAsked {
  std::vector<Seq> entries;
  std::string column;
  std::string from;  // dates, both included; empty: open
  std::string to;
  uint64_t sample = 0;  // 0: all
  uint64_t seed = 0;    // 0: the number of the newest checkpoint
};

struct EvidenceMade {
  std::string file;  // ZIP
  uint64_t releases = 0;
  uint64_t seed = 0;
};

// Reads the journal from the first of them on: seconds, on whatever thread calls it.
using MakeEvidence = std::function<Result<EvidenceMade>(EvidenceAsked asked, Language language)>;

}  // namespace gulou
