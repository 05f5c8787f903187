#include "broker/journal/rocksdb_options.h"

#include "common/base/limits.h"

#include <algorithm>

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

namespace gulou {
namespace {

constexpr size_t kib = 1024;
constexpr size_t mib = 1024 * 1024;
constexpr int zstd_level = 1;

// How a family is read and written.
struct Shape {
  size_t write_buffer_bytes = 2 * mib;
  size_t block_bytes = 4 * kib;
  bool sought_by_key = false;  // single rows are looked up, often in vain
  bool queue = false;          // rows come and go
  rocksdb::CompressionType compression = rocksdb::kLZ4Compression;
};

Shape shape_of(Cf family) {
  switch (family) {
    // Large ordered blocks: read in runs. Not ZSTD: it would save a third of Chinese text, but
    // costs 5 us per body read (a whole catch-up's budget is 20) and 10 us per body written.
    case Cf::body:
      return {.write_buffer_bytes = 8 * mib, .block_bytes = 16 * kib};
    // Written once, read by verify and rebuild alone.
    case Cf::journal:
      return {.block_bytes = 32 * kib, .compression = rocksdb::kZSTD};
    case Cf::entry:
      return {.block_bytes = 16 * kib, .sought_by_key = true};
    case Cf::blob:
      return {.write_buffer_bytes = 4 * mib};
    case Cf::release:
      return {.sought_by_key = true};
    case Cf::open:
      return {.sought_by_key = true, .queue = true};
    case Cf::receipt:
      return {.sought_by_key = true};
    case Cf::attempt:
      return {};
    case Cf::meta:
      return {.sought_by_key = true};
  }
  return {};
}

std::shared_ptr<rocksdb::TableFactory> tables(const Shape& shape,
                                              std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_size = shape.block_bytes;
  table.block_cache = std::move(cache);
  table.format_version = 5;
  // Index and filter blocks are within the one budget, and are the last to go.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;  // asked by each lookup of what is new
  if (shape.sought_by_key) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  }
  return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(table));
}

rocksdb::ColumnFamilyOptions family_of(Cf family, const std::shared_ptr<rocksdb::Cache>& cache) {
  const Shape shape = shape_of(family);
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = shape.write_buffer_bytes;
  options.max_write_buffer_number = 3;
  // Memory is taken in small steps: nine families would else hold a mebibyte each for a few rows.
  options.arena_block_size = 64 * kib;
  options.compression = shape.compression;
  options.compression_opts.level = zstd_level;
  if (shape.sought_by_key) {
    // Most lookups are of what is not there yet: answered without searching the write buffers.
    options.memtable_whole_key_filtering = true;
    options.memtable_prefix_bloom_size_ratio = 0.04;
  }
  if (family == Cf::release) {
    // Rows of several kinds, most of them in order within their kind: each goes on from the last.
    options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  }
  options.bottommost_compression = rocksdb::kDisableCompressionOption;
  options.table_factory = tables(shape, cache);
  // Each new file is read back before the log that holds the same rows may go.
  options.paranoid_file_checks = true;
  options.level_compaction_dynamic_level_bytes = true;
  options.target_file_size_base = 16 * mib;
  options.max_bytes_for_level_base = 64 * mib;
  options.compaction_pri = rocksdb::kMinOverlappingRatio;
  if (shape.queue) {
    options.table_properties_collector_factories.push_back(
        rocksdb::NewCompactOnDeletionCollectorFactory(128, 64, 0.3));
  }
  if (family == Cf::blob) {
    // Large values are written once more, not ten times; already compressed media stay as they are.
    options.enable_blob_files = true;
    options.min_blob_size = 16 * kib;
    options.blob_file_size = 64 * mib;
    options.enable_blob_garbage_collection = true;
    options.blob_garbage_collection_age_cutoff = 0.25;
  }
  return options;
}

}  // namespace

rocksdb::DBOptions database_options(const RocksdbSettings& settings,
                                    std::shared_ptr<rocksdb::EventListener> listener) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;

  // Safety. A torn tail is what a power cut leaves of an unacknowledged write; damage anywhere else
  // must refuse to open. No resuming by itself after an I/O error: we exit.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.paranoid_checks = true;
  options.max_bgerror_resume_count = 0;
  options.recycle_log_file_num = 0;
  options.avoid_flush_during_recovery = false;  // the files' own counts are then complete
  options.listeners.push_back(std::move(listener));

  // Memory and restart time: one budget for all write buffers; what they hold is what a start
  // replays.
  options.db_write_buffer_size = settings.write_buffer_bytes;
  options.max_total_wal_size = limits::wal_bytes_max;
  options.max_open_files = 512;
  options.max_file_opening_threads = 1;  // else sixteen a family at each start, with their arenas
  options.table_cache_numshardbits = 2;
  options.allow_concurrent_memtable_write = false;  // one writer: no arena per core
  options.enable_write_thread_adaptive_yield = false;

  options.max_background_jobs = 2;
  options.bytes_per_sync = mib;  // spreads the writing of files
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.max_log_file_size = mib;
  options.keep_log_file_num = 4;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_options(const RocksdbSettings& settings) {
  rocksdb::LRUCacheOptions cache_options;
  cache_options.capacity = settings.block_cache_bytes;
  cache_options.num_shard_bits = 2;
  cache_options.high_pri_pool_ratio = 0.5;
  const auto cache = rocksdb::NewLRUCache(cache_options);

  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const Cf family : all_families) {
    // RocksDB insists on a family called "default": it holds `meta`.
    families.emplace_back(
        family == Cf::meta ? rocksdb::kDefaultColumnFamilyName : std::string(name_of(family)),
        family_of(family, cache));
  }
  return families;
}

}  // namespace gulou
