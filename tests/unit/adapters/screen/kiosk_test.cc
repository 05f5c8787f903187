#include "adapters/screen/kiosk.h"

#include "adapters/screen/initials.h"
#include "common/json/value.h"

namespace gulou {
namespace {

using testing::ElementsAre;

constexpr Utc list_time{1'795'492'800'000};  // 2026-11-24T12:00:00+08:00

class KioskTest : public testing::Test {
 protected:
  Release& add(std::string title, Kind kind = Kind::notice) {
    ScreenItem item;
    item.publication = "oa/" + title;
    item.seq = Seq{content_.items.size() + 1};
    item.published_on = Utc{list_time.ms - 1000 + static_cast<int64_t>(content_.items.size())};
    item.release.title = std::move(title);
    item.release.kind = kind;
    std::string publication = item.publication;
    return content_.items.insert_or_assign(std::move(publication), std::move(item))
        .first->second.release;
  }

  JsonValue list(Utc now = list_time) {
    auto value =
        JsonValue::parse(kiosk_list_json(content_, "政务服务中心", false, Language::zh, now));
    EXPECT_TRUE(value) << describe(value.error());
    return *value;
  }

  std::vector<std::string> titles(Utc now = list_time) {
    std::vector<std::string> titles;
    const JsonValue shown = list(now);
    for (const JsonValue& item : shown.items("items")) {
      titles.emplace_back(item.text("title"));
    }
    return titles;
  }

  ScreenContent content_;
};

TEST_F(KioskTest, EverythingInForceCanBeLookedUpImportsToo) {
  add("政策", Kind::policy_document);
  add("旧闻", Kind::news).imported = Imported{"旧网站", "2019-01-01"};
  add("过期").expires = "2026-11-24T03:00:00Z";
  add("演练").test = true;

  EXPECT_THAT(titles(), ElementsAre("旧闻", "政策"));
}

TEST_F(KioskTest, UrgentOnesStandFirst) {
  add("台风").priority = Priority::urgent;
  add("停水");

  EXPECT_THAT(titles(), ElementsAre("台风", "停水"));
}

TEST_F(KioskTest, TheListCarriesWhatSearchingNeeds) {
  Release& guide = add("高龄津贴申领", Kind::service_guide);
  guide.keywords = {"老年人"};
  guide.service_guide = ServiceGuidePart{};
  guide.service_guide->materials = "身份证";

  const JsonValue item = list().items("items")[0];

  EXPECT_EQ(item.text("initials"), "gljtsl");
  EXPECT_EQ(item.text("keywords[0]"), "老年人");
  EXPECT_EQ(item.text("text"), "身份证");
}

TEST_F(KioskTest, AnItemShowsItsElementsAndNoPrivateAttachment) {
  Release& guide = add("高龄津贴申领", Kind::service_guide);
  guide.service_guide = ServiceGuidePart{};
  guide.service_guide->materials = "身份证";
  guide.attachments = {{"form.pdf", "申请表", "application/pdf", 9, {}, "", false},
                       {"plan.pdf", "解读方案", "application/pdf", 9, {}, "", true}};

  const auto item = JsonValue::parse(
      kiosk_item_json(content_.items.begin()->second, "http://127.0.0.1:8080", Language::en));

  ASSERT_TRUE(item);
  EXPECT_EQ(item->text("elements[0].name"), "Materials");
  EXPECT_EQ(item->items("attachments").size(), 1U);
  EXPECT_EQ(item->text("attachments[0].name"), "申请表");
  EXPECT_NE(item->text("qr"), "");
}

TEST(InitialsTest, CharactersLettersAndDigitsInOrder) {
  EXPECT_EQ(pinyin_initials("关于停水（A3区）的通知"), "gytsa3qdtz");
  EXPECT_EQ(pinyin_initials("《》，。"), "");
}

}  // namespace
}  // namespace gulou
