// The settings of RocksDB, each with its reason in rocksdb_options.cc. Its defaults break our
// promises: it would open a damaged log by silently dropping records, resume after I/O errors, and
// take more memory than the whole broker may. Used by rocksdb_store.cc alone; start-up only.
#pragma once

#include "broker/journal/rocksdb_store.h"

#include <memory>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/options.h>

namespace gulou {

rocksdb::DBOptions database_options(const RocksdbSettings& settings,
                                    std::shared_ptr<rocksdb::EventListener> listener);
// One per family, in the order of all_families.
std::vector<rocksdb::ColumnFamilyDescriptor> family_options(const RocksdbSettings& settings);

}  // namespace gulou
