// A receipt or cursor of ours that is ahead of our head: what we had was lost.
#include "tests/support/bench.h"

namespace gulou::test {
namespace {

std::string refusal_of(Bench& bench) {
  const auto refused = bench.took<SendRefused>();
  return refused.empty() ? std::string() : refused.back().errors.front().reason;
}

void show(Bench& bench, uint64_t epoch, Seq seq, std::string by = "oa") {
  bench.take(CursorShown{std::move(by), epoch, seq});
  bench.round();
}

TEST(LossTest, WhatIsNotAheadChangesNothing) {
  Bench bench;
  const Seq seq = bench.accept({part("a")});

  show(bench, bench.ledger().epoch(), seq);

  EXPECT_FALSE(bench.core().view().loss);
  EXPECT_EQ(bench.accept({part("b")}), Seq{2});
}

TEST(LossTest, NothingNewIsTakenOrHandedOut) {
  Bench bench;
  const Seq first = bench.accept({part("a")});
  show(bench, 1, {9});
  bench.connect("portal");

  EXPECT_EQ(bench.refuse({part("b")}), "data_loss_suspected");
  EXPECT_TRUE(bench.handed().empty());
  EXPECT_EQ(bench.ledger().head(), first);
  ASSERT_TRUE(bench.core().view().loss);
  EXPECT_EQ(bench.core().view().loss->by, "oa");
  EXPECT_EQ(bench.core().view().loss->seq, Seq{9});
  // What it has it still knows.
  EXPECT_EQ(bench.accept({part("a")}), first);
}

TEST(LossTest, AnEpochThatNeverWasIsALossToo) {
  Bench bench;
  const Seq seq = bench.accept({part("a")});

  show(bench, bench.ledger().epoch() + 1, seq);

  EXPECT_TRUE(bench.core().view().loss);
}

TEST(LossTest, EveryDecisionIsRefusedMeanwhile) {
  Bench bench;
  const Seq seq = bench.accept({part("a")});
  show(bench, 1, {9});
  const Asker asker{{77}, 1};
  WithdrawalAsked withdrawal;
  withdrawal.from = asker;
  withdrawal.by = "oa";
  withdrawal.targets.push_back({{"oa", "a"}, 0});
  withdrawal.reason = "x";
  OperatorDecided decided;
  decided.from = asker;
  decided.seq = seq;
  decided.subscriber = bench.subscriber("portal");
  ReplayAsked replay;
  replay.from = asker;
  const std::vector<Event> asked{BlobArrived{asker, Digest{}, 3, "pdf"},
                                 withdrawal,
                                 decided,
                                 ChannelDecided{asker, "li", {}, ChannelDecided::Verb::pause, "x"},
                                 replay,
                                 ReplayCancelled{asker, "li", "x", {1}}};

  for (const Event& event : asked) {
    bench.take(event);
    bench.round();
    EXPECT_EQ(refusal_of(bench), "data_loss_suspected") << event.index();
  }
}

TEST(LossTest, WhatWasUnderWayIsStillRecorded) {
  Bench bench;
  bench.connect("portal");
  const Seq seq = bench.accept({part("a")});
  const Handed handed = bench.one_handed();
  show(bench, 1, {9});

  bench.report(handed, seq, seq, published("http://p/1"));

  EXPECT_EQ(bench.state("portal", seq), DeliveryState::published);
}

TEST(LossTest, NothingExpiresMeanwhile) {
  Bench bench;
  PartFacts facts = part("a");
  facts.expires = {bench.now.utc.ms + 1000};
  const Seq seq = bench.accept({facts});
  show(bench, 1, {9});

  bench.advance(60'000);
  bench.round();

  EXPECT_EQ(bench.ledger().head(), seq);
}

TEST(LossTest, ItOutlivesTheProcess) {
  Bench bench;
  show(bench, 1, {9});

  bench.restart();

  EXPECT_EQ(bench.refuse({part("b")}), "data_loss_suspected");
}

TEST(LossTest, AnOperatorAcceptsItAndWorkGoesOn) {
  Bench bench;
  bench.accept({part("a")});
  bench.connect("portal");
  show(bench, 1, {9});
  EXPECT_EQ(bench.refuse({part("b")}), "data_loss_suspected");
  bench.handed();

  bench.take(LossSettled{{{77}, 1}, "li", "restored from the backup of Monday"});
  bench.round();

  EXPECT_EQ(bench.took<SendDone>().size(), 1U);
  EXPECT_FALSE(bench.core().view().loss);
  EXPECT_EQ(bench.accept({part("b")}), Seq{2});
  EXPECT_FALSE(bench.handed().empty());
  // The same receipt again says nothing new; a later one does.
  show(bench, 1, {9});
  EXPECT_FALSE(bench.core().view().loss);
  show(bench, 1, {10}, "cms");
  ASSERT_TRUE(bench.core().view().loss);
  EXPECT_EQ(bench.core().view().loss->by, "cms");
}

TEST(LossTest, ThereMustBeOneToBeAccepted) {
  Bench bench;

  bench.take(LossSettled{{{77}, 1}, "li", "x"});
  bench.round();

  EXPECT_EQ(refusal_of(bench), "loss_not_suspected");
}

}  // namespace
}  // namespace gulou::test
