#include "common/base/limits.h"
#include "tests/support/bench.h"

#include <set>

namespace gulou::test {
namespace {

TEST(DispatcherTest, HandsOutNoMoreThanTheCredit) {
  Bench bench;
  for (int i = 0; i < 10; ++i) {
    bench.accept({part("a" + std::to_string(i))});
  }
  const SessionNo session = bench.connect("portal", 3);

  const Handed first = bench.one_handed();
  EXPECT_EQ(first.items->size(), 3U);
  bench.report(first, {1}, {3}, published());
  EXPECT_TRUE(bench.handed().empty());
  bench.take(CreditGranted{session, 5, 100 << 20});
  bench.take(CreditGranted{session, 4, 1});  // a late, smaller grant takes nothing back
  bench.round();
  EXPECT_EQ(bench.one_handed().items->size(), 2U);
  EXPECT_TRUE(bench.core().audit().empty());
}

TEST(DispatcherTest, ALargeGrantIsUsedToItsEnd) {
  Bench bench;
  const uint64_t most = limits::credit_messages_max + 300;
  bench.connect("portal", most);
  for (uint64_t i = 0; i < most; ++i) {
    bench.take(submission("oa", {part("a" + std::to_string(i))}));
    if (i % 200 == 0) {
      bench.round();
    }
  }
  bench.round();
  uint64_t seen = 0;
  for (auto handed = bench.handed(); !handed.empty(); handed = bench.handed()) {
    for (const Handed& one : handed) {
      seen += one.items->size();
      bench.report(one, one.items->front().seq, one.items->back().seq, published());
    }
  }

  EXPECT_EQ(seen, most);
}

TEST(DispatcherTest, CreditInBytesBoundsABatch) {
  Bench bench;
  for (int i = 0; i < 4; ++i) {
    PartFacts facts = part("a" + std::to_string(i));
    facts.bytes = std::make_shared<const std::string>(1000, 'x');
    bench.accept({facts});
  }
  bench.take(SessionOpened{{{1}, 1}, "portal", "portal-1", "key"});
  bench.take(CreditGranted{{1}, 100, 2'500});
  bench.round();

  EXPECT_EQ(bench.one_handed().items->size(), 2U);
  bench.take(CreditGranted{{1}, 100, 3'000});
  bench.round();
  EXPECT_EQ(bench.one_handed().items->size(), 1U);
}

TEST(DispatcherTest, SubscribersAtOnePositionShareOneBatch) {
  std::vector<Channel> channels;
  for (int i = 0; i < 5; ++i) {
    channels.push_back(channel("media" + std::to_string(i)));
  }
  Bench bench(channels);
  for (int i = 0; i < 5; ++i) {
    bench.connect("media" + std::to_string(i));
  }
  bench.accept({part("a")});

  const auto sends = bench.took<SendDeliver>();

  ASSERT_EQ(sends.size(), 1U);
  EXPECT_EQ(sends[0].targets.size(), 5U);
}

TEST(DispatcherTest, AnEntryAcceptedInARoundLeavesInTheSameCommit) {
  Bench bench;
  bench.connect("portal");
  const uint64_t before = bench.journal().history().changesets();
  bench.take(submission("oa", {part("a")}));
  bench.close();

  EXPECT_TRUE(bench.handed().empty());  // the barrier
  bench.commit();
  EXPECT_EQ(bench.handed().size(), 1U);
  EXPECT_EQ(bench.journal().history().changesets(), before + 1);
}

TEST(DispatcherTest, NoDeliveryIsLeasedTwice) {
  Bench bench;
  bench.connect("portal", 1000, "portal-a");
  bench.connect("portal", 1000, "portal-b");
  for (int i = 0; i < 20; ++i) {
    bench.accept({part("a" + std::to_string(i))});
  }
  std::set<uint64_t> seen;
  for (const Handed& handed : bench.handed()) {
    for (const HandedItem& item : *handed.items) {
      EXPECT_TRUE(seen.insert(item.seq.value).second);
    }
  }
  EXPECT_FALSE(seen.empty());
}

TEST(DispatcherTest, EverySessionGetsItsTurn) {
  Bench bench({channel("portal"), channel("screen")});
  bench.connect("portal");
  bench.connect("screen");
  for (int i = 0; i < 3; ++i) {
    bench.accept({part("a" + std::to_string(i))});
  }
  std::set<SessionNo> served;
  for (const Handed& handed : bench.handed()) {
    served.insert(handed.session);
  }

  EXPECT_EQ(served.size(), 2U);
}

TEST(DispatcherTest, WorkLeftWhenTheRoundIsFullIsDoneWithoutAnotherEvent) {
  Bench bench;
  const size_t entries = limits::hand_overs_per_round_max + 10;
  for (size_t i = 0; i < entries; ++i) {
    PartFacts brief = part("a" + std::to_string(i));
    brief.expires = {bench.now.utc.ms + 1'000};
    bench.take(submission("oa", {brief}));
    if (i % 400 == 0) {
      bench.round();
    }
  }
  bench.accept({part("last")});
  bench.advance(2'000);
  bench.connect("portal");

  const auto handed = bench.handed();
  ASSERT_EQ(handed.size(), 1U);
  EXPECT_EQ(handed[0].items->at(0).seq, Seq{entries + 1});
}

TEST(DispatcherTest, FailingDeliveriesDoNotStarveNewOnes) {
  Channel slow = channel("portal");
  slow.attempts_max = 1'000;
  slow.backoff_first_ms = 1;
  slow.backoff_ms_max = 1;
  slow.circuit_failures = 1'000;
  Bench bench({slow});
  bench.connect("portal", 100'000);
  for (int i = 0; i < 8; ++i) {
    bench.accept({part("bad" + std::to_string(i))});
  }
  bool handed_new = false;
  for (int turn = 0; turn < 40; ++turn) {
    if (turn == 10) {
      bench.accept({part("good")});
    }
    bench.advance(10);
    bench.round();
    for (const Handed& handed : bench.handed()) {
      for (const HandedItem& item : *handed.items) {
        handed_new = handed_new || item.seq == Seq{9};
        bench.report(handed, item.seq, item.seq, outcome(Outcome::transient));
      }
    }
  }

  EXPECT_TRUE(handed_new);
}

TEST(DispatcherTest, DrainingHandsOutNothingAndAsksForNoWakeUp) {
  Bench bench;
  PartFacts later = part("a");
  later.not_before = {bench.now.utc.ms + 1'000};
  bench.accept({later});
  bench.connect("portal");
  bench.take(Draining{});
  bench.round();
  bench.advance(5'000);
  bench.round();

  EXPECT_TRUE(bench.handed().empty());
  const auto deadline = bench.core().next_deadline();
  EXPECT_TRUE(!deadline || deadline->utc > bench.now.utc);
}

}  // namespace
}  // namespace gulou::test
