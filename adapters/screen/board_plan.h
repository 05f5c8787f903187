// What is to be done at one board: a pure function of what is in force, what hangs there and the
// time. Used for the PDF of a week, the page behind a board's link, and receipts.
#pragma once

#include "adapters/screen/board_ledger.h"
#include "adapters/screen/store.h"
#include "common/settings/boards.h"

#include <cstdint>
#include <vector>

namespace gulou {

// Why a sheet has to come down.
enum class DownReason : uint8_t { withdrawn, ended, newer };

std::string_view name_of(DownReason reason);

struct SheetDown {
  const BoardSheet* sheet = nullptr;
  DownReason reason = DownReason::withdrawn;
};

struct SheetHanging {
  const ScreenItem* item = nullptr;
  const BoardSheet* sheet = nullptr;
};

struct BoardPlan {
  std::vector<const ScreenItem*> post;  // urgent ones first, then the newest
  // Paper that hangs, or was printed and may hang: also of sheets nobody reported as posted.
  std::vector<SheetDown> take_down;
  std::vector<SheetHanging> hanging;
};

// Does it ever hang there? Of the board's kinds, columns and area; never imported history.
bool board_takes(const Board& board, const Release& release);

BoardPlan board_plan(const Board& board,
                     const ScreenContent& content,
                     const BoardLedger::Sheets& sheets,
                     Utc now);

// A week of the Gregorian calendar as ISO 8601 counts it, in Asia/Shanghai: "2026-W48".
std::string iso_week(Utc now);

}  // namespace gulou
