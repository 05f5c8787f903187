#include "tests/unit/broker/cli/counter.h"

namespace gulou::test {

using ::testing::HasSubstr;

namespace {

std::vector<Channel> by_hand_channels() {
  Channel portal = channel("portal");
  portal.on_withdrawal.remove = OnWithdrawal::park;
  return {portal};
}

const std::vector<std::string> removal{
    "withdraw", "n-1", "--kind", "remove", "--reason", "wrong document"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::string& more) {
  arguments.push_back(more);
  return arguments;
}

void publish(Office& office) {
  office.accept({notice("n-1")});
  office.deliver("portal", published("http://p/1.html", 1));
}

}  // namespace

TEST(WithdrawTest, WithoutATerminalItOnlyShowsWhatItWouldDo) {
  Counter counter;
  publish(counter.office);

  EXPECT_EQ(counter.run(removal), 2);

  EXPECT_THAT(counter.out, HasSubstr("http://p/1.html"));
  EXPECT_THAT(counter.out, HasSubstr("Done at once by the adapter of channel portal"));
  EXPECT_THAT(counter.out, HasSubstr("cannot be undone"));
  EXPECT_THAT(counter.err, HasSubstr("--yes"));
  EXPECT_EQ(counter.office.bench.ledger().head().value, 1U);
}

TEST(WithdrawTest, OneQuestionIsAsked) {
  Counter counter(by_hand_channels());
  publish(counter.office);

  counter.typed = "";
  EXPECT_EQ(counter.run(removal), 1);
  EXPECT_THAT(counter.out, HasSubstr("nothing has changed"));
  EXPECT_EQ(counter.office.bench.ledger().head().value, 1U);
  counter.typed = "y";
  EXPECT_EQ(counter.run(removal), 1) << "it waits for a person";
  EXPECT_EQ(counter.office.bench.ledger().head().value, 2U);
  EXPECT_THAT(counter.out, HasSubstr("gulou takedown show '#2'"));
  EXPECT_THAT(counter.out, HasSubstr("gulou delivery show portal/2"));
  EXPECT_THAT(counter.out, HasSubstr("鼓楼县人民政府 0123"));
}

TEST(WithdrawTest, WhatAPersonTookDownIsSaidAndConfirmed) {
  Counter counter(by_hand_channels());
  publish(counter.office);
  EXPECT_EQ(counter.run(with(removal, "--yes")), 1);

  EXPECT_EQ(counter.run({"takedown", "list", "--open"}), 0);
  EXPECT_THAT(counter.out, HasSubstr("done 0 / 1, under way"));
  EXPECT_EQ(counter.run({"delivery", "list", "--parked"}), 0);
  EXPECT_THAT(counter.out, HasSubstr("gulou delivery resolve portal/2 --removed"));
  EXPECT_EQ(counter.run({"delivery", "resolve", "portal/2", "--reason", "done"}), 2);
  EXPECT_EQ(counter.run({"delivery", "resolve", "portal/2", "--removed", "--reason", "done"}), 0);
  EXPECT_EQ(counter.run({"takedown", "show", "#2"}), 0);
  EXPECT_THAT(counter.out, HasSubstr("confirmed · by hand"));
  EXPECT_EQ(counter.run({"takedown", "list", "--open"}), 0);
  EXPECT_THAT(counter.out, HasSubstr("gulou takedown list"));
  EXPECT_EQ(counter.run(with(removal, "--yes")), 0) << "again: the same receipt";
  EXPECT_THAT(counter.out, HasSubstr("Withdrawn before, as #2"));
}

TEST(WithdrawTest, ScriptsGetJson) {
  Counter counter(by_hand_channels());
  publish(counter.office);

  EXPECT_TRUE(counter.json(removal, 2).boolean("preview"));
  const JsonValue taken = counter.json(with(removal, "--yes"), 1);
  EXPECT_EQ(taken.integer("seq"), 2);
  EXPECT_TRUE(taken.boolean("places[0].needs_person"));
  EXPECT_EQ(counter.json({"withdraw", "x", "--kind", "remove", "--reason", "y"}, 1).text("code"),
            "release_unknown");
  EXPECT_EQ(counter.run({"withdraw", "n-1", "--kind", "hide", "--reason", "y"}), 2);
  EXPECT_EQ(counter.run({"withdraw", "n-1", "--kind", "remove"}), 2);
}

}  // namespace gulou::test
