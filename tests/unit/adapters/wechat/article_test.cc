// What an article says, and what is never cut to fit.
#include "adapters/wechat/article.h"

#include "adapters/wechat/limits.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

sdk::Part wechat_part(std::string title = "停水通知") {
  sdk::Part made;
  made.release.title = std::move(title);
  made.release.issuer.name = "县水务局";
  made.release.summary = "春山路停水。";
  made.release.body = {BodyFormat::text, "春山路停水一天。"};
  made.portal_url = "http://a.cn/1.html";
  return made;
}

std::string times(size_t count, std::string_view one = "关") {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text += one;
  }
  return text;
}

Result<WechatArticle> made(const sdk::Part& part, bool single = true) {
  return wechat_article(part, "", single, [](std::string_view name) {
    return "http://mmbiz.qpic.cn/" + std::string(name);
  });
}

std::string refusal(const Result<WechatArticle>& article) {
  return article ? "" : article.error().reason;
}

TEST(WechatArticleTest, SaysWhatTheReleaseSaysAndLeadsToThePortal) {
  const auto article = made(wechat_part());

  ASSERT_TRUE(article);
  EXPECT_EQ(article->title, "停水通知");
  EXPECT_EQ(article->author, "县水务局");
  EXPECT_EQ(article->digest, "春山路停水。");
  EXPECT_EQ(article->source_url, "http://a.cn/1.html");
  EXPECT_NE(article->content.find("<p>春山路停水一天。</p>"), std::string::npos);
}

TEST(WechatArticleTest, ThirtyTwoCharactersAreATitleAndOneMoreNeedsAShortOne) {
  EXPECT_TRUE(made(wechat_part(times(32))));
  sdk::Part part = wechat_part(times(33));
  EXPECT_EQ(refusal(made(part)), "wechat_title_too_long");
  part.release.short_title = "停水";
  EXPECT_EQ(made(part)->title, "停水");
}

TEST(WechatArticleTest, DrillSaysSoAndItsWordsCount) {
  sdk::Part part = wechat_part(times(29));
  part.release.test = true;
  EXPECT_EQ(refusal(made(part)), "wechat_title_too_long");
}

TEST(WechatArticleTest, MessageOfSeveralHasNoDigest) {
  EXPECT_EQ(made(wechat_part(), false)->digest, "");
}

TEST(WechatArticleTest, AuthorThatIsTooLongIsLeftOutAndStandsInTheBody) {
  sdk::Part part = wechat_part();
  part.release.issuer.name = times(17);
  const auto article = made(part);
  EXPECT_EQ(article->author, "");
  EXPECT_NE(article->content.find(times(17)), std::string::npos);
}

TEST(WechatArticleTest, BodyThatIsTooLongIsNotCut) {
  sdk::Part part = wechat_part();
  part.release.body.content = times(limits::wechat_content_chars_max);
  EXPECT_EQ(refusal(made(part)), "wechat_content_too_long");
}

TEST(WechatArticleTest, WithoutThePortalThereIsNoArticle) {
  sdk::Part part = wechat_part();
  part.portal_url.clear();
  EXPECT_EQ(refusal(made(part)), "wechat_needs_portal");
}

TEST(WechatArticleTest, PicturesAreThoseOfThePlatformAndFilesAreNamed) {
  sdk::Part part = wechat_part();
  part.release.body = {BodyFormat::html,
                       "<p>a</p><p><img src=\"attachment:map.png\" alt=\"图\"></p>"};
  part.release.attachments = {
      {.name = "map.png", .display_name = "图", .media_type = "image/png", .size_bytes = 9},
      {.name = "form.pdf", .display_name = "申请表", .media_type = "application/pdf"},
      {.name = "plan.pdf", .display_name = "方案", .media_type = "x", .is_private = true}};

  const auto article = made(part);

  ASSERT_TRUE(article);
  EXPECT_NE(article->content.find("src=\"http://mmbiz.qpic.cn/map.png\""), std::string::npos);
  EXPECT_NE(article->content.find("附件：申请表"), std::string::npos);
  EXPECT_EQ(article->content.find("方案"), std::string::npos);
  ASSERT_EQ(body_pictures(part.release)->size(), 1U);
  EXPECT_EQ(cover_picture(part.release)->name, "map.png");
}

TEST(WechatArticleTest, PictureThePlatformRefusesIsFoundBeforeAnythingIsSent) {
  sdk::Part part = wechat_part();
  part.release.body = {BodyFormat::html, "<p><img src=\"attachment:a.png\" alt=\"图\"></p>"};
  part.release.attachments = {{.name = "a.png",
                               .media_type = "image/png",
                               .size_bytes = limits::wechat_picture_bytes_max + 1}};
  EXPECT_EQ(body_pictures(part.release).error().reason, "wechat_picture_unfit");
}

TEST(WechatArticleTest, CoverIsDrawnWhereTheReleaseHasNoPicture) {
  EXPECT_EQ(cover_picture(wechat_part().release), nullptr);
  EXPECT_TRUE(drawn_cover(wechat_part().release)->starts_with("\x89PNG"));
}

}  // namespace
}  // namespace gulou
