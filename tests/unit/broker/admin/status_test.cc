#include "tests/unit/broker/admin/office.h"

namespace gulou::test {

using ::testing::HasSubstr;

namespace {

constexpr std::string_view pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n";

std::string attention_codes(const JsonValue& status) {
  std::string found;
  for (const JsonValue& one : status.items("attention")) {
    found += (found.empty() ? "" : " ") + std::string(one.text("code"));
    if (!one.text("channel").empty()) {
      found += ":" + std::string(one.text("channel"));
    }
  }
  return found;
}

}  // namespace

TEST(StatusTest, NothingIsWrongWhereNothingIsOpen) {
  Office office;

  const JsonValue status = office.get("/v1/status");

  EXPECT_EQ(attention_codes(status), "");
  EXPECT_TRUE(status.boolean("healthy"));
  EXPECT_TRUE(status.boolean("accepting"));
  EXPECT_EQ(status.text("chain"), "good");
  EXPECT_EQ(status.text("started_at"), "2026-11-24T00:00:00Z");
  EXPECT_EQ(status.integer("disk.total_bytes"), 100);
  EXPECT_EQ(status.items("channels").size(), 3U);
  EXPECT_GT(status.integer("changesets"), 0);
}

TEST(StatusTest, SaysWhichChannelsAreNotServed) {
  Office office;
  office.accept({notice("n-1")});
  office.bench.connect("portal", 10, "portal-a");

  const JsonValue status = office.get("/v1/status");

  EXPECT_EQ(attention_codes(status), "channel_unserved:wechat");  // nothing is for drills
  EXPECT_EQ(status.integer("attention[0].count"), 1);
  EXPECT_EQ(status.text("attention[0].since"), "2026-11-24T00:00:00Z");
  EXPECT_EQ(status.text("attention[0].who"), "whoever runs the adapter");
  EXPECT_EQ(status.text("channels[1].connected[0].instance"), "portal-a");  // by id
}

// A fleet with one device whose code nobody has used yet.
class FleetStatusTest : public testing::Test {
 protected:
  FleetStatusTest() {
    DeviceDecided decision;
    decision.from = {{900}, 1};
    decision.operator_name = "li";
    decision.channel = "screens";
    decision.wanted.name = "hall-1";
    decision.wanted.reach.area = "341822101001";
    decision.wanted.key = "code";
    decision.wanted.code_until = {office_.bench.now.utc.ms + 1000};
    office_.bench.take(decision);
    office_.bench.round();
    device_ = {office_.bench.took<SendDone>().back().job.value};
  }

  void enrol() {
    office_.bench.take(EnrolAsked{{{901}, 1}, device_, "key"});
    office_.bench.round();
  }

  static Channel screens() {
    Channel made = channel("screens");
    made.fleet = true;
    made.filter.imports = false;
    return made;
  }

