// What a home holds at its opening: head of the journal, open work, and whether the release log is
// whole. Reads the open rows and the keys of `entry`, never history. Owner's thread.
#pragma once

#include "broker/core/reader.h"
#include "broker/journal/rows.h"
#include "common/base/result.h"

namespace gulou {

// corrupt: the last changeset cannot be read, or numbers of entries are missing or taken twice; the
// Error names them.
Result<OpenState> load_open_state(const RowReader& rows);

}  // namespace gulou
