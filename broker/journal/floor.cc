#include "broker/journal/floor.h"

#include "common/base/check.h"
#include "common/crypto/digest.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gulou {
namespace {

constexpr std::string_view magic = "gulou floor 1\n";
constexpr size_t slot_bytes = 4096;
constexpr size_t checksum_bytes = 8;
constexpr size_t turn_at = magic.size();
constexpr size_t content_bytes = magic.size() + 4 * 8 + 32;  // turn, epoch, changeset, head, hash

using Slot = std::array<char, slot_bytes>;

void put_number(Slot& slot, size_t at, uint64_t value) {
  for (size_t i = 0; i < 8; ++i) {
    slot[at + i] = static_cast<char>(static_cast<uint8_t>(value >> (8 * (7 - i))));
  }
}

uint64_t number_at(const Slot& slot, size_t at) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) {
    value = value << 8 | static_cast<uint8_t>(slot[at + i]);
  }
  return value;
}

std::string checksum(const Slot& slot) {
  return std::string(
      sha256(std::string_view(slot.data(), content_bytes)).view().substr(0, checksum_bytes));
}

Slot slot_of(const FloorMark& mark, uint64_t turn) {
  Slot slot{};
  std::copy(magic.begin(), magic.end(), slot.begin());
  put_number(slot, turn_at, turn);
  put_number(slot, turn_at + 8, mark.epoch);
  put_number(slot, turn_at + 16, mark.changeset);
  put_number(slot, turn_at + 24, mark.head.value);
  std::copy(mark.hash.bytes.begin(), mark.hash.bytes.end(), slot.begin() + turn_at + 32);
  const std::string sum = checksum(slot);
  std::copy(sum.begin(), sum.end(), slot.begin() + content_bytes);
  return slot;
}

std::optional<FloorMark> mark_of(const Slot& slot) {
  if (std::string_view(slot.data(), magic.size()) != magic ||
      std::string_view(slot.data() + content_bytes, checksum_bytes) != checksum(slot)) {
    return std::nullopt;
  }
  return FloorMark{
      .epoch = number_at(slot, turn_at + 8),
      .changeset = number_at(slot, turn_at + 16),
      .head = {number_at(slot, turn_at + 24)},
      .hash = *digest_from_bytes(std::string_view(slot.data() + turn_at + 32, 32)),
  };
}

tl::unexpected<Error> unwritable(const std::string& path, int error) {
  return fail(ErrorCode::unavailable, "floor_unwritable", {}, {path, std::strerror(error)});
}

bool write_slot(int fd, const Slot& slot, uint64_t turn) {
  const auto at = static_cast<off_t>((turn % 2) * slot_bytes);
  return ::pwrite(fd, slot.data(), slot.size(), at) == static_cast<ssize_t>(slot.size());
}

// The entry of a new file is durable only with its directory.
bool sync_directory_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return false;
  }
  const bool good = ::fsync(fd) == 0;
  ::close(fd);
  return good;
}

}  // namespace

Result<std::unique_ptr<Floor>> Floor::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_DSYNC | O_CLOEXEC, 0600);
  if (fd < 0) {
    return unwritable(path, errno);
  }
  std::optional<FloorMark> found;
  uint64_t turn = 0;
  bool any_bytes = false;
  for (size_t i = 0; i < 2; ++i) {
    Slot slot{};
    const ssize_t size = ::pread(fd, slot.data(), slot.size(), static_cast<off_t>(i * slot_bytes));
    any_bytes = any_bytes || size > 0;
    const auto mark = mark_of(slot);
    if (mark && number_at(slot, turn_at) >= turn) {
      turn = number_at(slot, turn_at);
      found = mark;
    }
  }
  if (any_bytes && !found) {
    ::close(fd);
    return fail(ErrorCode::corrupt, "floor_unreadable", {}, {path});
  }
  if (!any_bytes) {
    const Slot empty = slot_of({}, 0);
    if (!write_slot(fd, empty, 0) || !write_slot(fd, empty, 1) || !sync_directory_of(path)) {
      const int error = errno;
      ::close(fd);
      return unwritable(path, error);
    }
  }
  return std::unique_ptr<Floor>(new Floor(path, fd, found, turn + 1));
}

Floor::Floor(std::string path, int fd, std::optional<FloorMark> found, uint64_t turn)
    : path_(std::move(path)), fd_(fd), found_(found), turn_(turn), marks_(64) {
  writer_ = std::thread([this] { run(); });
}

Floor::~Floor() {
  marks_.close();
  writer_.join();
  ::close(fd_);
}

void Floor::note(const FloorMark& mark) {
  CHECK(marks_.send({++noted_, mark}));
}

Status Floor::settle() {
  for (uint64_t written = written_.load(); written < noted_; written = written_.load()) {
    written_.wait(written);
  }
  if (const int error = failed_.load(); error != 0) {
    return unwritable(path_, error);
  }
  return {};
}

void Floor::run() {
  while (true) {
    const auto marks = marks_.receive(64, std::chrono::hours(1));
    if (marks.empty()) {
      if (marks_.closed()) {
        return;
      }
      continue;
    }
    if (!write(marks.back().second)) {
      failed_ = errno != 0 ? errno : EIO;
    }
    written_ = marks.back().first;
    written_.notify_all();
  }
}

bool Floor::write(const FloorMark& mark) {
  errno = 0;
  const uint64_t turn = turn_++;
  return write_slot(fd_, slot_of(mark, turn), turn);
}

}  // namespace gulou