  Office office_{{}, {screens()}};
  SubscriberNo device_;
};

TEST_F(FleetStatusTest, SaysWhichDevicesHaveBeenSilentForADay) {
  office_.bench.advance(25LL * 3600 * 1000);
  EXPECT_EQ(attention_codes(office_.get("/v1/status")), "");  // its code was never used

  office_.bench.now.utc = bench_start;
  enrol();
  office_.bench.advance(23LL * 3600 * 1000);
  EXPECT_EQ(attention_codes(office_.get("/v1/status")), "");
  office_.bench.advance(2LL * 3600 * 1000);

  const JsonValue status = office_.get("/v1/status");

  EXPECT_EQ(attention_codes(status), "devices_silent:screens");
  EXPECT_EQ(status.integer("attention[0].count"), 1);
  EXPECT_EQ(status.text("attention[0].since"), "2026-11-24T00:00:00Z");
  EXPECT_EQ(status.text("attention[0].command"), "gulou device list --silent 1d --channel screens");
}

TEST_F(FleetStatusTest, SaysWhatDevicesSayIsWrongWithThem) {
  enrol();
  SessionOpened opened{{{902}, 1}, "screens", "hall-1", "~device"};
  opened.device = device_;
  office_.bench.take(opened);
  Synced synced{{902}, {}, {}, {}};
  synced.faults = static_cast<uint8_t>(DeviceFault::disk) | static_cast<uint8_t>(DeviceFault::page);
  office_.bench.take(synced);
  office_.bench.round();

  const JsonValue status = office_.get("/v1/status");

  EXPECT_EQ(attention_codes(status), "devices_disk:screens devices_page:screens");
  EXPECT_NE(status.text("attention[0].sentence").find("hall-1"), std::string_view::npos);
  EXPECT_EQ(status.text("attention[0].command"), "gulou device list --faulty --channel screens");

  EXPECT_EQ(office_.get("/v1/devices?faulty=1").items("devices").size(), 1U);

  synced.faults = 0;
  office_.bench.take(synced);
  office_.bench.round();

  EXPECT_EQ(attention_codes(office_.get("/v1/status")), "");
  EXPECT_EQ(office_.get("/v1/devices?faulty=1").items("devices").size(), 0U);
}

TEST(StatusTest, SaysWhatWaitsForAPerson) {
  Office office;
  office.accept({notice("n-1")});
  office.bench.connect("wechat");
  office.bench.connect("drills");
  office.bench.handed();
  office.deliver("portal", outcome(Outcome::content, "sensitive_word"));
  office.language = "zh";

  const JsonValue status = office.get("/v1/status");

  EXPECT_EQ(attention_codes(status), "delivery_parked:portal");
  EXPECT_EQ(status.text("attention[0].sentence"), "渠道“portal”有 1 条分发待人工处理");
  EXPECT_EQ(status.text("attention[0].who"), "操作员");
  EXPECT_EQ(status.text("attention[0].command"), "gulou delivery list --parked --channel portal");
  EXPECT_EQ(status.integer("attention[0].count"), 1);
  const JsonValue portal = office.get("/v1/channels/portal");
  EXPECT_EQ(portal.integer("parked"), 1);
  EXPECT_EQ(portal.integer("policy.attempts_max"), 4);
}

TEST(StatusTest, SaysWhatFailsAgainAndAgain) {
  Office office;
  office.accept({notice("n-1")});
  office.bench.connect("wechat");
  office.bench.connect("drills");
  office.bench.handed();
  office.bench.connect("portal");
  for (uint32_t i = 0; i < limits::attention_failures_min; ++i) {
    const Handed handed = office.bench.one_handed();
    ASSERT_FALSE(handed.items->empty());
    office.bench.report(handed, {1}, {1}, outcome(Outcome::transient, "platform_down"));
    office.bench.advance(10'000);
    if (i + 1 < limits::attention_failures_min) {
      office.bench.round();
    }
  }

  const JsonValue status = office.get("/v1/status");

  EXPECT_EQ(attention_codes(status), "delivery_failing:portal");
  EXPECT_THAT(std::string(status.text("attention[0].sentence")), HasSubstr("platform_down"));
}

TEST(StatusTest, SaysWhatIsWrongWithTheMachine) {
  Office office;
  office.desk.shell.disk_accepting = false;
  office.desk.shell.chain_checked = false;
  office.desk.shell.chain_failure = "corrupt chain_broken [7]";

  const JsonValue status = office.get("/v1/status");

  EXPECT_EQ(attention_codes(status), "chain_failed disk_full");
  EXPECT_FALSE(status.boolean("healthy", true));
  EXPECT_EQ(status.text("chain"), "corrupt chain_broken [7]");
  const JsonValue ready = office.get("/readyz", 503);
  EXPECT_EQ(ready.text("code"), "not_ready");
  EXPECT_EQ(ready.text("errors[0].code"), "disk_full");
  EXPECT_EQ(ready.text("errors[1].code"), "chain_failed");
}

TEST(StatusTest, ADrainingBrokerIsNotReady) {
  Office office;
  office.bench.take(Draining{});
  office.bench.round();

  EXPECT_EQ(office.get("/readyz", 503).text("errors[0].code"), "broker_draining");
  EXPECT_TRUE(office.get("/v1/status").boolean("draining"));
  office.desk.busy = true;
  EXPECT_EQ(office.get("/readyz", 503).text("code"), "broker_busy");
  EXPECT_EQ(office.get("/v1/channels/radio", 503).text("code"), "broker_busy");
}

TEST(StatusTest, SaysWhichInterpretationsAreOverdue) {
  Office office;
  Release document = notice("n-1");
  document.kind = Kind::policy_document;
  document.effective_on = "2026-05-07";
  document.validity = Validity::valid;
  document.summary = "水库蓄水的安排。";
  document.doc_no = "鼓政发〔2026〕8号";
  document.interpretation_plan = {"plan.pdf",
                                  {{"同步解读", "2026-05-09"}, {"专家解读", "2099-01-01"}}};
  Attachment plan;
  plan.name = "plan.pdf";
  plan.display_name = "解读方案";
  plan.media_type = "application/pdf";
  plan.digest = sha256(pdf);
  plan.size_bytes = pdf.size();
  plan.is_private = true;
  document.attachments = {plan};
  office.call("PUT", "/v1/blobs/" + to_hex(sha256(pdf)), std::string(pdf));
  office.accept({document});
  office.bench.connect("portal");
  office.bench.connect("wechat");

  const JsonValue status = office.get("/v1/status");

  EXPECT_EQ(attention_codes(status), "interpretation_overdue");
  EXPECT_EQ(status.integer("attention[0].count"), 1);
  EXPECT_EQ(status.text("attention[0].since"), "2026-05-09T16:00:00Z");
  EXPECT_EQ(status.text("attention[0].who"), "the drafting unit");
  EXPECT_EQ(status.text("attention[0].command"), "gulou release show '#1'");
  EXPECT_THAT(std::string(status.text("attention[0].sentence")), HasSubstr("#1"));

  Release reading = notice("n-2", "关于水库蓄水通知的解读");
  reading.kind = Kind::interpretation;
  reading.interpretation = {.phase = "同步解读", .drafting_unit = "鼓楼县水利局"};
  reading.relations = {{RelationKind::phase_of, "n-1"}};
  office.accept({reading});

  EXPECT_EQ(attention_codes(office.get("/v1/status")), "");
}

TEST(ChannelsTest, AreListedAndNamed) {
  Office office;
  office.bench.connect("portal", 10, "portal-a");

  const JsonValue list = office.get("/v1/channels");

  EXPECT_EQ(list.items("channels").size(), 3U);
  const JsonValue portal = office.get("/v1/channels/portal");
  EXPECT_TRUE(portal.boolean("portal"));
  EXPECT_EQ(portal.text("connected[0].instance"), "portal-a");
  EXPECT_EQ(office.get("/v1/channels/radio", 404).text("code"), "channel_unknown");
}

}  // namespace gulou::test
