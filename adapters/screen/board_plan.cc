#include "adapters/screen/board_plan.h"

#include "adapters/screen/boards.h"
#include "adapters/screen/playlist.h"

#include <algorithm>
#include <tuple>

namespace gulou {
namespace {

constexpr int64_t day_ms = 24LL * 3600 * 1000;

bool for_area(const Board& board, const Release& release) {
  bool named = false;
  for (const std::string& audience : release.audience) {
    if (!audience.starts_with("group:")) {
      named = true;
      if (area_holds(audience, board.area)) {
        return true;
      }
    }
  }
  return !named;
}

auto order_of(const ScreenItem& item) {
  return std::tuple(item.release.priority != Priority::urgent,
                    -item.published_on.ms,
                    -static_cast<int64_t>(item.seq.value),
                    item.publication);
}

}  // namespace

std::string_view name_of(DownReason reason) {
  switch (reason) {
    case DownReason::withdrawn:
      return "withdrawn";
    case DownReason::ended:
      return "ended";
    case DownReason::newer:
      return "newer";
  }
  return "withdrawn";
}

bool board_takes(const Board& board, const Release& release) {
  PlaylistRules rules{.drill = board.drill};
  if (!board.kinds.empty()) {
    rules.kinds = board.kinds;
  }
  const bool of_column = board.columns.empty() ||
                         std::ranges::find(board.columns, release.column) != board.columns.end();
  return of_column && drawable(release, rules) && for_area(board, release);
}

BoardPlan board_plan(const Board& board,
                     const ScreenContent& content,
                     const BoardLedger::Sheets& sheets,
                     Utc now) {
  BoardPlan plan;
  const auto belongs = [&](const ScreenItem& item) {
    return board_takes(board, item.release) && in_force(item, board.drill, now);
  };
  for (const auto& [publication, item] : content.items) {
    const auto at = sheets.find(item.digest);
    const BoardStep step = at == sheets.end() ? BoardStep::none : at->second.step;
    if (!belongs(item)) {
      continue;
    }
    if (step == BoardStep::posted) {
      plan.hanging.push_back({&item, &at->second});
    } else {
      plan.post.push_back(&item);
    }
  }
  for (const auto& [digest, sheet] : sheets) {
    if (sheet.step != BoardStep::posted && sheet.step != BoardStep::printed) {
      continue;
    }
    const auto item = content.items.find(sheet.publication);
    if (item == content.items.end()) {
      plan.take_down.push_back({&sheet, DownReason::withdrawn});
    } else if (item->second.digest != digest) {
      plan.take_down.push_back({&sheet, DownReason::newer});
    } else if (!belongs(item->second)) {
      plan.take_down.push_back({&sheet, DownReason::ended});
    }
  }
  std::ranges::sort(plan.post, {}, [](const ScreenItem* item) { return order_of(*item); });
  std::ranges::sort(plan.hanging, {}, [](const SheetHanging& one) { return order_of(*one.item); });
  std::ranges::sort(plan.take_down, {}, [](const SheetDown& one) {
    return std::tuple(one.sheet->posted_at.ms, one.sheet->printed_at.ms, one.sheet->publication);
  });
  return plan;
}

std::string iso_week(Utc now) {
  constexpr int64_t shanghai_ms = 8LL * 3600 * 1000;
  const int64_t day = (now.ms + shanghai_ms) / day_ms;
  const int64_t weekday = (day + 3) % 7;  // 0: Monday; 1970-01-01 was a Thursday
  const Utc thursday{(day - weekday + 3) * day_ms - shanghai_ms};
  const int year = shanghai_year(thursday);
  const int64_t new_year =
      (parse_shanghai_date(std::to_string(year) + "-01-01")->ms + shanghai_ms) / day_ms;
  const int64_t week = ((thursday.ms + shanghai_ms) / day_ms - new_year) / 7 + 1;
  return std::to_string(year) + (week < 10 ? "-W0" : "-W") + std::to_string(week);
}

}  // namespace gulou
