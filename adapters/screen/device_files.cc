#include "adapters/screen/device_files.h"

#include "adapters/screen/limits.h"
#include "adapters/screen/store.h"
#include "common/base/field_line.h"
#include "common/base/files.h"
#include "common/crypto/digest.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <sys/timex.h>
#include <unistd.h>

namespace gulou {
namespace {

namespace fs = std::filesystem;

constexpr int64_t keep_every_ms = 60'000;
constexpr int64_t wrong_ms = 5LL * 60'000;

std::string partial_path(const std::string& dir, const Digest& digest) {
  return screen_blob_path(dir, digest) + ".part";
}

uint64_t bytes_below(const std::string& folder) {
  uint64_t bytes = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const uint64_t size = entry.file_size(error);
    bytes += error ? 0 : size;
  }
  return bytes;
}

}  // namespace

DeviceClock::DeviceClock(std::string dir) : path_(std::move(dir) + "/clock") {
  constexpr size_t stamp_bytes_max = 64;
  if (const auto text = read_file(path_, stamp_bytes_max)) {
    int64_t stamp_ms = 0;
    std::from_chars(text->data(), text->data() + text->size(), stamp_ms);
    stamp_ms_ = stamp_ms;
  }
}

Utc DeviceClock::now(Utc own) const {
  const int64_t ms = own.ms + ahead_ms_;
  return {corrected_ ? ms : std::max(ms, stamp_ms_.load())};
}

bool DeviceClock::is_wrong() const {
  return std::abs(ahead_ms_.load()) > wrong_ms;
}

void DeviceClock::keep(Utc own) {
  // Its own clock alone proves nothing: a year ahead would be kept for good.
  const int64_t ms = now(own).ms;
  if (!corrected_ || std::abs(ms - stamp_ms_) < keep_every_ms) {
    return;
  }
  stamp_ms_ = ms;
  static_cast<void>(replace_file(path_, std::to_string(ms)));
}

std::string boot_id() {
  constexpr size_t id_bytes_max = 64;
  std::string id = read_file("/proc/sys/kernel/random/boot_id", id_bytes_max).value_or("");
  while (!id.empty() && id.back() == '\n') {
    id.pop_back();
  }
  return id;
}

bool clock_is_synchronised() {
  timex state{};
  return ::ntp_adjtime(&state) != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

LeaseStamp read_lease(const std::string& dir) {
  constexpr size_t lease_bytes_max = 1024;
  const std::string bytes = read_file(dir + "/lease", lease_bytes_max).value_or("");
  // Damaged is as good as never confirmed: dark until contact.
  const auto line = FieldLine::parse(std::string_view(bytes).substr(0, bytes.find('\n')));
  if (!line) {
    return {};
  }
  const auto number = [&line](std::string_view name) {
    return static_cast<int64_t>(line->number(name));
  };
  return {.boot = line->get("boot"),
          .at = {number("at")},
          .utc = {number("utc")},
          .used_ms = number("used_ms"),
          .channel_ms = number("channel_ms")};
}

Status write_lease(const std::string& dir, const LeaseStamp& stamp) {
  FieldLine line;
  line.add("boot", stamp.boot);
  line.add("at", static_cast<uint64_t>(stamp.at.ms));
  line.add("utc", static_cast<uint64_t>(stamp.utc.ms));
  line.add("used_ms", static_cast<uint64_t>(stamp.used_ms));
  line.add("channel_ms", static_cast<uint64_t>(stamp.channel_ms));
  return replace_file(dir + "/lease", line.line() + "\n");
}

uint64_t partial_blob_bytes(const std::string& dir, const Digest& digest) {
  std::error_code error;
  const uint64_t bytes = fs::file_size(partial_path(dir, digest), error);
  return error ? 0 : bytes;
}

Result<bool> append_partial_blob(const std::string& dir,
                                 const Digest& digest,
                                 uint64_t offset,
                                 uint64_t total,
                                 std::string_view bytes) {
  const std::string path = partial_path(dir, digest);
  if (offset != partial_blob_bytes(dir, digest)) {
    return false;  // of a question asked before
  }
  if (offset == 0 && bytes_below(dir + "/blobs") + total > limits::screen_blobs_bytes_max) {
    return fail(ErrorCode::exhausted,
                "screen_disk_full",
                {},
                {std::to_string(limits::screen_blobs_bytes_max)});
  }
  const auto broken = [&path] {
    return fail(ErrorCode::unavailable, "file_unwritable", {}, {path, std::strerror(errno)});
  };
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) {
    return broken();
  }
  const bool written =
      ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  const bool whole = offset + bytes.size() >= total;
  const bool synced = !whole || ::fdatasync(fd) == 0;
  ::close(fd);
  if (!written || !synced) {
    return broken();
  }
  if (!whole) {
    return false;
  }
  const std::string all = TRY(read_file(path, total));
  std::error_code error;
  if (const Digest found = sha256(all); found != digest) {
    fs::remove(path, error);
    return fail(
        ErrorCode::corrupt, "blob_digest_differs", "digest", {to_hex(digest), to_hex(found)});
  }
  fs::rename(path, screen_blob_path(dir, digest), error);
  if (error) {
    return broken();
  }
  TRY(sync_directory(dir + "/blobs"));
  return true;
}

}  // namespace gulou
