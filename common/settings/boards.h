// The notice boards of an area: boards.toml, a [[board]] each, and the table [board] of
// adapters/board.toml. Plain data; used by the agent that looks after them (adapters/screen) and by
// nobody else.
#pragma once

#include "common/base/result.h"
#include "common/model/release.h"
#include "common/settings/value.h"

#include <string>
#include <vector>

namespace gulou {

// One notice board: paper, and a person who puts it up.
struct Board {
  std::string id;
  std::string place;  // where it hangs
  std::string area;   // division code, 12 digits
  std::string contact;
  std::string phone;
  std::vector<std::string> columns;  // empty: all
  std::vector<Kind> kinds;  // empty: notices, public notices and guides; urgent ones always
  bool drill = false;       // takes drills
};

struct BoardTable {
  std::string portal_url;                      // QR codes lead there; empty: none
  std::string boards_file = "../boards.toml";  // relative to the file it stands in
  std::string certificate_file;                // PEM, with certificate_key_file: https
  std::string certificate_key_file;            // mode 0600
};

// Errors: file_unreadable, settings_*, with file:line:column.
Result<std::vector<Board>> load_boards(const std::string& path);

Status read_board_table(const TomlFile& file, const TomlValue& table, BoardTable& board);
std::string write_board_table(const BoardTable& board);
std::string help_board_table(bool chinese);

}  // namespace gulou
