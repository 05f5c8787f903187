#include "adapters/portal/read_back.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

TEST(ReadBackTest, OnlyLettersDigitsAndChineseCharactersCount) {
  EXPECT_EQ(essence("关于 “十四五”——规划（2026）的 Notice！"), "关于十四五规划2026的notice");
  EXPECT_EQ(essence("𠮷䶮é"), "𠮷䶮é");
}

TEST(ReadBackTest, WhatAnotherSystemDoesToMarkupMakesNoDifference) {
  const std::string page =
      "<html><head><title>别的标题</title></head><body><script>var a = '脚本';</script>"
      "<style>p { color: 红 }</style><h1>关于&#8220;十四五&#8221;&#x89c4;划&amp;的\n通知</h1>"
      "<p>第<b>一</b>段&nbsp;。</p></body></html>";

  EXPECT_EQ(page_essence(page), "关于十四五规划的通知第一段");
}

TEST(ReadBackTest, BrokenMarkupEnds) {
  EXPECT_EQ(page_essence("甲<script>乙"), "甲");
  EXPECT_EQ(page_essence("甲<"), "甲");
  EXPECT_EQ(page_essence("甲&乙;丙&#99999999;"), "甲丙");
  EXPECT_EQ(page_essence("甲 & 乙"), "甲乙");
}

TEST(ReadBackTest, TheMarkIsTheBeginningOfWhatTheReleaseSays) {
  Release release;
  release.body = {BodyFormat::markdown,
                  "短。\n\n11月30日8时至18时，春山路停水，请提前储水。另行通知。"};
  EXPECT_EQ(body_mark(release), "11月30日8时至18时春山路停水请提前储水另行通知");
  release.body = {BodyFormat::text, std::string()};
  for (int i = 0; i < 50; ++i) {
    release.body.content += "水";
  }
  EXPECT_EQ(body_mark(release).size(), 40 * std::string_view("水").size());
  release.body.content.clear();
  release.service_guide = ServiceGuidePart{.conditions = "本县户籍居民"};
  release.body.content = "津贴标准";
  EXPECT_EQ(body_mark(release), "本县户籍居民");
}

}  // namespace
}  // namespace gulou
