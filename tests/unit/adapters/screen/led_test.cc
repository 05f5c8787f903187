#include "adapters/screen/led.h"

namespace gulou {
namespace {

class LedTest : public testing::Test {
 protected:
  void add(std::string title, Priority priority = Priority::normal, std::string summary = {}) {
    ScreenItem item;
    item.publication = "oa/" + std::to_string(items_.size());
    item.published_on = Utc{1'795'492'800'000 - static_cast<int64_t>(items_.size())};
    item.release.kind = Kind::notice;
    item.release.title = std::move(title);
    item.release.summary = std::move(summary);
    item.release.priority = priority;
    item.release.issuer.name = "水务局";
    items_.emplace(item.publication, std::move(item));
  }

  std::string text(size_t width) {
    return led_text(playlist(items_, {}, Utc{1'795'492'900'000}), width);
  }

  std::map<std::string, ScreenItem, std::less<>> items_;
};

TEST_F(LedTest, EachItemIsALineWithItsIssuerAndDate) {
  add("停水通知");
  add("停电通知");

  EXPECT_EQ(text(0), "停水通知（水务局 2026-11-24）\n停电通知（水务局 2026-11-24）\n");
}

TEST_F(LedTest, UrgentOnesSayWhatHappens) {
  add("暴雨红色预警", Priority::urgent, "请立即转移");

  EXPECT_EQ(text(0), "【紧急】暴雨红色预警：请立即转移（水务局 2026-11-24）\n");
}

TEST_F(LedTest, LinesKeepToTheWidthAndNothingIsCut) {
  add("关于春山路停水的通知");

  EXPECT_EQ(text(16), "关于春山路停水的\n通知（水务局 202\n6-11-24）\n");
}

TEST_F(LedTest, APunctuationMarkDoesNotBeginALine) {
  add("停水，停电");

  EXPECT_EQ(text(4).substr(0, 10), "停水，\n");
}

TEST_F(LedTest, NothingToShowIsAnEmptyText) {
  EXPECT_EQ(text(16), "");
}

}  // namespace
}  // namespace gulou
