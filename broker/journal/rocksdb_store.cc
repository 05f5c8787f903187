#include "broker/journal/rocksdb_store.h"

#include "broker/journal/rocksdb_options.h"
#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <set>
#include <utility>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/listener.h>
#include <rocksdb/table_properties.h>
#include <rocksdb/write_batch.h>

namespace gulou {
namespace {

constexpr size_t batch_bytes_kept = 4 * 1024 * 1024;
constexpr size_t protection_bytes = 8;  // finds a batch that changed in memory
constexpr size_t readahead_bytes = 2 * 1024 * 1024;

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

std::string_view view(const rocksdb::Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

Error io_error(const rocksdb::Status& status, const char* reason) {
  return {status.IsCorruption() ? ErrorCode::corrupt : ErrorCode::unavailable,
          reason,
          {},
          {status.ToString()}};
}

// Remembers the first error and tells of it once.
class Fault {
 public:
  explicit Fault(std::function<void(const Error&)> on_fault) : on_fault_(std::move(on_fault)) {}

  void set(Error error) {
    int expected = none;
    if (!state_.compare_exchange_strong(expected, setting)) {
      return;
    }
    error_ = std::move(error);
    state_ = known;
    if (on_fault_) {
      on_fault_(error_);
    }
  }

  Status status() const {
    switch (state_.load()) {
      case none:
        return {};
      case setting:
        return fail(ErrorCode::unavailable, "journal_io", {}, {"-"});
      default:
        return fail(error_);
    }
  }

 private:
  static constexpr int none = 0;
  static constexpr int setting = 1;
  static constexpr int known = 2;

  const std::function<void(const Error&)> on_fault_;
  std::atomic<int> state_{none};
  Error error_;  // written once, before state_ is known
};

class Listener : public rocksdb::EventListener {
 public:
  explicit Listener(Fault& fault) : fault_(fault) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    fault_.set(io_error(*status, "journal_io"));
  }

 private:
  Fault& fault_;
};

class Cursor : public RowCursor {
 public:
  Cursor(rocksdb::DB& db,
         rocksdb::ColumnFamilyHandle* family,
         rocksdb::ReadOptions options,
         KeyRange range,
         Fault& fault)
      : range_(std::move(range)), from_(slice(range_.from)), to_(slice(range_.to)), fault_(fault) {
    options.iterate_lower_bound = &from_;
    options.iterate_upper_bound = &to_;
    rows_.reset(db.NewIterator(options, family));
  }

  bool seek(std::string_view key) override {
    rows_->Seek(slice(key));
    return good();
  }

  bool seek_back(std::string_view key) override {
    rows_->SeekForPrev(slice(key));
    return good();
  }

  bool next() override {
    rows_->Next();
    return good();
  }

  bool prev() override {
    rows_->Prev();
    return good();
  }

  std::string_view key() const override { return view(rows_->key()); }

  std::string_view value() const override { return view(rows_->value()); }

 private:
  bool good() {
    if (rows_->Valid()) {
      return true;
    }
    if (!rows_->status().ok()) {
      fault_.set(io_error(rows_->status(), "journal_io"));
    }
    return false;
  }

  const KeyRange range_;
  const rocksdb::Slice from_;
  const rocksdb::Slice to_;
  Fault& fault_;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

auto still_read() {
  return fail(ErrorCode::timed_out, "bytes_still_read");
}

// Tables, blobs and logs of the store, by name.
std::set<std::string> files_of(const std::string& path) {
  std::set<std::string> names;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(path, error)) {
    const std::string extension = file.path().extension().string();
    if (extension == ".sst" || extension == ".blob" || extension == ".log") {
      names.insert(file.path().filename().string());
    }
  }
  return names;
}

Error open_error(const std::string& path, const rocksdb::Status& status) {
  const std::string text = status.ToString();
  if (status.IsIOError() && text.find("LOCK") != std::string::npos) {
    return {ErrorCode::unavailable, "home_in_use", {}, {path}};
  }
  return {status.IsCorruption() ? ErrorCode::corrupt : ErrorCode::unavailable,
          "home_unreadable",
          {},
          {path, text}};
}

}  // namespace

struct RocksdbStore::State {
  explicit State(std::function<void(const Error&)> on_fault) : fault(std::move(on_fault)) {}

