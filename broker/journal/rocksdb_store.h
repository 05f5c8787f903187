// RocksdbStore is rows in RocksDB: opening with our settings (rocksdb_options.cc says why each),
// reads, cursors, and one atomic write. Owned by RocksdbJournal. Reading: any thread; write(): any
// thread, one batch each. After any error of the store, found by whomever, on_fault is called once
// and every later write fails: the process must stop.
#pragma once

#include "broker/journal/rows.h"
#include "common/base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>

namespace gulou {

struct RocksdbSettings {
  size_t write_buffer_bytes = 0;  // 0: limits.h
  size_t block_cache_bytes = 0;
  // Any thread, at most once; must not call back into the journal.
  std::function<void(const Error&)> on_fault;
};

class RocksdbStore : public RowReader {
 public:
  // home_in_use, home_newer, home_unreadable.
  static Result<std::unique_ptr<RocksdbStore>> open(const std::string& path,
                                                    RocksdbSettings settings);
  ~RocksdbStore() override;
  RocksdbStore(const RocksdbStore&) = delete;
  RocksdbStore& operator=(const RocksdbStore&) = delete;

  std::optional<std::string> get(Cf family, std::string_view key) const override;
  std::unique_ptr<RowCursor> cursor(Cf family,
                                    KeyRange range,
                                    Scan scan = Scan::few) const override;
  std::unique_ptr<RowReader> snapshot() const override;
  void fault(Error error) const override;

  // Rows written together. Reused: write() empties it.
  class Batch : public RowWriter {};

  std::unique_ptr<Batch> batch() const;
  // synced: on disk when it returns, with all written before. A reader sees all of it or nothing.
  Status write(Batch& batch, bool synced);

  // How far one purge has come.
  struct Purge {
    uint64_t since = 0;            // the rows are gone since then
    std::set<std::string> before;  // files that may hold their bytes
    bool rewritten = false;
  };

  // Rows were erased from these ranges: rewrites the files that hold them, and lets go of the log.
  // Blobs are written anew as a whole: nothing says which file holds which. timed_out
  // bytes_still_read: a file of before is still there, perhaps because somebody reads it; once more
  // in a while. Any one thread; may take minutes.
  Status purge(std::span<const std::pair<Cf, KeyRange>> ranges, Purge& purge);

  // The first error of the store, if there was one.
  Status health() const;
  // Rows in the files of a family, by the files' own counts. Right after opening that is all rows.
  uint64_t rows_in_files(Cf family) const;

 private:
  struct State;
  class RocksdbBatch;

  explicit RocksdbStore(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace gulou
