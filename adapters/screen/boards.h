// Where notice boards come from: the one seam between what is done for a board and who keeps the
// list of boards. Today a file, boards.toml; a registry of devices can stand in its place. Owned by
// run_board(); each thread has a source of its own.
#pragma once

#include "common/base/result.h"
#include "common/settings/boards.h"

#include <string>
#include <string_view>
#include <vector>

namespace gulou {

class BoardSource {
 public:
  virtual ~BoardSource() = default;

  // As of now; called before everything that is done for a board. Error: what was known before
  // goes on.
  virtual Result<std::vector<Board>> boards() = 0;
};

// boards.toml, read anew when it has changed.
class BoardFile final : public BoardSource {
 public:
  explicit BoardFile(std::string path) : path_(std::move(path)) {}

  Result<std::vector<Board>> boards() override;

 private:
  std::string path_;
  std::string seen_;  // what the file looked like
  std::vector<Board> boards_;
};

// Lies `inner` in `outer`, or is it the same? Codes of 12 digits: county 6, township 9, village 12,
// filled up with zeros.
bool area_holds(std::string_view outer, std::string_view inner);

const Board* find_board(const std::vector<Board>& boards, std::string_view id);

}  // namespace gulou