  rocksdb::ColumnFamilyHandle* family(Cf cf) const { return families[static_cast<size_t>(cf)]; }

  mutable Fault fault;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  std::unique_ptr<rocksdb::DB> db;

  std::optional<std::string> get(Cf cf, std::string_view key, const rocksdb::Snapshot* at) const {
    rocksdb::ReadOptions options;
    options.snapshot = at;
    std::string value;
    const rocksdb::Status status = db->Get(options, family(cf), slice(key), &value);
    if (status.ok()) {
      return value;
    }
    if (!status.IsNotFound()) {
      fault.set(io_error(status, "journal_io"));
    }
    return std::nullopt;
  }

  // Does a file of before still stand there though nothing needs it, or a log?
  bool outlived(const std::set<std::string>& before) const {
    std::vector<std::string> live;
    uint64_t manifest_bytes = 0;
    const rocksdb::Status status = db->GetLiveFiles(live, &manifest_bytes, false);
    if (!status.ok()) {
      fault.set(io_error(status, "journal_io"));
      return true;
    }
    const auto now = files_of(db->GetName());
    return std::ranges::any_of(before, [&](const std::string& name) {
      return now.contains(name) && std::ranges::find(live, "/" + name) == live.end();
    });
  }

  std::unique_ptr<RowCursor> cursor(Cf cf,
                                    KeyRange range,
                                    Scan scan,
                                    const rocksdb::Snapshot* at) const {
    rocksdb::ReadOptions options;
    options.snapshot = at;
    if (scan == Scan::bulk) {
      options.fill_cache = false;
      options.readahead_size = readahead_bytes;
    }
    return std::make_unique<Cursor>(*db, family(cf), options, std::move(range), fault);
  }

  // A consistent view for several reads.
  class View : public RowReader {
   public:
    explicit View(const State& state) : state_(state), snapshot_(state.db->GetSnapshot()) {}

    ~View() override { state_.db->ReleaseSnapshot(snapshot_); }

    View(const View&) = delete;
    View& operator=(const View&) = delete;

    std::optional<std::string> get(Cf family, std::string_view key) const override {
      return state_.get(family, key, snapshot_);
    }

    std::unique_ptr<RowCursor> cursor(Cf family, KeyRange range, Scan scan) const override {
      return state_.cursor(family, std::move(range), scan, snapshot_);
    }

    std::unique_ptr<RowReader> snapshot() const override { return std::make_unique<View>(state_); }

    void fault(Error error) const override { state_.fault.set(std::move(error)); }

   private:
    const State& state_;
    const rocksdb::Snapshot* const snapshot_;
  };
};

class RocksdbStore::RocksdbBatch : public RocksdbStore::Batch {
 public:
  explicit RocksdbBatch(const State& state) : state_(state) {}

  void put(Cf family, std::string_view key, std::string_view value) override {
    note(rows_.Put(state_.family(family), slice(key), slice(value)));
  }

  void erase(Cf family, std::string_view key) override {
    note(rows_.Delete(state_.family(family), slice(key)));
  }

  rocksdb::WriteBatch& rows() { return rows_; }

  void clear() {
    if (rows_.GetDataSize() > batch_bytes_kept) {
      rows_ = rocksdb::WriteBatch(0, 0, protection_bytes, 0);
    } else {
      rows_.Clear();
    }
  }

 private:
  void note(const rocksdb::Status& status) { CHECK(status.ok()); }

