// Home is a directory of one measurement on the disk to be measured, with keys for a publisher and
// some adapters; removed at the end.
#pragma once

#include "common/base/check.h"
#include "tests/bench/material.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/stat.h>

namespace gulou::bench {

class Home {
 public:
  Home(const std::string& dir, size_t adapters) : keys_(make_keys(adapters)) {
    std::string pattern = dir + "/gulou-bench-XXXXXX";
    CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
    CHECK(write_keys(path_ + "/keys", keys_).has_value());
  }

  ~Home() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;
  Home(Home&&) = delete;
  Home& operator=(Home&&) = delete;

  const std::string& path() const { return path_; }

  const Keys& keys() const { return keys_; }

  size_t adapters() const { return keys_.size() - 2; }

  // What it takes on the disk.
  uint64_t disk_bytes() const {
    uint64_t bytes = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(path_)) {
      struct stat status {};

      if (file.is_regular_file() && ::stat(file.path().c_str(), &status) == 0) {
        bytes += static_cast<uint64_t>(status.st_blocks) * 512;
      }
    }
    return bytes;
  }

 private:
  std::string path_;
  Keys keys_;
};

}  // namespace gulou::bench
