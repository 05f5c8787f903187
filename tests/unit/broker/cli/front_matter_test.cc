#include "broker/cli/front_matter.h"

#include "common/model/checks.h"

#include <gtest/gtest.h>

namespace gulou::cli {
namespace {

TEST(FrontMatterTest, FieldsAndBodyArePartedByTheLinesOfPlusSigns) {
  const auto file = split_front_matter("+++\ntitle = \"通告\"\n+++\n\n正文\n\n第二段\n", "a.md");

  ASSERT_TRUE(file);
  EXPECT_EQ(file->fields, "\ntitle = \"通告\"\n");
  EXPECT_EQ(file->body, "正文\n\n第二段");
}

TEST(FrontMatterTest, ATextWithoutItIsAllBody) {
  const auto file = split_front_matter("# 标题\n\n正文 +++ 正文\n", "a.md");

  ASSERT_TRUE(file);
  EXPECT_EQ(file->fields, "");
  EXPECT_EQ(file->body, "# 标题\n\n正文 +++ 正文");
}

TEST(FrontMatterTest, WindowsLineEndsAndByteOrderMarkAreNoObstacle) {
  const auto file =
      split_front_matter("\xEF\xBB\xBF+++\r\nkind = \"news\"\r\n+++ \r\n正文\r\n", "a.md");

  ASSERT_TRUE(file);
  EXPECT_EQ(file->fields, "\nkind = \"news\"\n");
  EXPECT_EQ(file->body, "正文");
}

TEST(FrontMatterTest, OneThatIsNeverClosedIsRefusedByName) {
  const auto file = split_front_matter("+++\ntitle = \"通告\"\n正文\n", "a.md");

  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().reason, "front_matter_open");
  EXPECT_EQ(file.error().field, "a.md");
}

TEST(FrontMatterTest, ShortTextsAreHandled) {
  EXPECT_TRUE(split_front_matter("", "a.md"));
  EXPECT_FALSE(split_front_matter("+++", "a.md"));
  EXPECT_FALSE(split_front_matter("+++\n", "a.md"));
  const auto empty = split_front_matter("+++\n+++", "a.md");
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->fields, "\n");
  EXPECT_EQ(empty->body, "");
}

TEST(FrontMatterTest, TheFirstHeadingIsTakenOut) {
  std::string body = "# 关于春山路的通告\n\n正文";
  std::string only = "# 标题";
  std::string none = "## 小标题\n正文";

  EXPECT_EQ(take_heading(body), "关于春山路的通告");
  EXPECT_EQ(body, "正文");
  EXPECT_EQ(take_heading(only), "标题");
  EXPECT_EQ(only, "");
  EXPECT_EQ(take_heading(none), "");
  EXPECT_EQ(none, "## 小标题\n正文");
}

TEST(FrontMatterTest, AnIdComesFromTheNameOfTheFileAndStaysTheSame) {
  EXPECT_EQ(id_of_file("road-notice.md"), "road-notice");
  EXPECT_EQ(id_of_file("road notice 3.md"), "road-notice-3");
  const std::string chinese = id_of_file("不动产登记暂行条例(2019-03-24).md");
  EXPECT_EQ(chinese.size(), 19U);
  EXPECT_TRUE(chinese.starts_with("md-"));
  EXPECT_TRUE(is_id(chinese));
  EXPECT_EQ(chinese, id_of_file("不动产登记暂行条例(2019-03-24).md"));
  EXPECT_NE(chinese, id_of_file("不动产登记暂行条例(2024-03-10).md"));
}

}  // namespace
}  // namespace gulou::cli
