#include "tests/unit/broker/admin/office.h"

namespace gulou::test {

using ::testing::HasSubstr;

namespace {

std::string withdrawal_of(const std::string& target,
                          const std::string& kind = "remove",
                          const std::string& more = "") {
  return R"({"targets":[")" + target + R"("],"kind":")" + kind + R"(","reason":"发错了")" + more +
         "}";
}

const JsonValue& at_channel(const JsonValue& answer, std::string_view channel) {
  static const JsonValue none;
  for (const JsonValue& place : answer.items("places")) {
    if (place.text("channel") == channel) {
      return place;
    }
  }
  return none;
}

// What is on the portal now goes away.
void take_down(Office& office, const Report& report = published()) {
  const Handed handed = office.bench.one_handed();
  ASSERT_FALSE(handed.items->empty());
  ASSERT_TRUE(handed.items->front().withdrawal.has_value());
  const Seq seq = handed.items->front().seq;
  office.bench.report(handed, seq, seq, report);
}

Channel with_policy(std::string id, OnWithdrawal policy) {
  Channel made = channel(std::move(id));
  made.on_withdrawal.remove = policy;
  return made;
}

}  // namespace

TEST(WithdrawalsTest, APreviewSaysWhatHappensWhereAndChangesNothing) {
  Office office;
  office.accept({notice("n-1")});
  office.deliver("portal", published("http://p/1.html", 1));

  const JsonValue preview =
      office.post("/v1/withdrawals", withdrawal_of("n-1", "erase", R"(,"preview":true)"));

  EXPECT_EQ(preview.text("targets[0].publication"), "office/n-1");
  EXPECT_EQ(preview.text("targets[0].contact"), "鼓楼县人民政府 0123");
  const JsonValue& portal = at_channel(preview, "portal");
  EXPECT_TRUE(portal.boolean("there"));
  EXPECT_EQ(portal.text("url"), "http://p/1.html");
  EXPECT_EQ(portal.text("action"), "adapter");
  EXPECT_TRUE(portal.boolean("lasting"));
  EXPECT_FALSE(portal.boolean("needs_person", true));
  EXPECT_EQ(at_channel(preview, "wechat").text("action"), "stops");
  EXPECT_EQ(at_channel(preview, "drills").text("action"), "nothing");
  EXPECT_EQ(preview.items("notes").size(), 3U);
  EXPECT_THAT(std::string(preview.text("notes[1]")), HasSubstr("second operator"));
  EXPECT_EQ(office.bench.ledger().head().value, 1U);
}

TEST(WithdrawalsTest, APlaceWithoutAdapterNeedsAPerson) {
  Office office;
  office.accept({notice("n-1")});
  office.deliver("portal", published("http://p/1.html", 1));
  const CoreView view = office.bench.core().view();
  for (const SessionView& session : view.channels[1].sessions) {  // by id: the portal's
    office.bench.take(SessionClosed{session.session});
  }
  office.bench.round();

  const JsonValue preview =
      office.post("/v1/withdrawals", withdrawal_of("#1", "remove", R"(,"preview":true)"));

  const JsonValue& portal = at_channel(preview, "portal");
  EXPECT_TRUE(portal.boolean("needs_person"));
  EXPECT_EQ(portal.text("who"), "whoever runs the adapter");
}

TEST(WithdrawalsTest, OneIsFollowedUntilEachPlaceIsConfirmed) {
  Office office;
  office.accept({notice("n-1")});
  office.deliver("portal", published("http://p/1.html", 1));

  const JsonValue taken = office.post("/v1/withdrawals", withdrawal_of("http://p/1.html"), 201);

  EXPECT_EQ(taken.integer("seq"), 2);
  EXPECT_FALSE(taken.boolean("already", true));
  EXPECT_EQ(taken.text("reason"), "发错了");
  EXPECT_EQ(taken.items("places").size(), 1U);
  EXPECT_EQ(taken.text("places[0].urls[0]"), "http://p/1.html");
  EXPECT_TRUE(taken.boolean("open"));
  EXPECT_EQ(taken.text("places[0].deadline"), "2026-11-24T00:15:00Z");

  take_down(office);
  const JsonValue done = office.get("/v1/takedowns/2");
  EXPECT_FALSE(done.boolean("open", true));
  EXPECT_TRUE(done.boolean("places[0].confirmed"));
  EXPECT_EQ(done.text("places[0].source"), "adapter");
  EXPECT_EQ(done.text("parts[0].title"), "关于䶮堃水库蓄水的通知");
  EXPECT_TRUE(office.post("/v1/withdrawals", withdrawal_of("n-1")).boolean("already"));
  EXPECT_EQ(office.get("/v1/takedowns").items("takedowns").size(), 1U);
  EXPECT_TRUE(office.get("/v1/takedowns?open=1").items("takedowns").empty());
  EXPECT_EQ(office.get(release_path("#1")).text("parts[0].withdrawn.kind"), "remove");
  EXPECT_EQ(office.get(release_path("#2"), 404).text("code"), "selector_is_withdrawal");
}

TEST(WithdrawalsTest, PolicyLeavesOneToAPersonAndAnotherAsItIs) {
  Office office(
      AdminOptions{},
      {with_policy("portal", OnWithdrawal::park), with_policy("wechat", OnWithdrawal::leave)});
  office.accept({notice("n-1")});
  office.deliver("portal", published("http://p/1.html", 1));
  office.deliver("wechat", published("http://w/1.html", 1));

  const JsonValue preview =
      office.post("/v1/withdrawals", withdrawal_of("n-1", "remove", R"(,"preview":true)"));
  const JsonValue taken = office.post("/v1/withdrawals", withdrawal_of("n-1"), 201);

  EXPECT_EQ(at_channel(preview, "portal").text("action"), "person");
  EXPECT_EQ(at_channel(preview, "wechat").text("action"), "leave");
  const JsonValue& portal = at_channel(taken, "portal");
  EXPECT_EQ(portal.text("state"), "parked");
  EXPECT_TRUE(portal.boolean("needs_person"));
  EXPECT_EQ(portal.text("command"), "gulou delivery show portal/2");
  EXPECT_EQ(portal.text("contact"), "鼓楼县人民政府 0123");
  EXPECT_TRUE(at_channel(taken, "wechat").boolean("left"));

  office.post("/v1/deliveries/portal/2/resolve", R"({"removed":true,"reason":"已在后台删除"})");
  const JsonValue done = office.get("/v1/takedowns/%232");
  EXPECT_FALSE(done.boolean("open", true));
  EXPECT_EQ(at_channel(done, "portal").text("source"), "by_hand");
}

TEST(WithdrawalsTest, AnOverdueOneIsTheFirstThingToSee) {
  Office office(AdminOptions{}, std::vector<Channel>{with_policy("portal", OnWithdrawal::park)});
  office.accept({notice("n-1")});
  office.deliver("portal", published("http://p/1.html", 1));
  office.post("/v1/withdrawals", withdrawal_of("n-1"), 201);

  EXPECT_EQ(office.get("/v1/status").text("attention[0].code"), "takedown_waits");
  office.bench.advance(limits::takedown_ms_max_default + 1);

  const JsonValue status = office.get("/v1/status");
  EXPECT_EQ(status.text("attention[0].code"), "takedown_overdue");
  EXPECT_EQ(status.text("attention[0].command"), "gulou takedown show '#2'");
  EXPECT_EQ(status.text("attention[0].sentence"),
            "Withdrawal #2 is overdue: 1 places are not confirmed: portal");
  EXPECT_TRUE(office.get("/v1/takedowns/2").boolean("overdue"));
}

TEST(WithdrawalsTest, ANumberMeansTheWholeBundleAnIdItsPart) {
  Office office;
  office.accept({notice("n-1"), notice("n-2")});

  const auto targets = [&](const std::string& selector) {
    return office.post("/v1/withdrawals", withdrawal_of(selector, "remove", R"(,"preview":true)"))
        .items("targets")
        .size();
  };
  EXPECT_EQ(targets("#1"), 2U);
  EXPECT_EQ(targets("n-2"), 1U);
}

TEST(WithdrawalsTest, WhatIsWrongIsNamed) {
  Office office;
  office.accept({notice("n-1")});
  const auto code = [&](const std::string& body, int status) {
    return std::string(office.post("/v1/withdrawals", body, status).text("code"));
  };

  EXPECT_EQ(code(withdrawal_of("n-7"), 404), "release_unknown");
  EXPECT_EQ(code(withdrawal_of("n-1", "hide"), 400), "word_unknown");
  EXPECT_EQ(code(withdrawal_of("n-1", "expire"), 400), "word_unknown");
  EXPECT_EQ(code(withdrawal_of("n-1", "replace"), 400), "successor_missing");
  EXPECT_EQ(code(withdrawal_of("n-1", "remove", R"(,"successor":"n-1")"), 400),
            "successor_not_wanted");
  EXPECT_EQ(code(withdrawal_of("n-1", "remove", R"(,"force":true)"), 400), "member_unknown");
  EXPECT_EQ(code(R"({"targets":["n-1"],"kind":"remove"})", 400), "decision_without_reason");
  EXPECT_EQ(code("{}", 400), "word_missing");
  EXPECT_EQ(code("[]", 400), "field_not_object");
  EXPECT_EQ(office.bench.ledger().head().value, 1U);
}

TEST(WithdrawalsTest, APublisherTakesBackOnlyItsOwn) {
  Office office;
  office.accept({notice("n-1")});

  office.token = publisher_token;
  EXPECT_EQ(office.post("/v1/withdrawals", withdrawal_of("n-1"), 404).text("code"),
            "release_unknown");
  office.post("/v1/submissions", submission_of({notice("own", "关于自来水的通知")}), 201);
  EXPECT_EQ(office.post("/v1/withdrawals", withdrawal_of("own"), 201).text("by"), "oa");
  office.token = viewer_token;
  office.post("/v1/withdrawals", withdrawal_of("n-1"), 403);
  EXPECT_EQ(office.get("/v1/takedowns/1", 404).text("code"), "takedown_unknown");
}

}  // namespace gulou::test
