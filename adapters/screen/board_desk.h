// What an operator asks of the boards on the command line: `gulou board VERB` runs gulou-board with
// the same words. Reads and writes the agent's directory beside the running agent. Main thread.
#pragma once

#include "common/base/result.h"
#include "common/settings/adapter_settings.h"
#include "common/text/language.h"

#include <string>
#include <vector>

namespace gulou {

struct BoardAsked {
  std::string verb;  // run, list, link, revoke
  std::string home;
  std::string area;   // 12 digits
  std::string board;  // id
  std::string out = ".";
  Language language = Language::zh;
  bool json = false;
};

// "VERB --home H [--area CODE] [--board ID] [--out DIR] [--lang zh|en] [--json yes]". Error
// invalid_argument board_usage.
Result<BoardAsked> parse_board_asked(const std::vector<std::string>& arguments);

// What to print.
Result<std::string> answer_board(const BoardAsked& asked, const AdapterSettings& settings);

}  // namespace gulou
