#include "broker/cli/table.h"

#include "broker/cli/shell.h"

#include <gtest/gtest.h>

namespace gulou::cli {
namespace {

TEST(TableTest, ChineseTakesTwoColumns) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("鼓楼"), 4U);
  EXPECT_EQ(display_width("䶮堃"), 4U);
  EXPECT_EQ(display_width("𠀀"), 2U);
  EXPECT_EQ(display_width("（1）"), 5U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width(""), 0U);
}

TEST(TableTest, CutsWholeCharactersAndSaysSo) {
  EXPECT_EQ(clipped("鼓楼广场", 8), "鼓楼广场");
  EXPECT_EQ(clipped("鼓楼广场", 7), "鼓楼广…");
  EXPECT_EQ(clipped("鼓楼广场", 6), "鼓楼…");
  EXPECT_EQ(clipped("abcdef", 4), "abc…");
}

TEST(TableTest, ColumnsLineUp) {
  Table table({"渠道", "state"});
  table.add({"portal", "已发布"});
  table.add({"大厅", "ok"});

  EXPECT_EQ(table.text(), "渠道    state\nportal  已发布\n大厅    ok");
}

TEST(TableTest, TheLastColumnIsNeverCut) {
  Table table({});
  table.add({"aaaaaaaaaa", "bbbbbbbbbb"});

  EXPECT_EQ(table.text(5, "> "), "> aaaa…  bbbbbbbbbb");
}

TEST(TableTest, NothingOfOthersSteersTheTerminal) {
  Table table({});
  table.add({"a\033[2Jb\nc", "d\u009b2J\te"});

  EXPECT_EQ(table.text(), "a [2Jb c  d  2J e");
  EXPECT_EQ(without_controls("\033]0;x\007一\n二"), " ]0;x 一\n二");
}

TEST(TableTest, SizesAreReadable) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(1023), "1023 B");
  EXPECT_EQ(size_text(1536), "1.5 KiB");
  EXPECT_EQ(size_text(200ULL * 1024 * 1024), "200 MiB");
}

TEST(TableTest, TimesAreLocal) {
  EXPECT_EQ(local_time("2026-11-24T05:07:09Z"), "2026-11-24 13:07");
  EXPECT_EQ(local_time(""), "");
}

}  // namespace
}  // namespace gulou::cli
