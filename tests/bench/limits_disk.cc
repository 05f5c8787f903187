#include "common/base/check.h"
#include "tests/bench/child.h"
#include "tests/bench/home.h"
#include "tests/bench/limits.h"

#include <memory>

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

namespace gulou::bench {
namespace {

constexpr double seconds_each = 0.8;
constexpr size_t batch_releases = 64;

std::string random_bytes(size_t bytes) {
  std::string text(bytes, '\0');
  uint64_t state = 88172645463325252ULL;
  for (char& c : text) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    c = static_cast<char>(state);
  }
  return text;
}

std::unique_ptr<rocksdb::DB> open_store(const std::string& path) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, path, &opened);
  CHECK(status.ok());
  return std::unique_ptr<rocksdb::DB>(opened);
}

// Times act() again and again; `units` of work each.
template <class Act>
Figure measure(const Options& options, std::string name, std::string unit, double units, Act act) {
  Samples samples;
  const double start = now_seconds();
  double last = start;
  while (last - start < options.seconds(seconds_each) || samples.size() < 8) {
    act();
    const double now = now_seconds();
    samples.add(now - last);
    last = now;
  }
  Figure figure{std::move(name),
                static_cast<double>(samples.size()) * units / (last - start),
                std::move(unit)};
  figure.p50_ms = samples.quantile_ms(0.50);
  figure.p99_ms = samples.quantile_ms(0.99);
  return figure;
}

}  // namespace

Figure limit_append_sync(const Options& options) {
  const Home home(options.dir, 0);
  const std::string block = random_bytes(4096);
  const int fd = ::open((home.path() + "/log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  CHECK(fd >= 0);
  Figure figure = measure(options, "append_fdatasync", "per_s", 1, [&] {
    CHECK(::write(fd, block.data(), block.size()) == static_cast<ssize_t>(block.size()));
    CHECK(::fdatasync(fd) == 0);
  });
  ::close(fd);
  return figure;
}

Figure limit_put_sync(const Options& options, size_t bytes) {
  const Home home(options.dir, 0);
  const auto store = open_store(home.path() + "/store");
  const std::string value = random_bytes(bytes);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  uint64_t number = 0;
  return measure(options, "rocksdb_put_sync", "per_s", 1, [&] {
    CHECK(store->Put(synced, "r-" + std::to_string(++number), value).ok());
  });
}

Figure limit_batch_sync(const Options& options, size_t bytes) {
  const Home home(options.dir, 0);
  const auto store = open_store(home.path() + "/store");
  const std::string value = random_bytes(bytes);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  uint64_t number = 0;
  return measure(options, "rocksdb_batch_64", "releases/s", batch_releases, [&] {
    rocksdb::WriteBatch batch;
    for (size_t i = 0; i < batch_releases; ++i) {
      const std::string id = "r-" + std::to_string(++number);
      std::string found;
      CHECK(store->Get({}, "id" + id, &found).IsNotFound());
      batch.Put("id" + id, id);
      batch.Put(id, value);
    }
    CHECK(store->Write(synced, &batch).ok());
  });
}

}  // namespace gulou::bench
