#include "broker/journal/memory_journal.h"

#include "broker/journal/chain.h"
#include "broker/journal/open_state.h"
#include "broker/journal/replay.h"

#include <utility>

namespace gulou {

Result<std::unique_ptr<MemoryJournal>> MemoryJournal::open(MemoryRows rows) {
  OpenState opened = TRY(load_open_state(rows));
  return std::unique_ptr<MemoryJournal>(new MemoryJournal(std::move(rows), std::move(opened)));
}

MemoryJournal::MemoryJournal(MemoryRows rows, OpenState opened)
    : rows_(std::move(rows)),
      opened_(std::move(opened)),
      number_(opened_.changeset),
      hash_(opened_.hash),
      head_(opened_.head),
      tables_(rows_),
      reader_(rows_),
      history_(rows_) {}

Result<Committed> MemoryJournal::commit(Changeset changeset) {
  const ChangesetRow row = seal(hash_, head_, changeset.at, changeset.changes);
  ++number_;
  hash_ = row.hash;
  head_ = row.head;
  rows_.put(Cf::journal, keys::changeset(number_), encode(row));
  tables_.apply(changeset.changes, hash_, rows_);
  put_bodies(changeset.bodies, rows_);
  return Committed{.number = number_, .hash = hash_};
}

Status MemoryJournal::put_chunk(const Digest& digest, uint32_t index, std::string_view bytes) {
  rows_.put(Cf::blob, keys::chunk(digest, index), bytes);
  return {};
}

Status MemoryJournal::replay(const Visitor& visitor) const {
  return replay_rows(rows_, visitor);
}

}  // namespace gulou
