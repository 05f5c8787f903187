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
#include <string>

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
