#include "broker/cli/import_text.h"

#include <gtest/gtest.h>

namespace gulou::cli {
namespace {

TEST(ImportTextTest, PromulgationGivesDateAndNumber) {
  const ImportedText text = read_imported(
      "# 中华人民共和国中医药条例\n\n2003年4月2日 国务院第3次常务会议通过\n\n"
      "2003年4月7日 中华人民共和国国务院令第374号公布\n\n2003年10月1日 施行\n\n"
      "<!-- INFO END -->\n\n## 第一章 总则\n\n第一条 为了……，制定本条例。",
      "中医药条例(2003-04-07).md");

  EXPECT_EQ(text.title, "中华人民共和国中医药条例");
  EXPECT_EQ(text.written_on, "2003-04-07");
  EXPECT_EQ(text.effective_on, "2003-10-01");
  EXPECT_EQ(text.doc_no, "国务院令第374号");
  EXPECT_EQ(text.body.find("INFO END"), std::string::npos);
  EXPECT_TRUE(text.body.starts_with("2003年4月2日 国务院第3次常务会议通过"));
  EXPECT_TRUE(text.body.ends_with("第一条 为了……，制定本条例。"));
}

TEST(ImportTextTest, LaterAmendmentsChangeNeitherDateNorNumber) {
  const ImportedText text = read_imported(
      "# 旅行社条例\n\n2009年2月20日 中华人民共和国国务院令第550号公布\n\n"
      "2016年2月6日 《国务院关于修改部分行政法规的决定》第一次修订　\n\n"
      "2020年11月29日 中华人民共和国国务院令第732号第二次修订）\n\n<!-- INFO END -->\n\n正文",
      "旅行社条例(2020-11-29).md");

  EXPECT_EQ(text.written_on, "2009-02-20");
  EXPECT_EQ(text.doc_no, "国务院令第550号");
}

TEST(ImportTextTest, JointIssuersStandInTheNumber) {
  const ImportedText text = read_imported(
      "# 条例\n\n2000年1月2日 中华人民共和国国务院、中华人民共和国中央军事委员会令第277号发布　\n\n"
      "<!-- INFO END -->\n\n正文",
      "a.md");

  EXPECT_EQ(text.doc_no, "国务院、中央军事委员会令第277号");
}

TEST(ImportTextTest, ANumberWithoutItsIssuerIsNone) {
  const ImportedText text =
      read_imported("# 办法\n\n1990年5月1日 令第3号发布\n\n<!-- INFO END -->\n\n正文", "a.md");

  EXPECT_EQ(text.written_on, "1990-05-01");
  EXPECT_EQ(text.doc_no, "");
}

TEST(ImportTextTest, PromulgationGoesBeforeApproval) {
  const ImportedText text = read_imported(
      "# 规定\n\n1986年12月3日 国务院批准　\n\n1986年12月25日 公安部公布\n\n<!-- INFO END "
      "-->\n\n正文",
      "a.md");

  EXPECT_EQ(text.written_on, "1986-12-25");
  EXPECT_EQ(text.doc_no, "");
}

TEST(ImportTextTest, WithoutPromulgationTheFirstDateCounts) {
  const ImportedText text =
      read_imported("# 规定\n\n1982年8月30日 国务院批准\n\n<!-- INFO END -->\n\n正文", "a.md");

  EXPECT_EQ(text.written_on, "1982-08-30");
}

TEST(ImportTextTest, WithoutAnyDateTheNameOfTheFileIsAsked) {
  const ImportedText text = read_imported(
      "# 条例\n\n<!-- INFO END -->\n\n第一条 2024年1月1日起施行。", "条例(2025-01-13).md");

  EXPECT_EQ(text.written_on, "2025-01-13");
  EXPECT_EQ(text.body, "第一条 2024年1月1日起施行。");
}

TEST(ImportTextTest, WithoutTheMarkOnlyLeadingLinesWithDatesCount) {
  const ImportedText text = read_imported(
      "# 条例\n\n2001年3月4日 国务院令第9号公布\n\n第一条 正文。\n\n2002年1月1日 "
      "国务院令第10号公布",
      "a.md");

  EXPECT_EQ(text.written_on, "2001-03-04");
  EXPECT_EQ(text.doc_no, "国务院令第9号");
}

TEST(ImportTextTest, DatesThatDoNotExistAreNone) {
  const ImportedText text = read_imported(
      "# 条例\n\n2001年13月41日 国务院令第9号公布\n\n<!-- INFO END -->\n\n正文", "a.md");

  EXPECT_EQ(text.written_on, "");
}

}  // namespace
}  // namespace gulou::cli
