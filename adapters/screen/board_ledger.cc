#include "adapters/screen/board_ledger.h"

#include "adapters/screen/limits.h"
#include "common/base/field_line.h"
#include "common/base/files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <set>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gulou {
namespace {

constexpr std::pair<BoardStep, std::string_view> steps[] = {{BoardStep::none, "none"},
                                                            {BoardStep::printed, "printed"},
                                                            {BoardStep::posted, "posted"},
                                                            {BoardStep::down, "down"}};

BoardStep step_of(std::string_view name) {
  for (const auto& [step, word] : steps) {
    if (word == name) {
      return step;
    }
  }
  return BoardStep::none;
}

// An open descriptor and, of the lock file, the lock.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}

  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

  Descriptor& operator=(Descriptor&&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> unwritable(const std::string& path) {
  return fail(ErrorCode::unavailable, "file_unwritable", {}, {path, std::strerror(errno)});
}

Result<Descriptor> locked(const std::string& dir) {
  const std::string path = dir + "/board.lock";
  constexpr mode_t mode = 0600;
  Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, mode));
  while (lock.fd() >= 0 && ::flock(lock.fd(), LOCK_EX) != 0) {
    if (errno != EINTR) {
      return unwritable(path);
    }
  }
  if (lock.fd() < 0) {
    return unwritable(path);
  }
  return lock;
}

std::string line_of(const BoardEntry& entry) {
  FieldLine line;
  line.add("board", entry.board);
  line.add("publication", entry.publication);
  line.add("revision", uint64_t{entry.revision});
  line.add("digest", to_hex(entry.digest));
  line.add("title", entry.title);
  line.add("step", name_of(entry.step));
  line.add("at", static_cast<uint64_t>(entry.at.ms));
  line.add("by", entry.by);
  line.add("photo", entry.photo);
  return line.line() + "\n";
}

bool changes(const BoardSheet& sheet, const BoardEntry& entry) {
  switch (entry.step) {
    case BoardStep::none:
      return false;
    case BoardStep::printed:
      return sheet.step == BoardStep::none;
    case BoardStep::posted:
      return sheet.step != BoardStep::posted || (!entry.photo.empty() && sheet.photo.empty());
    case BoardStep::down:
      return sheet.step == BoardStep::printed || sheet.step == BoardStep::posted ||
             (sheet.step == BoardStep::down && !entry.photo.empty() && sheet.down_photo.empty());
  }
  return false;
}

void apply(BoardSheet& sheet, const BoardEntry& entry) {
  sheet.publication = entry.publication;
  sheet.revision = entry.revision;
  sheet.digest = entry.digest;
  sheet.title = entry.title;
  const bool again = sheet.step == entry.step;  // the photo came later
  sheet.step = entry.step;
  sheet.by = entry.by;
  switch (entry.step) {
    case BoardStep::none:
      break;
    case BoardStep::printed:
      sheet.printed_at = entry.at;
      break;
    case BoardStep::posted:
      sheet.posted_at = again ? sheet.posted_at : entry.at;
      sheet.photo = entry.photo;
      sheet.down_at = {};
      sheet.down_photo.clear();
      break;
    case BoardStep::down:
      sheet.down_at = again ? sheet.down_at : entry.at;
      sheet.down_photo = entry.photo;
      break;
  }
}

std::optional<BoardEntry> entry_of(std::string_view text) {
  const std::optional<FieldLine> line = FieldLine::parse(text);
  const std::optional<Digest> digest = line ? digest_from_hex(line->get("digest")) : std::nullopt;
  if (!digest) {
    return std::nullopt;
  }
  return BoardEntry{.board = line->get("board"),
                    .publication = line->get("publication"),
                    .revision = static_cast<uint32_t>(line->number("revision")),
                    .digest = *digest,
                    .title = line->get("title"),
                    .step = step_of(line->get("step")),
                    .at = {static_cast<int64_t>(line->number("at"))},
                    .by = line->get("by"),
                    .photo = line->get("photo")};
}

}  // namespace

std::string_view name_of(BoardStep step) {
  return std::find_if(std::begin(steps),
                      std::end(steps),
                      [step](const auto& one) { return one.first == step; })
      ->second;
}

