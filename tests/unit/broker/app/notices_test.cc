#include "broker/app/notices.h"

#include "broker/app/notify_ways.h"
#include "common/base/limits.h"
#include "common/text/catalogue.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gulou {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t minute_ms = 60'000;
constexpr int64_t hour_ms = 60 * minute_ms;
// Tuesday 2026-11-24, 14:00 in Shanghai.
constexpr Utc noon{1'795'500'000'000};

Attention parked(const std::string& channel = "wechat") {
  return {.code = "delivery_parked",
          .since = {noon.ms - hour_ms},
          .count = 3,
          .channel = channel,
          .args = {channel, "3"},
          .who = "who_operator",
          .command = "gulou delivery list --parked --channel " + channel};
}

Attention takedown(const std::string& code) {
  return {.code = code, .since = noon, .count = 1, .args = {"12", "1", "weibo"}};
}

// Two people, no rules, no waiting; the test changes settings before it looks.
class NoticesTest : public testing::Test {
 protected:
  NoticesTest() {
    settings.after_ms = 0;
    settings.ways = {{.id = "hook"}};
    settings.people = {{.name = "张三", .ways = {"hook"}, .units = {"zfb"}},
                       {.name = "李四", .ways = {"hook"}, .channels = {"wechat"}}};
    county.columns["tzgg"] = {.id = "tzgg", .responsible_unit = "zfb"};
  }

  // What is due now; all of it is sent and becomes durable.
  std::vector<NoticeSent> look(const std::vector<Attention>& present) {
    std::vector<NoticeSent> sent;
    for (const Notice& notice : due(present)) {
      notices.sent(notice);
      sent.push_back(notice.record);
      std::erase_if(told, [&](const NoticeSent& row) { return row.cause == notice.record.cause; });
      if (notice.record.state == NoticeState::raised) {
        told.push_back(notice.record);
      }
    }
    return sent;
  }

  std::vector<Notice> due(const std::vector<Attention>& present) {
    concerns.clear();
    for (const Attention& what : present) {
      concerns.push_back({what, columns});
    }
    return notices.due(concerns, told, now);
  }

  void pass(int64_t ms) {
    now.mono.ms += ms;
    now.utc.ms += ms;
  }

  static std::vector<std::string> causes(const std::vector<NoticeSent>& sent) {
    std::vector<std::string> list;
    for (const NoticeSent& one : sent) {
      list.push_back(one.cause);
    }
    return list;
  }

  NotifySettings settings;
  CountySettings county;
  std::vector<Concern> concerns;
  std::vector<std::string> columns;
  std::vector<NoticeSent> told;
  Now now{{1000}, noon};
  Notices notices{settings, county};
};

TEST_F(NoticesTest, EachPersonHearsOfACauseOnceAndAgainAfterATime) {
  settings.repeat_ms = hour_ms;

  EXPECT_THAT(causes(look({parked()})),
              ElementsAre("delivery_parked/wechat/张三", "delivery_parked/wechat/李四"));
  pass(hour_ms - 1);
  EXPECT_THAT(look({parked()}), IsEmpty());
  pass(1);
  const auto again = look({parked()});

  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again.front().times, 2U);
  EXPECT_EQ(again.front().since, parked().since);
  EXPECT_EQ(again.front().at, now.utc);
}

TEST_F(NoticesTest, AnOverdueInterpretationIsToldToWhoeverAnswersForItsColumn) {
  settings.rules = {{.causes = {"interpretation_overdue"}, .by = {"unit"}}};
  columns = {"tzgg"};
  const Attention overdue{.code = "interpretation_overdue",
                          .since = noon,
                          .count = 2,
                          .args = {"12", "2026-11-20", "2"}};

  EXPECT_TRUE(notices.wants_columns());
  EXPECT_THAT(causes(look({overdue})), ElementsAre("interpretation_overdue/#12/张三"));
}

TEST_F(NoticesTest, ARestartChangesNothingForThoseWhoWereTold) {
  look({parked()});
  pass(minute_ms);
  Notices after_restart{settings, county};
  concerns = {{parked(), {}}};

  EXPECT_TRUE(after_restart.due(concerns, told, {{5}, now.utc}).empty());
}

TEST_F(NoticesTest, WhenItIsOverThatIsSaidOnce) {
  look({parked(), parked("weibo")});
  pass(minute_ms);

  const auto over = look({parked("weibo")});

  ASSERT_THAT(causes(over),
              ElementsAre("delivery_parked/wechat/张三", "delivery_parked/wechat/李四"));
  EXPECT_EQ(over.front().state, NoticeState::recovered);
  pass(minute_ms);
  EXPECT_THAT(look({parked("weibo")}), IsEmpty());
}

