#include "adapters/sdk/content.h"

#include <gtest/gtest.h>

namespace gulou::sdk {
namespace {

std::vector<std::string_view> keys_of(const std::vector<Particular>& particulars) {
  std::vector<std::string_view> keys;
  for (const Particular& particular : particulars) {
    keys.push_back(particular.key);
  }
  return keys;
}

TEST(ContentTest, EveryFormatOfABodyBecomesHtml) {
  EXPECT_EQ(*content_html({BodyFormat::text, "一行\n二行"}), "<p>一行</p>\n<p>二行</p>\n");
  EXPECT_EQ(*content_html({BodyFormat::html, "<p>已核</p>"}), "<p>已核</p>");
  EXPECT_NE(content_html({BodyFormat::markdown, "## 目录"})->find("<h2>目录</h2>"),
            std::string::npos);
  EXPECT_EQ(*content_html({BodyFormat::none, ""}), "");
}

TEST(ContentTest, GuideElementsComeInTheOrderOfTheGuideline) {
  Release release;
  EXPECT_TRUE(guide_elements(release).empty());
  release.service_guide = ServiceGuidePart{.legal_basis = "《条例》第一条",
                                           .conditions = "年满十八周岁",
                                           .materials = "申请表",
                                           .procedure = "申请、受理、办结",
                                           .time_limit = "五个工作日",
                                           .fees = "不收费",
                                           .office_place_hours = "一楼三号窗口",
                                           .phone = "12345"};
  const std::vector<std::string_view> order{"legal_basis",
                                            "conditions",
                                            "materials",
                                            "procedure",
                                            "time_limit",
                                            "fees",
                                            "office_place_hours",
                                            "phone"};
  EXPECT_EQ(keys_of(guide_elements(release)), order);
  release.service_guide->fees.clear();
  EXPECT_EQ(guide_elements(release).size(), 7U);
}

TEST(ContentTest, WhatStandsBesideTheBodyIsSaidWithItsLabel) {
  Release release;
  release.public_notice =
      PublicNoticePart{.period_from = "2026-03-01", .period_to = "2026-03-07", .feedback = "12345"};
  release.reply = ReplyPart{.question = "何时通水？", .answer = "本月底。"};
  const std::vector<Particular> all = particulars(release);
  EXPECT_EQ(keys_of(all),
            (std::vector<std::string_view>{"period", "feedback", "question", "answer"}));
  EXPECT_EQ(all.front().text, "2026-03-01 至 2026-03-07");
  EXPECT_EQ(label("period"), "公示期");
}

TEST(ContentTest, DrillsAndInvalidDocumentsSaySo) {
  Release release;
  EXPECT_EQ(marked_title(release, "通知"), "通知");
  release.test = true;
  EXPECT_EQ(marked_title(release, "通知"), "【演练】通知");
  EXPECT_EQ(invalid_note(""), "本文件已失效。");
  EXPECT_EQ(invalid_note("已由新办法代替。"), "已由新办法代替。");
}

}  // namespace
}  // namespace gulou::sdk
