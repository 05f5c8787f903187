// BoardLedger is what became of each sheet on each board, as people said it: printed, posted, taken
// down. One file that only grows, a line per step, durable before anybody is told:
//   board.log      FieldLines: board, publication, revision, digest, title, step, at, by, photo
//   board.lock     whoever writes holds it
// A step that changes nothing is not written, so a second tap is the first one again. Several
// threads and processes may have the same ledger open, each with an object of its own; refresh()
// reads what the others wrote.
#pragma once

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/base/time.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace gulou {

enum class BoardStep : uint8_t { none = 0, printed = 1, posted = 2, down = 3 };

std::string_view name_of(BoardStep step);

// One sheet on one board. Times: 0 where it never came to that.
struct BoardSheet {
  std::string publication;  // "publisher/id"
  uint32_t revision = 0;
  Digest digest;
  std::string title;
  BoardStep step = BoardStep::none;
  Utc printed_at;
  Utc posted_at;
  Utc down_at;
  std::string by;          // of the last step: "board", "area", "run"
  std::string photo;       // of the sheet on the board: hex of its digest
  std::string down_photo;  // of the board without it
};

struct BoardEntry {
  std::string board;
  std::string publication;
  uint32_t revision = 0;
  Digest digest;
  std::string title;
  BoardStep step = BoardStep::none;
  Utc at;
  std::string by;
  std::string photo;
};

class BoardLedger {
 public:
  using Sheets = std::map<Digest, BoardSheet>;

  // Errors: those of files.
  static Result<BoardLedger> open(std::string dir);

  // Durable when it returns; refreshes. False: nothing to write. Printed counts where nothing was
  // known, posted also after that and again with a photo, down where paper may hang.
  Result<bool> add(const BoardEntry& entry);

  Status refresh();

  const Sheets& sheets(std::string_view board) const;

  // Lines of sheets that were taken down before `before` go, when the file has grown large. By the
  // agent alone, at its start.
  Status forget(Utc before);

 private:
  explicit BoardLedger(std::string dir) : dir_(std::move(dir)) {}

  std::string path() const { return dir_ + "/board.log"; }

  void take(std::string_view line);
  Result<bool> add_locked(const BoardEntry& entry);
  Status forget_locked(Utc before);

  std::string dir_;
  uint64_t inode_ = 0;
  uint64_t read_bytes_ = 0;
  std::map<std::string, Sheets, std::less<>> boards_;
};

}  // namespace gulou
