#include "adapters/screen/boards.h"

#include "common/base/files.h"
#include "common/base/log.h"

#include <algorithm>

#include <sys/stat.h>

namespace gulou {

Result<std::vector<Board>> BoardFile::boards() {
  struct stat facts {};

  std::string seen;
  if (::stat(path_.c_str(), &facts) == 0) {
    seen = std::to_string(facts.st_ino) + " " + std::to_string(facts.st_mtim.tv_sec) + " " +
           std::to_string(facts.st_mtim.tv_nsec) + " " + std::to_string(facts.st_size);
  }
  if (!seen.empty() && seen == seen_) {
    return boards_;
  }
  Result<std::vector<Board>> read = load_boards(path_);
  if (!read && seen_.empty()) {
    return fail(read.error());
  }
  if (read) {
    boards_ = std::move(*read);
  } else {
    // A mistake while editing does not take the boards away.
    log::error("board.list_unreadable", {{"error", describe(read.error())}});
  }
  seen_ = seen;
  return boards_;
}

bool area_holds(std::string_view outer, std::string_view inner) {
  constexpr size_t levels[] = {2, 4, 6, 9};
  for (const size_t level : levels) {
    if (outer.size() > level && outer.find_first_not_of('0', level) == std::string_view::npos) {
      return inner.substr(0, level) == outer.substr(0, level);
    }
  }
  return outer == inner;
}

const Board* find_board(const std::vector<Board>& boards, std::string_view id) {
  const auto at = std::ranges::find(boards, id, &Board::id);
  return at == boards.end() ? nullptr : &*at;
}

}  // namespace gulou
