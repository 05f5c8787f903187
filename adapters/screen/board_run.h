// The paper of a week: for each board one PDF with a posting slip, which lists what to post and
// what to take down, and the sheets to post. What was printed is written down, so that a sheet that
// is withdrawn afterwards is looked for even where nobody reported it as posted. Reads the agent's
// directory; used by `gulou board run` in a process of its own.
#pragma once

#include "adapters/screen/board_links.h"
#include "adapters/screen/board_plan.h"
#include "adapters/screen/boards.h"
#include "common/base/result.h"
#include "common/text/language.h"

#include <string>
#include <vector>

namespace gulou {

struct BoardRun {
  std::string directory;  // of the agent
  std::string portal_url;
  std::string link_url;  // where the links begin; empty: no code on the slip
  std::string out = ".";
  Language language = Language::zh;
};

struct BoardPaper {
  std::string board;
  std::string place;
  std::string file;  // empty: nothing to do there
  size_t post = 0;
  size_t take_down = 0;
  uint32_t pages = 0;
  std::vector<Error> left_out;  // sheets that cannot be drawn
};

// "https://…/b/longjing/SECRET/": the page of a board, or of an area with "a/990123101000".
Result<std::string> board_link(const BoardLinks& links,
                               const std::string& link_url,
                               const std::string& name);

Result<BoardPaper> print_board(const BoardRun& run,
                               const Board& board,
                               const ScreenContent& content,
                               BoardLedger& ledger,
                               Utc now);

}  // namespace gulou
