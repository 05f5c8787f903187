// The hash chain over changesets (design 5.5): a leaf is SHA-256(0x00 || bytes of one change), a
// changeset's hash is SHA-256(hash before || RFC 9162 root of its leaves). Pure; any thread.
#pragma once

#include "broker/journal/change_codec.h"
#include "common/base/result.h"

#include <span>
#include <string>

namespace gulou {

// The hash of a changeset with these encoded changes behind `previous`.
Digest chain_hash(const Digest& previous, std::span<const std::string> changes);

// Of time, head and hash of a row: damage to what is not hashed is noticed. Never 0.
uint64_t check_of(const ChangesetRow& row);

// The row of a changeset behind (previous hash, previous head).
ChangesetRow seal(const Digest& previous,
                  Seq previous_head,
                  Utc at,
                  std::span<const Change> changes);

}  // namespace gulou
