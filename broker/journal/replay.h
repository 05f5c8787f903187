// Going through the whole journal: chain, bodies and blobs against their digests, and derived rows
// against a rebuild from the first changeset. For `gulou journal verify|rebuild`, the check behind
// "healthy", and tests. Slow by nature; any thread the engine's rows allow.
#pragma once

#include "broker/journal/journal.h"
#include "broker/journal/rows.h"
#include "common/base/result.h"

#include <functional>

namespace gulou {

// Journal::replay over rows.
Status replay_rows(const RowReader& rows, const Journal::Visitor& visitor);

// The chain from its start, every body and every blob a changeset names; of what was erased the
// digests alone. corrupt: the first that is not what was stored. on_erased gets each part whose
// bytes were destroyed.
using ErasedVisit = std::function<void(const PartErased&)>;
Status verify(const Journal& journal, const ErasedVisit& on_erased = {});

// Builds all rows but bodies, titles and blob chunks anew in memory and compares them with the live
// ones. corrupt: names the first row that differs.
Status compare_rebuilt(const Journal& journal, const RowReader& live);

}  // namespace gulou
