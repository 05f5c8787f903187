#include "adapters/screen/board_adapter.h"
#include "adapters/screen/board_ledger.h"
#include "adapters/screen/board_links.h"
#include "adapters/screen/board_plan.h"
#include "adapters/screen/board_text.h"
#include "adapters/screen/boards.h"
#include "common/crypto/digest.h"
#include "common/json/release_json.h"

#include <filesystem>
#include <fstream>
#include <list>

namespace gulou {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Utc week_day{1'795'492'800'000};

class BoardsTest : public testing::Test {
 protected:
  BoardsTest() {
    std::string pattern = testing::TempDir() + "gulou_board_XXXXXX";
    dir_ = mkdtemp(pattern.data());
  }

  ~BoardsTest() override { std::filesystem::remove_all(dir_); }

  BoardLedger ledger() const {
    auto opened = BoardLedger::open(dir_);
    EXPECT_TRUE(opened) << describe(opened.error());
    return std::move(*opened);
  }

  ScreenItem& item(const std::string& id, uint32_t revision = 1) {
    Release release;
    release.id = id;
    release.revision = revision;
    release.kind = Kind::notice;
    release.title = "通知" + id;
    const Digest digest = sha256(id + std::to_string(revision));
    ScreenItem& made = content_.items["oa/" + id];
    made = {"oa/" + id, Seq{content_.items.size()}, digest, week_day, {}, release};
    return made;
  }

  static BoardEntry step(const ScreenItem& item, BoardStep step, const std::string& photo = {}) {
    return {.board = "longjing",
            .publication = item.publication,
            .revision = item.release.revision,
            .digest = item.digest,
            .title = item.release.title,
            .step = step,
            .at = week_day,
            .by = "board",
            .photo = photo};
  }

  BoardPlan plan(const BoardLedger& ledger, Utc now = week_day) const {
    return board_plan(board_, content_, ledger.sheets("longjing"), now);
  }

  std::string dir_;
  ScreenContent content_;
  Board board_{.id = "longjing", .place = "龙井村", .area = "990123101201"};
};

TEST_F(BoardsTest, ASecondTapIsTheFirstOneAgain) {
  BoardLedger one = ledger();
  const ScreenItem& flood = item("flood");

  EXPECT_TRUE(*one.add(step(flood, BoardStep::posted)));
  EXPECT_FALSE(*one.add(step(flood, BoardStep::posted)));
  EXPECT_FALSE(*one.add(step(flood, BoardStep::printed)));
  EXPECT_TRUE(*one.add(step(flood, BoardStep::posted, "aa")));  // the photo came later
  EXPECT_TRUE(*one.add(step(flood, BoardStep::down)));
  EXPECT_FALSE(*one.add(step(flood, BoardStep::down)));

  const BoardLedger again = ledger();
  ASSERT_THAT(again.sheets("longjing"), SizeIs(1));
  EXPECT_EQ(again.sheets("longjing").begin()->second.step, BoardStep::down);
  EXPECT_EQ(again.sheets("longjing").begin()->second.photo, "aa");
}

TEST_F(BoardsTest, TwoReadersOfALedgerSeeEachOther) {
  BoardLedger page = ledger(), adapter = ledger();

  ASSERT_TRUE(page.add(step(item("a"), BoardStep::posted)));
  ASSERT_TRUE(adapter.add(step(item("b"), BoardStep::posted)));
  ASSERT_TRUE(page.refresh());

  EXPECT_THAT(page.sheets("longjing"), SizeIs(2));
  EXPECT_THAT(adapter.sheets("longjing"), SizeIs(2));
}

TEST_F(BoardsTest, AnEndThatAPowerCutTookAwayIsNotBelievedAndHarmsNothing) {
  ASSERT_TRUE(ledger().add(step(item("a"), BoardStep::posted)));
  ASSERT_TRUE(ledger().add(step(item("b"), BoardStep::posted)));
  const std::string path = dir_ + "/board.log";
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 5);

  BoardLedger after = ledger();
  EXPECT_THAT(after.sheets("longjing"), SizeIs(1));
  EXPECT_TRUE(*after.add(step(item("c"), BoardStep::posted)));

  EXPECT_THAT(ledger().sheets("longjing"), SizeIs(2));
}

