#include "tests/unit/broker/admin/office.h"

namespace gulou::test {

using ::testing::HasSubstr;

namespace {

std::vector<Channel> gated_channels() {
  Channel wechat = channel("wechat");
  wechat.gate.channel = "portal";
  wechat.read_back = false;
  wechat.rates.per_day = 3;
  return {channel("portal"), wechat};
}

const JsonValue& standing_at(const JsonValue& release, std::string_view channel) {
  static const JsonValue none;
  for (const JsonValue& one : release.items("channels")) {
    if (one.text("channel") == channel) {
      return one;
    }
  }
  return none;
}

}  // namespace

TEST(ChannelDecisionsTest, APausedChannelSaysByWhomAndWhy) {
  Office office;
  office.post("/v1/channels/portal/pause", R"({"reason":"改版"})");

  const JsonValue portal = office.get("/v1/channels/portal");
  EXPECT_EQ(portal.text("state"), "paused");
  EXPECT_EQ(portal.text("by"), "office");
  EXPECT_EQ(portal.text("by_reason"), "改版");
  EXPECT_EQ(office.get("/v1/channels/wechat").text("state"), "open");
  office.accept({notice("n-1")});
  const JsonValue release = office.get(release_path("#1"));
  EXPECT_EQ(standing_at(release, "portal").text("channel_state"), "paused");
  EXPECT_THAT(std::string(standing_at(release, "portal").text("next")),
              HasSubstr("gulou channel resume portal"));
  const JsonValue status = office.get("/v1/status");
  EXPECT_EQ(status.text("attention[0].code"), "channel_paused");

  office.post("/v1/channels/portal/resume", R"({"reason":"改版完成"})");
  EXPECT_EQ(office.get("/v1/channels/portal").text("state"), "open");
}

TEST(ChannelDecisionsTest, AllArePausedAtOnce) {
  Office office;
  office.post("/v1/channels/pause", R"({"reason":"查错"})");

  for (const char* id : {"portal", "wechat", "drills"}) {
    EXPECT_EQ(office.get("/v1/channels/" + std::string(id)).text("state"), "paused") << id;
  }
  office.post("/v1/channels/resume", R"({"reason":"查完"})");
  EXPECT_EQ(office.get("/v1/channels/wechat").text("state"), "open");
}

TEST(ChannelDecisionsTest, NeedAnOperatorAReasonAndAChannel) {
  Office office;
  EXPECT_EQ(office.post("/v1/channels/radio/pause", R"({"reason":"x"})", 404).text("code"),
            "channel_unknown");
  EXPECT_EQ(office.post("/v1/channels/portal/pause", "{}", 400).text("code"),
            "decision_without_reason");
  EXPECT_EQ(
      office.post("/v1/channels/portal/pause", R"({"reason":"x","until":"y"})", 400).text("code"),
      "member_unknown");
  office.token = viewer_token;
  office.post("/v1/channels/pause", R"({"reason":"x"})", 403);
}

TEST(ChannelDecisionsTest, ASleepingChannelSaysUntilWhenAndWhy) {
  Office office;
  office.accept({notice("n-1")});
  Report quota = outcome(Outcome::quota, "daily_limit");
  quota.until = Utc{bench_start.ms + 3'600'000};
  office.deliver("portal", quota);

  const JsonValue portal = office.get("/v1/channels/portal");
  EXPECT_EQ(portal.text("state"), "throttled");
  EXPECT_EQ(portal.text("until"), "2026-11-24T01:00:00Z");
  EXPECT_EQ(portal.text("reason"), "daily_limit");
  EXPECT_THAT(std::string(standing_at(office.get(release_path("#1")), "portal").text("next")),
              HasSubstr("goes on by itself at 2026-11-24 09:00"));
}

TEST(GatesTest, AHeldDeliverySaysWhatItWaitsForAndHowLong) {
  Office office(AdminOptions{}, gated_channels());
  office.accept({notice("n-1")});
  office.bench.connect("wechat");

  const JsonValue wechat = standing_at(office.get(release_path("#1")), "wechat");
  EXPECT_EQ(wechat.text("gate.channel"), "portal");
  EXPECT_EQ(wechat.text("gate.overdue_at"), "2026-11-24T02:00:00Z");
  EXPECT_FALSE(wechat.boolean("read_back", true));
  EXPECT_EQ(wechat.text("next"),
            "Waits until channel portal shows it; after 2026-11-24 10:00 a person must open the "
            "gate");
  EXPECT_EQ(office.get("/v1/channels/wechat").text("gate.channel"), "portal");
  EXPECT_EQ(office.get("/v1/channels/wechat").integer("rates.day.most"), 3);
}

TEST(GatesTest, AnOverdueOneIsOpenedByAPerson) {
  Office office(AdminOptions{}, gated_channels());
  office.accept({notice("n-1")});
  office.bench.connect("portal");
  office.bench.connect("wechat");
  office.bench.handed();
  office.bench.advance(limits::gate_timeout_ms_default + 1'000);
  office.bench.round();
  office.bench.handed();

  const JsonValue status = office.get("/v1/status");
  EXPECT_EQ(status.text("attention[0].code"), "gate_overdue");
  EXPECT_EQ(status.text("attention[0].command"), "gulou gate open '#1' --channel wechat");
  const JsonValue delivery = office.get("/v1/deliveries/wechat/1");
  EXPECT_THAT(std::string(delivery.text("steps[1]")),
              HasSubstr("gulou gate open '#1' --channel wechat"));
  office.post("/v1/deliveries/wechat/1/open-gate", R"({"reason":"门户停机"})");
  EXPECT_EQ(office.bench.one_handed().items->size(), 1U);
  office.post("/v1/deliveries/portal/1/open-gate", R"({"reason":"x"})", 403);
}

}  // namespace gulou::test
