// Gathering what an evidence file proves: the changes that concern some releases, each with its
// Merkle path, and the roots that lead from there to the next signed checkpoint. One pass over the
// journal from the acceptance of the oldest of them. A change over ranges is taken where a range
// holds one of them: it carries numbers only (design 5.5). Worker threads; reads committed rows.
#pragma once

#include "broker/evidence/checkpoint.h"
#include "broker/journal/history.h"
#include "common/base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gulou {

struct ProvenChange {
  uint64_t changeset = 0;
  uint64_t index = 0;  // among the changes of its changeset
  uint64_t count = 0;  // how many these are
  std::string bytes;   // as stored and hashed
  std::vector<Digest> path;
  friend bool operator==(const ProvenChange&, const ProvenChange&) = default;
};

// Roots of consecutive changesets; behind the last one the chain is what a checkpoint says.
struct ChainRun {
  uint64_t first = 0;
  Digest previous;  // chain hash before the first
  std::vector<Digest> roots;
  friend bool operator==(const ChainRun&, const ChainRun&) = default;
};

struct Gathered {
  std::vector<EntryAccepted> entries;  // those asked for
  std::vector<Seq> withdrawals;        // of them, in order
  // Withdrawals that name other releases too: their change would say which.
  std::vector<Seq> withheld;
  std::vector<ProvenChange> changes;  // in the order of the journal
  std::vector<ChainRun> runs;
};

// checkpoints: from the acceptance on, ascending; behind the last one nothing is taken. Errors:
// not_found release_unknown; corrupt.
Result<Gathered> gather(const History& history,
                        std::span<const Seq> entries,
                        std::span<const Checkpoint> checkpoints);

// The changeset that accepted this entry; 0: none did.
uint64_t changeset_of(const History& history, Seq entry);

}  // namespace gulou