TEST_F(BoardsTest, WhatIsWithdrawnEndedOrReplacedComesDown) {
  BoardLedger book = ledger();
  item("stays");
  for (const char* id : {"stays", "gone", "ends", "changes"}) {
    ASSERT_TRUE(book.add(step(item(id), BoardStep::posted)));
  }
  ASSERT_TRUE(book.add(step(item("printed"), BoardStep::printed)));
  content_.items.erase("oa/gone");
  content_.items.erase("oa/printed");
  content_.items.at("oa/ends").release.expires = "2026-11-24T00:00:00Z";
  item("changes", 2);

  const BoardPlan now = plan(book);

  std::map<std::string, DownReason> down;
  for (const SheetDown& one : now.take_down) {
    down[one.sheet->publication] = one.reason;
  }
  EXPECT_THAT(down,
              ElementsAre(std::pair("oa/changes", DownReason::newer),
                          std::pair("oa/ends", DownReason::ended),
                          std::pair("oa/gone", DownReason::withdrawn),
                          std::pair("oa/printed", DownReason::withdrawn)));
  ASSERT_THAT(now.post, SizeIs(1));
  EXPECT_EQ(now.post[0]->release.revision, 2U);
  ASSERT_THAT(now.hanging, SizeIs(1));
  EXPECT_EQ(now.hanging[0].item->publication, "oa/stays");
}

TEST_F(BoardsTest, ABoardTakesWhatIsMeantForItsArea) {
  Release release = item("a").release;
  EXPECT_TRUE(board_takes(board_, release));
  release.audience = {"990123101000"};
  EXPECT_TRUE(board_takes(board_, release));
  release.audience = {"990123102000", "group:60+"};
  EXPECT_FALSE(board_takes(board_, release));
  release.audience = {};
  release.kind = Kind::news;
  EXPECT_FALSE(board_takes(board_, release));
  release.priority = Priority::urgent;
  EXPECT_TRUE(board_takes(board_, release));
  board_.columns = {"gsgg"};
  EXPECT_FALSE(board_takes(board_, release));
}

TEST(AreaTest, CodesHoldWhatLiesBelowThem) {
  EXPECT_TRUE(area_holds("990123000000", "990123101201"));
  EXPECT_TRUE(area_holds("990123101000", "990123101201"));
  EXPECT_TRUE(area_holds("990123101201", "990123101201"));
  EXPECT_FALSE(area_holds("990123102000", "990123101201"));
  EXPECT_FALSE(area_holds("990123101201", "990123101000"));
}

TEST(WeekTest, IsThatOfTheCalendarInChina) {
  const auto week = [](const char* at) { return iso_week(*parse_utc(at)); };
  EXPECT_EQ(week("2026-11-28T15:00:00Z"), "2026-W48");
  EXPECT_EQ(week("2026-11-29T15:59:59Z"), "2026-W48");
  EXPECT_EQ(week("2026-11-29T16:00:00Z"), "2026-W49");  // Monday there
  EXPECT_EQ(week("2027-01-01T00:00:00Z"), "2026-W53");
  EXPECT_EQ(week("2024-12-30T00:00:00Z"), "2025-W01");
}

TEST_F(BoardsTest, ALinkIsWorthItsSecretUntilItIsRevoked) {
  const auto links = BoardLinks::open(dir_);
  ASSERT_TRUE(links) << describe(links.error());
  const std::string secret = *links->secret_of("b/longjing");

  EXPECT_THAT(secret, SizeIs(32));
  EXPECT_TRUE(links->holds("b/longjing", secret));
  EXPECT_FALSE(links->holds("b/shiqiao", secret));
  EXPECT_FALSE(links->holds("a/longjing", secret));
  EXPECT_TRUE(BoardLinks::open(dir_)->holds("b/longjing", secret));
  ASSERT_TRUE(links->revoke("b/longjing"));
  EXPECT_FALSE(links->holds("b/longjing", secret));
  EXPECT_TRUE(links->holds("b/longjing", *links->secret_of("b/longjing")));
}

TEST(OfficialBlocksTest, KeepOrderListsAndMergedCells) {
  const auto blocks = official_blocks(
      "<p>一、总体要求</p><p>正文。<br>又一行。</p><ol><li>甲</li><li>乙</li></ol>"
      "<table><thead><tr><th>区</th><th colspan=\"2\">数</th></tr></thead><tbody>"
      "<tr><td "
      "rowspan=\"2\">东</td><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></tbody></table>",
      [](const Digest&) { return std::string(); });

  ASSERT_THAT(blocks, SizeIs(6));
  EXPECT_EQ(std::get<OfficialText>(blocks[0]).form, OfficialText::Form::heading);
  EXPECT_EQ(std::get<OfficialText>(blocks[2]).text, "又一行。");
  EXPECT_EQ(std::get<OfficialText>(blocks[4]).text, "2. 乙");
  const auto& table = std::get<OfficialTable>(blocks[5]);
  EXPECT_EQ(table.head_rows, 1U);
  EXPECT_THAT(
      table.rows,
      ElementsAre(
          ElementsAre("区", "数", ""), ElementsAre("东", "1", "2"), ElementsAre("", "3", "4")));
}

}  // namespace
}  // namespace gulou
