// What a post says, and what is never cut to fit.
#include "adapters/weibo/adapter.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

sdk::Part part(std::string title, std::string short_title = {}) {
  sdk::Part made;
  made.release.title = std::move(title);
  made.release.short_title = std::move(short_title);
  made.portal_url = "http://a.cn/1.html";  // 18 ASCII characters
  return made;
}

std::string chinese(size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text += "关";
  }
  return text;
}

std::string reason(const Result<std::string>& text) {
  return text ? "" : text.error().reason;
}

TEST(WeiboTextTest, TitleAndAddressStandWhereTheTemplateSays) {
  sdk::Part made = part("停水通知");
  made.release.issuer.name = "县水务局";
  EXPECT_EQ(weibo_text("【{issuer}】{title} 详见 {url}", made),
            "【县水务局】停水通知 详见 http://a.cn/1.html");
}

TEST(WeiboTextTest, OneHundredAndFortyCharactersFitAndOneMoreDoesNot) {
  // 130 Chinese ones, a space and 18 of the address: 130 + 19 / 2 rounded up = 140.
  EXPECT_TRUE(weibo_text("{title} {url}", part(chinese(130))));
  EXPECT_EQ(reason(weibo_text("{title} {url}", part(chinese(131)))), "weibo_text_too_long");
}

TEST(WeiboTextTest, ShortTitleStandsInForOneThatIsTooLong) {
  EXPECT_EQ(weibo_text("{title} {url}", part(chinese(131), "停水")), "停水 http://a.cn/1.html");
}

TEST(WeiboTextTest, WithoutAnAddressOrWithATopicNothingIsPosted) {
  sdk::Part made = part("停水");
  made.portal_url.clear();
  EXPECT_EQ(reason(weibo_text("{title} {url}", made)), "weibo_needs_portal");
  EXPECT_EQ(reason(weibo_text("{title} {url}", part("#停水# 通知"))), "weibo_topic");
}

TEST(WeiboTextTest, DrillSaysThatItIsOne) {
  sdk::Part made = part("停水");
  made.release.test = true;
  EXPECT_EQ(weibo_text("{title} {url}", made), "【演练】停水 http://a.cn/1.html");
}

}  // namespace
}  // namespace gulou
