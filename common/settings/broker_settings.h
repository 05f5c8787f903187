// What an operator may set of the broker: broker.toml of a home. Defaults are those of a home made
// by `gulou init`. Read at start, immutable afterwards.
#pragma once

#include "common/base/limits.h"
#include "common/base/result.h"

#include <cstdint>
#include <string>

namespace gulou {

struct BrokerSettings {
  std::string home;  // the directory of the file; not a setting

  std::string http_address = "127.0.0.1:7010";
  std::string http_certificate;  // PEM files; paths are relative to the home
  std::string http_key;
  uint32_t http_requests_per_second_max = 5'000;
  std::string publisher_endpoint = "tcp://127.0.0.1:7011";
  std::string adapter_endpoint = "tcp://127.0.0.1:7012";
  std::string device_endpoint = "tcp://127.0.0.1:7013";
  std::string device_address;  // HOST:PORT as devices reach it; empty: as it is bound
  std::string log_level = "info";
  uint32_t facts_threads = 2;
  uint64_t write_buffer_bytes = limits::write_buffer_bytes;
  uint64_t block_cache_bytes = limits::block_cache_bytes;
  uint64_t disk_free_bytes_min = limits::disk_free_bytes_min;
  uint32_t disk_free_percent_min = static_cast<uint32_t>(limits::disk_free_share_min * 100);
};

// path: broker.toml. Errors: file_unreadable, settings_*, with file:line:column.
Result<BrokerSettings> load_broker(const std::string& path);

// broker.toml with comments in both languages; of the defaults it is the sample in config/.
std::string write_broker(const BrokerSettings& settings);

// For `--help`: every setting with default and meaning.
std::string broker_settings_help(bool chinese);

}  // namespace gulou
