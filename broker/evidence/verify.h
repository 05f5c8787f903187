// Checking an evidence file with nothing but public keys: no broker, no home. Each step says by
// name what does not fit. What it proves: these changes stood in the journal, in this order, before
// the checkpoints that follow them were signed, and the content is what was accepted. Pure; any
// thread.
#pragma once

#include "broker/core/change.h"
#include "broker/evidence/evidence_file.h"
#include "common/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct Verified {
  Evidence evidence;
  size_t changes = 0;
  size_t members = 0;
  std::vector<PartErased> erased;  // whose bytes were destroyed, and by whom
};

// kept: a checkpoint that somebody kept outside; it must be one the file leads to
// (checkpoint_not_in_file).
Result<Verified> verify_evidence(std::string_view bytes,
                                 const PublicKeys& keys,
                                 const std::optional<Checkpoint>& kept = {});

}  // namespace gulou