Result<BoardLedger> BoardLedger::open(std::string dir) {
  TRY(make_directory(dir));
  BoardLedger ledger(std::move(dir));
  TRY(ledger.refresh());
  return ledger;
}

void BoardLedger::take(std::string_view line) {
  if (const auto entry = entry_of(line)) {
    apply(boards_[entry->board][entry->digest], *entry);
  }
}

// A line without its end is one that a power cut left behind: nobody was told of it.
Status BoardLedger::refresh() {
  struct stat facts {};

  if (::stat(path().c_str(), &facts) != 0) {
    return errno == ENOENT ? Status()
                           : Status(fail(ErrorCode::unavailable,
                                         "file_unreadable",
                                         {},
                                         {path(), std::strerror(errno)}));
  }
  if (facts.st_ino != inode_ || static_cast<uint64_t>(facts.st_size) < read_bytes_) {
    boards_.clear();
    read_bytes_ = 0;
    inode_ = facts.st_ino;
  }
  if (static_cast<uint64_t>(facts.st_size) == read_bytes_) {
    return {};
  }
  const Descriptor file(::open(path().c_str(), O_RDONLY | O_CLOEXEC));
  std::string bytes(static_cast<size_t>(facts.st_size) - read_bytes_, '\0');
  const ssize_t got =
      file.fd() < 0
          ? -1
          : ::pread(file.fd(), bytes.data(), bytes.size(), static_cast<off_t>(read_bytes_));
  if (got < 0) {
    return fail(ErrorCode::unavailable, "file_unreadable", {}, {path(), std::strerror(errno)});
  }
  std::string_view rest(bytes.data(), static_cast<size_t>(got));
  for (size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    take(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    read_bytes_ += end + 1;
  }
  return {};
}

Result<bool> BoardLedger::add(const BoardEntry& entry) {
  const Descriptor lock = TRY(locked(dir_));
  return add_locked(entry);
}

Result<bool> BoardLedger::add_locked(const BoardEntry& entry) {
  TRY(refresh());
  if (!changes(boards_[entry.board][entry.digest], entry)) {
    return false;
  }
  constexpr mode_t mode = 0600;
  const Descriptor file(::open(path().c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, mode));
  if (file.fd() < 0) {
    return unwritable(path());
  }
  const off_t end = ::lseek(file.fd(), 0, SEEK_END);
  // Behind half a line this one would be lost with it.
  const std::string line =
      (end > 0 && static_cast<uint64_t>(end) != read_bytes_ ? "\n" : "") + line_of(entry);
  if (::write(file.fd(), line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
      ::fdatasync(file.fd()) != 0) {
    return unwritable(path());
  }
  if (end == 0) {
    TRY(sync_directory(dir_));
  }
  TRY(refresh());
  return true;
}

const BoardLedger::Sheets& BoardLedger::sheets(std::string_view board) const {
  static const Sheets none;
  const auto at = boards_.find(board);
  return at == boards_.end() ? none : at->second;
}

Status BoardLedger::forget(Utc before) {
  const Descriptor lock = TRY(locked(dir_));
  return forget_locked(before);
}

Status BoardLedger::forget_locked(Utc before) {
  TRY(refresh());
  if (read_bytes_ < limits::board_log_bytes_max / 2) {
    return {};
  }
  std::string kept;
  for (const auto& [board, sheets] : boards_) {
    for (const auto& [digest, sheet] : sheets) {
      BoardEntry entry{.board = board,
                       .publication = sheet.publication,
                       .revision = sheet.revision,
                       .digest = digest,
                       .title = sheet.title};
      entry.by = sheet.by;
      if (sheet.step == BoardStep::none ||
          (sheet.step == BoardStep::down && sheet.down_at < before)) {
        continue;
      }
      for (const auto& [step, at, photo] :
           {std::tuple(BoardStep::printed, sheet.printed_at, std::string()),
            std::tuple(BoardStep::posted, sheet.posted_at, sheet.photo),
            std::tuple(BoardStep::down, sheet.down_at, sheet.down_photo)}) {
        if (at) {
          entry.step = step;
          entry.at = at;
          entry.photo = photo;
          kept += line_of(entry);
        }
      }
    }
  }
  TRY(replace_file(path(), kept));
  return refresh();
}

}  // namespace gulou
