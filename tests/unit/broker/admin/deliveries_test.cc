#include "tests/unit/broker/admin/office.h"

namespace gulou::test {

namespace {

std::string delivery_ids(const JsonValue& answer) {
  std::string found;
  for (const JsonValue& line : answer.items("deliveries")) {
    found += (found.empty() ? "" : " ") + std::string(line.text("id"));
  }
  return found;
}

}  // namespace

TEST(DeliveriesTest, AParkedOneSaysWhatToDo) {
  Office office;
  office.accept({notice("n-1")});
  office.deliver("portal", outcome(Outcome::content, "sensitive_word"));

  const JsonValue delivery = office.get("/v1/deliveries/portal/1");

  EXPECT_EQ(delivery.text("id"), "portal/1");
  EXPECT_EQ(delivery.text("publication"), "office/n-1");
  EXPECT_EQ(delivery.text("state"), "parked");
  EXPECT_EQ(delivery.text("outcome"), "content");
  EXPECT_EQ(delivery.text("history[0].reason"), "sensitive_word");
  EXPECT_EQ(delivery.text("steps[0]"),
            "Channel portal does not take this content: change it and submit a new revision");
  EXPECT_EQ(office.get("/v1/deliveries?state=parked").text("deliveries[0].steps[0]"),
            delivery.text("steps[0]"));
  EXPECT_EQ(delivery.text("steps[1]"),
            "When it may be tried again: gulou delivery retry portal/1 --reason WHY");
  EXPECT_EQ(office.get(release_path("#1")).text("channels[0].next"),
            "Waits for a person: run gulou delivery show portal/1");
}

TEST(DeliveriesTest, AnOperatorRetriesOrGivesUp) {
  Office office;
  office.accept({notice("n-1")});
  office.deliver("portal", outcome(Outcome::content));

  const std::string path = "/v1/deliveries/portal/1";
  EXPECT_EQ(office.post(path + "/retry", "{}", 400).text("code"), "decision_without_reason");
  EXPECT_EQ(office.post(path + "/retry", "{", 400).text("code"), "json_truncated");
  office.post(path + "/retry", R"({"reason":"平台已恢复"})");
  EXPECT_EQ(office.desk.decided.operator_name, "office");
  EXPECT_EQ(office.desk.decided.reason, "平台已恢复");
  EXPECT_NE(office.bench.state("portal", {1}), DeliveryState::parked);
  office.post("/v1/deliveries/wechat/1/cancel", R"({"reason":"不再需要"})");
  EXPECT_EQ(office.bench.state("wechat", {1}), DeliveryState::cancelled);
  office.post("/v1/deliveries/drills/1/cancel", R"({"reason":"不再需要"})", 404);
  office.post("/v1/deliveries/wechat/9/cancel", R"({"reason":"不再需要"})", 404);
  EXPECT_EQ(office.post("/v1/deliveries/radio/1/retry", R"({"reason":"x"})", 404).text("code"),
            "channel_unknown");
  EXPECT_EQ(office.post("/v1/deliveries/portal/x/retry", R"({"reason":"x"})", 400).text("code"),
            "field_not_integer");
}

TEST(DeliveriesTest, OpenOnesAreListedInPages) {
  Office office;
  for (const char* id : {"n-1", "n-2", "n-3"}) {
    office.accept({notice(id)});
  }
  office.bench.connect("wechat");  // takes all three as a range
  office.bench.handed();
  office.deliver("portal", outcome(Outcome::content));

  EXPECT_EQ(delivery_ids(office.get("/v1/deliveries?state=parked")), "portal/1");
  EXPECT_EQ(delivery_ids(office.get("/v1/deliveries?state=leased&channel=wechat")),
            "wechat/1 wechat/2 wechat/3");
  const JsonValue first = office.get("/v1/deliveries?channel=wechat&limit=2");
  EXPECT_EQ(delivery_ids(first), "wechat/1 wechat/2");
  EXPECT_EQ(first.text("deliveries[0].state"), "leased");
  EXPECT_EQ(first.text("next"), "wechat/2");
  const JsonValue second = office.get("/v1/deliveries?channel=wechat&limit=2&after=wechat/2");
  EXPECT_EQ(delivery_ids(second), "wechat/3");
  EXPECT_TRUE(second.at("next").is_null());
  EXPECT_EQ(delivery_ids(office.get("/v1/deliveries?after=portal/9")),
            "wechat/1 wechat/2 wechat/3");
  EXPECT_EQ(office.get("/v1/deliveries?state=published", 400).text("code"), "word_unknown");
  EXPECT_EQ(office.get("/v1/deliveries?after=portal", 400).text("errors[0].field"), "after");
  EXPECT_EQ(office.get("/v1/deliveries?channel=radio", 404).text("code"), "channel_unknown");
}

TEST(DeliveriesTest, PlainOnesAreShownToo) {
  Office office;
  office.accept({notice("n-1")});
  office.deliver("portal", published());

  const JsonValue done = office.get("/v1/deliveries/portal/1");
  EXPECT_EQ(done.text("state"), "published");
  EXPECT_EQ(done.text("receipt.level"), "public");
  EXPECT_TRUE(done.items("steps").empty());
  EXPECT_EQ(office.get("/v1/deliveries/wechat/1").text("state"), "pending");
  EXPECT_EQ(office.get("/v1/deliveries/portal/2", 404).text("code"), "delivery_unknown");
}

}  // namespace gulou::test
