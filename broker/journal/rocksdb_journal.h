// RocksdbJournal is the journal of one machine: a changeset is one synced WriteBatch. Opening
// refuses a home that is in use, newer, damaged, with a hole in the release log or below its
// durable floor, each by name, and never repairs by forgetting. Threads: as journal.h says. After
// an Error of commit(), or a call of on_fault (any thread), the process must end; whatever is read
// from then on counts for nothing, since nothing can be committed any more.
#pragma once

#include "broker/journal/floor.h"
#include "broker/journal/journal.h"
#include "broker/journal/rocksdb_store.h"
#include "broker/journal/table_history.h"
#include "broker/journal/table_reader.h"
#include "broker/journal/tables.h"

#include <map>
#include <memory>
#include <string>

namespace gulou {

class RocksdbJournal : public Journal {
 public:
  struct Options {
    std::string floor_path;  // empty: "<path>.floor"
    RocksdbSettings store;
  };

  static Result<std::unique_ptr<RocksdbJournal>> open(const std::string& path, Options options);

  const OpenState& opened() const override { return opened_; }

  Result<Committed> commit(Changeset changeset) override;
  Status destroy(const SendDestroy& what) override;
  Status put_chunk(const Digest& digest, uint32_t index, std::string_view bytes) override;

  const Reader& reader() const override { return reader_; }

  const History& history() const override { return history_; }

  Status replay(const Visitor& visitor) const override;

  // Any thread.
  const RowReader& rows() const { return *store_; }

 private:
  RocksdbJournal(std::unique_ptr<RocksdbStore> store,
                 std::unique_ptr<Floor> floor,
                 OpenState opened);

  const std::unique_ptr<RocksdbStore> store_;
  const std::unique_ptr<Floor> floor_;
  const OpenState opened_;
  TableReader reader_;
  TableHistory history_;

  std::map<ConfirmationNo, RocksdbStore::Purge> purges_;  // the thread of destroy()

  // Commit thread.
  Tables tables_;
  std::unique_ptr<RocksdbStore::Batch> batch_;
  uint64_t number_;
  Digest hash_;
  Seq head_;
};

}  // namespace gulou
