// Journal is where changesets become durable and rows come from. Engines: RocksdbJournal (the real
// one) and MemoryJournal (tests, simulation); one contract test runs both. Nothing here may assume
// a single engine: a WriteBatch and a database transaction both fit.
//
// Threads: open() and close on the owner's thread; commit() on the commit thread only; the Reader
// on the broker thread only; put_chunk() on any one thread at a time; History on any thread.
#pragma once

#include "broker/core/change.h"
#include "broker/core/reader.h"
#include "broker/core/step.h"
#include "common/base/result.h"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace gulou {

class History;

// One pass of the pump: all of it becomes durable, or none.
struct Changeset {
  Utc at;
  std::vector<Change> changes;
  std::vector<BodyBytes> bodies;
};

// number counts from 1 without gaps; hash = SHA-256(previous hash || Merkle root of the changes).
struct Committed {
  uint64_t number = 0;
  Digest hash;
};

class Journal {
 public:
  virtual ~Journal() = default;

  // What the home holds. Valid once after opening.
  virtual const OpenState& opened() const = 0;

  // All or nothing; durable when it returns. An Error means the process must stop: what happened to
  // the changeset is unknown.
  virtual Result<Committed> commit(Changeset changeset) = 0;

  // Writes bytes of a blob at offset index * limits::blob_chunk_bytes. Durable only with a later
  // changeset that holds BlobStored for it.
  virtual Status put_chunk(const Digest& digest, uint32_t index, std::string_view bytes) = 0;

  // The rows of these are gone, durably: leaves nothing of their bytes on this machine. On a thread
  // of its own: it may take minutes, while the journal serves on. timed_out: not yet, to be asked
  // again in a while; any other Error as of commit().
  virtual Status destroy(const SendDestroy& what) = 0;

  virtual const Reader& reader() const = 0;
  virtual const History& history() const = 0;

  // Every changeset from the first, checked against the chain: for `gulou journal verify|rebuild`,
  // the property test and standbys. Stops at the visitor's first Error. corrupt: names the
  // changeset.
  using Visitor = std::function<Status(
      uint64_t number, Utc at, const Digest& hash, const std::vector<Change>& changes)>;
  virtual Status replay(const Visitor& visitor) const = 0;
};

}  // namespace gulou
