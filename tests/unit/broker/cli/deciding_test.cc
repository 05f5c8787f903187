#include "tests/unit/broker/cli/counter.h"

namespace gulou::test {

using ::testing::HasSubstr;

TEST(ChannelCommandTest, PausesOneOrAllAndGoesOn) {
  Counter counter;

  EXPECT_EQ(counter.run({"channel", "pause", "portal", "--reason", "rebuilding"}), 0);
  EXPECT_EQ(counter.run({"channel", "show", "portal"}), 0);
  EXPECT_THAT(counter.out, HasSubstr("paused"));
  EXPECT_THAT(counter.out, HasSubstr("rebuilding"));
  EXPECT_THAT(counter.out, HasSubstr("gulou channel resume portal"));
  EXPECT_EQ(counter.run({"channel", "pause", "--all", "--reason", "looking"}), 0);
  EXPECT_EQ(counter.json({"channel", "show", "wechat"}).text("state"), "paused");
  EXPECT_EQ(counter.run({"channel", "resume", "--all", "--reason", "found"}), 0);
  EXPECT_EQ(counter.json({"channel", "show", "portal"}).text("state"), "open");
  EXPECT_EQ(counter.run({"channel", "pause", "--reason", "which"}), 2);
  EXPECT_EQ(counter.run({"channel", "pause", "portal", "--all", "--reason", "which"}), 2);
  EXPECT_EQ(counter.run({"channel", "pause", "portal"}), 2);
  EXPECT_EQ(counter.run({"channel", "pause", "radio", "--reason", "x"}), 1);
}

TEST(ChannelCommandTest, RetiresOnlyWhenItIsMeant) {
  Counter counter;

  EXPECT_EQ(counter.run({"channel", "retire", "wechat", "--reason", "closed"}), 2);
  EXPECT_THAT(counter.err, HasSubstr("--yes"));
  EXPECT_EQ(counter.run({"channel", "retire", "wechat", "--reason", "closed", "--yes"}), 0);
  EXPECT_EQ(counter.json({"channel", "show", "wechat"}).text("state"), "retired");
}

TEST(ReplayCommandTest, ShowsFirstWhatItWouldDo) {
  Counter counter;
  counter.office.accept({notice("n-1")});
  counter.office.deliver("portal", published());
  const std::vector<std::string> start{
      "replay", "start", "--channel", "portal", "--release", "n-1", "--reason", "lost there"};

  EXPECT_EQ(counter.run(start), 2);
  EXPECT_THAT(counter.out, HasSubstr("1 deliveries would be sent again to channel portal"));
  EXPECT_THAT(counter.err, HasSubstr("--yes"));
  EXPECT_EQ(counter.run({"replay", "list"}), 0);
  EXPECT_THAT(counter.out, HasSubstr("gulou replay start"));
  auto yes = start;
  yes.emplace_back("--yes");
  EXPECT_EQ(counter.json(yes).integer("job"), 1);
  EXPECT_EQ(counter.run({"replay", "show", "1"}), 0);
  EXPECT_THAT(counter.out, HasSubstr("lost there"));
  EXPECT_EQ(counter.run({"replay", "list"}), 0);
  EXPECT_EQ(counter.run({"replay", "show", "9"}), 1);
}

TEST(GateCommandTest, LetsAReleaseGo) {
  Channel wechat = channel("wechat");
  wechat.gate.channel = "portal";
  Counter counter({channel("portal"), wechat});
  counter.office.accept({notice("n-1")});

  EXPECT_EQ(counter.run({"release", "show", "n-1"}), 0);
  EXPECT_THAT(counter.out, HasSubstr("wechat: gated"));
  EXPECT_EQ(
      counter.run({"gate", "open", "n-1", "--channel", "wechat", "--reason", "portal is down"}), 0);
  EXPECT_EQ(counter.office.desk.decided.verb, OperatorDecided::Verb::open_gate);
  EXPECT_EQ(counter.run({"gate", "open", "n-1", "--channel", "portal", "--reason", "x"}), 1);
}

TEST(DeliveryCommandTest, AParkedOneComesWithReasonAndSteps) {
  Counter counter;
  counter.office.accept({notice("n-1")});
  counter.office.deliver("portal", outcome(Outcome::content, "missing_glyph"));

  EXPECT_EQ(counter.run({"delivery", "list", "--parked"}), 0);

  EXPECT_THAT(counter.out, HasSubstr("portal/1  关于䶮堃水库蓄水的通知"));
  EXPECT_THAT(counter.out, HasSubstr("content not taken"));
  EXPECT_THAT(counter.out, HasSubstr("A character is in no installed font"));
  EXPECT_THAT(counter.out, HasSubstr("gulou delivery retry portal/1"));
  EXPECT_EQ(counter.run({"delivery", "show", "portal/1"}), 0);
  EXPECT_EQ(counter.run({"status"}), 1);
}

}  // namespace gulou::test