TEST_F(NoticesTest, ItMustLastAndBeOverForAWhile) {
  settings.after_ms = minute_ms;

  EXPECT_THAT(look({parked()}), IsEmpty());
  pass(minute_ms - 1);
  EXPECT_THAT(look({parked()}), IsEmpty());
  EXPECT_THAT(look({}), IsEmpty());  // gone for a moment: it begins anew
  pass(1);
  EXPECT_THAT(look({parked()}), IsEmpty());
  pass(minute_ms);
  EXPECT_EQ(look({parked()}).size(), 2U);

  EXPECT_THAT(look({}), IsEmpty());
  pass(minute_ms - 1);
  EXPECT_THAT(look({parked()}), IsEmpty());  // back: nobody hears that it was away
  EXPECT_THAT(look({}), IsEmpty());
  pass(minute_ms);
  EXPECT_EQ(look({}).size(), 2U);
}

TEST_F(NoticesTest, WhatWasNotSentIsTriedAgainMoreAndMoreRarely) {
  settings.people.resize(1);
  const auto fails_now = [&] {
    const auto list = due({parked()});
    if (!list.empty()) {
      notices.failed(list.front(), now);
    }
    return !list.empty();
  };

  EXPECT_TRUE(fails_now());
  pass(limits::notice_retry_ms_first - 1);
  EXPECT_FALSE(fails_now());
  pass(1);
  EXPECT_TRUE(fails_now());
  pass(2 * limits::notice_retry_ms_first - 1);
  EXPECT_FALSE(fails_now());
  pass(1);
  EXPECT_EQ(due({parked()}).front().failures, 2U);
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(fails_now());
    pass(limits::notice_retry_ms_max);
  }
  EXPECT_EQ(look({parked()}).size(), 1U);
  pass(1);
  EXPECT_TRUE(look({parked()}).empty());
}

TEST_F(NoticesTest, QuietHoursHoldBackAllButWhatIsGrave) {
  settings.quiet_from = "22:00";
  settings.quiet_to = "07:00";
  now.utc = {noon.ms + 9 * hour_ms};  // 23:00

  EXPECT_EQ(causes(look({parked(), takedown("takedown_overdue")})).size(), 2U);  // of the takedown
  pass(8 * hour_ms - 1);
  EXPECT_THAT(look({parked()}),
              testing::Each(testing::Field(&NoticeSent::state, NoticeState::recovered)));
  pass(1);  // 07:00
  EXPECT_EQ(look({parked()}).size(), 2U);
  settings.quiet_from = "12:00";
  settings.quiet_to = "15:00";
  EXPECT_TRUE(notices.is_quiet(noon));
  EXPECT_FALSE(notices.is_quiet({noon.ms + hour_ms}));
}

TEST_F(NoticesTest, ARuleMayCallItUrgent) {
  settings.quiet_from = "22:00";
  settings.quiet_to = "07:00";
  settings.rules = {
      {.causes = {"delivery_parked"}, .people = {"李四"}, .repeat_ms = hour_ms, .urgent = true}};
  now.utc = {noon.ms + 9 * hour_ms};

  EXPECT_THAT(causes(look({parked()})), ElementsAre("delivery_parked/wechat/李四"));
}

TEST_F(NoticesTest, TheFirstRuleThatFitsNamesThePeople) {
  settings.people.push_back({.name = "王五", .ways = {"hook"}});
  settings.duty = {{.person = "王五", .weekdays = {"tue"}}};
  settings.rules = {{.causes = {"delivery_parked"}, .channels = {"weibo"}, .people = {"张三"}},
                    {.causes = {"delivery_parked"}, .by = {"channel"}},
                    {.by = {"unit"}}};
  const auto people = [&](const Attention& what, std::vector<std::string> of = {}) {
    return notices.people_for({what, std::move(of)}, now.utc);
  };

  EXPECT_THAT(people(parked("weibo")), ElementsAre("张三"));
  EXPECT_THAT(people(parked("wechat")), ElementsAre("李四"));
  EXPECT_THAT(people(parked("portal")), ElementsAre("王五"));  // nobody's: whoever is on duty
  EXPECT_THAT(people(takedown("takedown_waits"), {"tzgg"}), ElementsAre("张三"));
  EXPECT_TRUE(notices.wants_columns());
  settings.duty.clear();
  EXPECT_THAT(people(parked("portal")), ElementsAre("张三", "李四", "王五"));
}

