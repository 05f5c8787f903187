#include "broker/journal/rocksdb_journal.h"

#include "broker/journal/chain.h"
#include "broker/journal/open_state.h"
#include "broker/journal/replay.h"
#include "broker/journal/row_lookup.h"
#include "common/base/limits.h"

#include <set>
#include <utility>
#include <vector>

#include <malloc.h>

namespace gulou {
namespace {

constexpr uint64_t format_version = 1;

// Each round takes and frees some megabytes. Given back to the system and faulted in again they
// cost a fifth of the broker's CPU in a catch-up, so this much free memory stays with the heap, and
// blocks up to the second size come from it. Bytes.
constexpr int heap_kept_bytes = 64 * 1024 * 1024;
constexpr int heap_block_bytes = 4 * 1024 * 1024;
constexpr int heap_step_bytes = 4 * 1024 * 1024;

// A new home gets the version; a home of a newer one is refused.
Status check_format(RocksdbStore& store, const std::string& path, bool is_new) {
  const auto found = lookup<NumberRow>(store, Cf::meta, keys::format());
  TRY(store.health());
  if (!found && is_new) {
    const auto batch = store.batch();
    batch->put(Cf::meta, keys::format(), encode(NumberRow{format_version}));
    return store.write(*batch, true);
  }
  if (!found) {
    return fail(ErrorCode::corrupt, "row_missing", {}, {"meta", "format"});
  }
  if (found->value > format_version) {
    return fail(ErrorCode::refused,
                "home_newer",
                {},
                {path, std::to_string(found->value), std::to_string(format_version)});
  }
  return {};
}

// The journal must hold the floor's changeset, and the same one.
Status check_floor(const RocksdbStore& store, const Floor& floor, const JournalHead& head) {
  if (!floor.found() || floor.found()->changeset == 0) {
    return {};
  }
  const FloorMark& mark = *floor.found();
  const auto row = lookup<ChangesetRow>(store, Cf::journal, keys::changeset(mark.changeset));
  if (row && row->hash == mark.hash && head.changeset >= mark.changeset) {
    return {};
  }
  return fail(ErrorCode::corrupt,
              "data_loss",
              {},
              {std::to_string(mark.changeset),
               to_hex(mark.hash),
               std::to_string(head.changeset),
               to_hex(head.row.hash)});
}

// The tables that only grow must have as many rows in their files as there were writes: a file that
// fell out of the store's own list is found by this.
Status check_files(const RocksdbStore& store, const OpenState& opened) {
  for (const auto& [family, expected] :
       {std::pair(Cf::journal, opened.changeset), std::pair(Cf::entry, opened.head.value)}) {
    const uint64_t found = store.rows_in_files(family);
    if (found < expected) {
      return fail(ErrorCode::corrupt,
                  "rows_missing",
                  {},
                  {std::string(name_of(family)), std::to_string(expected), std::to_string(found)});
    }
  }
  return store.health();
}

}  // namespace

Result<std::unique_ptr<RocksdbJournal>> RocksdbJournal::open(const std::string& path,
                                                             Options options) {
  const std::string floor_path = options.floor_path.empty() ? path + ".floor" : options.floor_path;
  auto store = TRY(RocksdbStore::open(path, std::move(options.store)));
  const JournalHead head = journal_head(*store);
  TRY(check_format(*store, path, head.changeset == 0));
  auto floor = TRY(Floor::open(floor_path));
  TRY(check_floor(*store, *floor, head));
  OpenState opened = TRY(load_open_state(*store));
  TRY(check_files(*store, opened));
  // Replaying the log left a write buffer of free memory: back to the system.
  ::malloc_trim(0);
  ::mallopt(M_TRIM_THRESHOLD, heap_kept_bytes);
  ::mallopt(M_MMAP_THRESHOLD, heap_block_bytes);
  ::mallopt(M_TOP_PAD, heap_step_bytes);
  return std::unique_ptr<RocksdbJournal>(
      new RocksdbJournal(std::move(store), std::move(floor), std::move(opened)));
}

RocksdbJournal::RocksdbJournal(std::unique_ptr<RocksdbStore> store,
                               std::unique_ptr<Floor> floor,
                               OpenState opened)
    : store_(std::move(store)),
      floor_(std::move(floor)),
      opened_(std::move(opened)),
      reader_(*store_),
      history_(*store_),
      tables_(*store_),
      batch_(store_->batch()),
      number_(opened_.changeset),
      hash_(opened_.hash),
      head_(opened_.head) {}

Result<Committed> RocksdbJournal::commit(Changeset changeset) {
  const ChangesetRow row = seal(hash_, head_, changeset.at, changeset.changes);
  ++number_;
  hash_ = row.hash;
  head_ = row.head;
  batch_->put(Cf::journal, keys::changeset(number_), encode(row));
  tables_.apply(changeset.changes, hash_, *batch_);
  put_bodies(changeset.bodies, *batch_);
  TRY(store_->write(*batch_, true));
  TRY(floor_->settle());  // of the changeset before, written meanwhile
  floor_->note({.epoch = tables_.epoch(), .changeset = number_, .head = head_, .hash = hash_});
  return Committed{.number = number_, .hash = hash_};
}

Status RocksdbJournal::put_chunk(const Digest& digest, uint32_t index, std::string_view bytes) {
  const auto batch = store_->batch();
  batch->put(Cf::blob, keys::chunk(digest, index), bytes);
  return store_->write(*batch, false);
}

Status RocksdbJournal::destroy(const SendDestroy& what) {
  std::vector<std::pair<Cf, KeyRange>> ranges;
  std::set<Seq> entries;
  for (const SendDestroy::Part& part : what.parts) {
    entries.insert(part.seq);
  }
  for (const Seq seq : entries) {
    ranges.push_back({Cf::body, {keys::body(seq, 0), keys::body(seq, UINT8_MAX)}});
    ranges.push_back({Cf::release, {keys::title(seq, 0), keys::title(seq, UINT8_MAX)}});
  }
  if (!what.blobs.empty()) {
    ranges.emplace_back(Cf::blob, keys::chunks(what.blobs.front()));
  }
  RocksdbStore::Purge& purge = purges_[what.confirmation];
  if (!purge.rewritten) {
    // A log ends when something that it holds is flushed: this row is written as it is.
    const auto batch = store_->batch();
    batch->put(Cf::meta, keys::format(), encode(NumberRow{format_version}));
    TRY(store_->write(*batch, true));
  }
  TRY(store_->purge(ranges, purge));
  purges_.erase(what.confirmation);
  return {};
}

Status RocksdbJournal::replay(const Visitor& visitor) const {
  TRY(replay_rows(*store_, visitor));
  return store_->health();
}

}  // namespace gulou