  const State& state_;
  rocksdb::WriteBatch rows_{0, 0, protection_bytes, 0};
};

Result<std::unique_ptr<RocksdbStore>> RocksdbStore::open(const std::string& path,
                                                         RocksdbSettings settings) {
  if (settings.write_buffer_bytes == 0) {
    settings.write_buffer_bytes = limits::write_buffer_bytes;
  }
  if (settings.block_cache_bytes == 0) {
    settings.block_cache_bytes = limits::block_cache_bytes;
  }
  auto state = std::make_unique<State>(settings.on_fault);
  const auto families = family_options(settings);

  std::vector<std::string> present;
  if (rocksdb::DB::ListColumnFamilies({}, path, &present).ok()) {
    for (const std::string& name : present) {
      const bool known = std::any_of(families.begin(), families.end(), [&](const auto& family) {
        return family.name == name;
      });
      if (!known) {
        return fail(ErrorCode::refused, "home_newer", {}, {path, name, "1"});
      }
    }
  }
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(database_options(settings, std::make_shared<Listener>(state->fault)),
                        path,
                        families,
                        &state->families,
                        &db);
  if (!status.ok()) {
    return fail(open_error(path, status));
  }
  state->db.reset(db);
  return std::unique_ptr<RocksdbStore>(new RocksdbStore(std::move(state)));
}

RocksdbStore::RocksdbStore(std::unique_ptr<State> state) : state_(std::move(state)) {}

RocksdbStore::~RocksdbStore() {
  for (rocksdb::ColumnFamilyHandle* family : state_->families) {
    state_->db->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  }
  state_->db->Close().PermitUncheckedError();
}

std::optional<std::string> RocksdbStore::get(Cf family, std::string_view key) const {
  return state_->get(family, key, nullptr);
}

std::unique_ptr<RowCursor> RocksdbStore::cursor(Cf family, KeyRange range, Scan scan) const {
  return state_->cursor(family, std::move(range), scan, nullptr);
}

std::unique_ptr<RowReader> RocksdbStore::snapshot() const {
  return std::make_unique<State::View>(*state_);
}

void RocksdbStore::fault(Error error) const {
  state_->fault.set(std::move(error));
}

std::unique_ptr<RocksdbStore::Batch> RocksdbStore::batch() const {
  return std::make_unique<RocksdbBatch>(*state_);
}

Status RocksdbStore::write(Batch& batch, bool synced) {
  TRY(state_->fault.status());
  auto& rows = static_cast<RocksdbBatch&>(batch);
  rocksdb::WriteOptions options;
  options.sync = synced;
  const rocksdb::Status status = state_->db->Write(options, &rows.rows());
  if (!status.ok()) {
    state_->fault.set(io_error(status, "journal_unwritable"));
    return fail(io_error(status, "journal_unwritable"));
  }
  rows.clear();
  return {};
}

Status RocksdbStore::purge(std::span<const std::pair<Cf, KeyRange>> ranges, Purge& purge) {
  TRY(state_->fault.status());
  rocksdb::DB& db = *state_->db;
  const auto guarded = [this](const rocksdb::Status& status) -> Status {
    if (status.ok()) {
      return {};
    }
    state_->fault.set(io_error(status, "journal_unwritable"));
    return fail(io_error(status, "journal_unwritable"));
  };
  if (purge.since == 0) {
    purge.since = db.GetLatestSequenceNumber();
  }
  // Who looks at an earlier moment still sees the rows: what they see may not be rewritten yet.
  uint64_t oldest = 0;
  db.GetIntProperty(rocksdb::DB::Properties::kOldestSnapshotSequence, &oldest);
  if (oldest != 0 && oldest < purge.since) {
    return still_read();
  }
  if (!purge.rewritten) {
    purge.before = files_of(db.GetName());
    TRY(guarded(db.Flush({}, state_->families)));
    for (const auto& [cf, range] : ranges) {
      rocksdb::CompactRangeOptions options;
      options.exclusive_manual_compaction = false;
      options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
      options.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
      options.blob_garbage_collection_age_cutoff = 1.0;
      const rocksdb::Slice from = slice(range.from);
      const rocksdb::Slice to = slice(range.to);
      const bool all = cf == Cf::blob;
      TRY(guarded(db.CompactRange(
          options, state_->family(cf), all ? nullptr : &from, all ? nullptr : &to)));
    }
    purge.rewritten = true;
  }
  return state_->outlived(purge.before) ? still_read() : Status();
}

Status RocksdbStore::health() const {
  return state_->fault.status();
}

uint64_t RocksdbStore::rows_in_files(Cf family) const {
  rocksdb::TablePropertiesCollection files;
  const rocksdb::Status status =
      state_->db->GetPropertiesOfAllTables(state_->family(family), &files);
  if (!status.ok()) {
    state_->fault.set(io_error(status, "journal_io"));
    return 0;
  }
  uint64_t rows = 0;
  for (const auto& [name, properties] : files) {
    rows += properties->num_entries;
  }
  return rows;
}

}  // namespace gulou