TEST_F(NoticesTest, ADayNamedByDateIsNobodyElses) {
  settings.duty = {{.person = "张三", .weekdays = {"tue", "wed"}},
                   {.person = "李四", .dates = {"2026-11-25/2026-11-26"}}};

  EXPECT_THAT(notices.on_duty(noon), ElementsAre("张三"));
  EXPECT_THAT(notices.on_duty({noon.ms + 10 * hour_ms}), ElementsAre("李四"));  // Wednesday 00:00
  EXPECT_THAT(notices.on_duty({noon.ms + 58 * hour_ms - 1}), ElementsAre("李四"));
  EXPECT_THAT(notices.on_duty({noon.ms + 58 * hour_ms}), IsEmpty());  // Friday
  settings.duty_begins = "08:30";
  EXPECT_THAT(notices.on_duty({noon.ms + 18 * hour_ms}), ElementsAre("张三"));  // Wednesday 08:00
  EXPECT_THAT(notices.on_duty({noon.ms + 19 * hour_ms}), ElementsAre("李四"));
}

TEST_F(NoticesTest, WhoeverComesOnDutyHearsOfWhatLasts) {
  settings.duty = {{.person = "张三", .weekdays = {"tue"}},
                   {.person = "李四", .weekdays = {"wed"}}};
  settings.repeat_ms = 24 * hour_ms;

  EXPECT_THAT(causes(look({parked()})), ElementsAre("delivery_parked/wechat/张三"));
  pass(10 * hour_ms);
  EXPECT_THAT(causes(look({parked()})), ElementsAre("delivery_parked/wechat/李四"));
  EXPECT_EQ(look({}).size(), 2U);  // both hear that it is over
}

TEST_F(NoticesTest, APauseIsToldWhenItLastsUnlessARuleNamesIt) {
  const Attention paused{.code = "channel_paused", .channel = "wechat", .args = {"wechat"}};
  settings.repeat_ms = hour_ms;

  EXPECT_THAT(look({paused}), IsEmpty());
  pass(hour_ms - 1);
  EXPECT_THAT(look({paused}), IsEmpty());
  pass(1);
  EXPECT_EQ(look({paused}).size(), 2U);
  EXPECT_EQ(look({}).size(), 2U);

  settings.rules = {{.causes = {"channel_paused"}, .people = {"张三"}, .repeat_ms = hour_ms}};
  EXPECT_EQ(look({paused}).size(), 1U);
}

TEST_F(NoticesTest, AnOverdueTakedownHasNotStoppedWaiting) {
  settings.people.resize(1);

  EXPECT_THAT(causes(look({takedown("takedown_waits")})), ElementsAre("takedown_waits/#12/张三"));
  EXPECT_THAT(causes(look({takedown("takedown_overdue")})),
              ElementsAre("takedown_overdue/#12/张三"));
  EXPECT_EQ(look({}).size(), 2U);
}

TEST_F(NoticesTest, ARecordOfSomebodyWhoIsGoneJustEnds) {
  look({parked()});
  settings.people.erase(settings.people.begin());

  const auto list = due({});

  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list.front().person, "");
  EXPECT_EQ(list.front().record.to, "张三");
  EXPECT_EQ(list.back().person, "李四");
}

TEST_F(NoticesTest, AClockSetBackSilencesNothingForLong) {
  settings.repeat_ms = hour_ms;
  look({parked()});
  now.utc.ms -= 30 * hour_ms;

  EXPECT_EQ(look({parked()}).size(), 2U);
}

TEST_F(NoticesTest, MessagesSayWhatSinceWhenAndWhatToType) {
  const auto list = due({parked()});
  const Message zh = message_of(list.front(), Language::zh);
  NoticeSent over = list.front().record;
  over.state = NoticeState::recovered;
  const Message recovered =
      message_of({.record = over, .person = "张三", .what = nullptr}, Language::en);

  EXPECT_EQ(zh.text,
            "【鼓楼】渠道“wechat”有 3 条分发待人工处理\n自 2026-11-24 13:00 起\n"
            "请操作员处理：gulou delivery list --parked --channel wechat");
  EXPECT_EQ(recovered.text,
            "[Gulou] Over: deliveries that wait for a person wechat\nSince 2026-11-24 13:00");
  EXPECT_EQ(recovered.state, "recovered");
}

// What can need attention can be named in rules, and has a word.
TEST(NotifyCausesTest, AreWhatGetsAttention) {
  std::vector<std::string> attention;
  for (const CatalogueLine& line : sentences()) {
    if (line.key.starts_with("attention_")) {
      attention.emplace_back(line.key.substr(std::string_view("attention_").size()));
    }
  }
  const auto known = notify_causes();

  EXPECT_THAT(attention, testing::UnorderedElementsAreArray(known.begin(), known.end()));
  for (const std::string_view cause : known) {
    EXPECT_TRUE(has_word("cause_" + std::string(cause))) << cause;
  }
}

}  // namespace
}  // namespace gulou
