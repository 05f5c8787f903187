#include "broker/core/ledger.h"

#include "common/base/limits.h"
#include "tests/support/bench.h"

namespace gulou::test {
namespace {

std::vector<uint64_t> seqs(const std::vector<EntryRow>& rows) {
  std::vector<uint64_t> found;
  for (const EntryRow& row : rows) {
    found.push_back(row.entry.seq.value);
  }
  return found;
}

TEST(LedgerTest, EntriesJoinCommittedRecentAndUncommittedOnes) {
  Bench bench;
  for (int i = 0; i < 3; ++i) {
    bench.accept({part("a" + std::to_string(i))});
  }
  bench.restart();  // 1 to 3 are behind the floor: only the reader knows them
  bench.accept({part("b")});
  bench.take(submission("oa", {part("c")}));  // not even closed

  const Ledger& ledger = bench.ledger();
  EXPECT_EQ(seqs(ledger.entries(Lane::normal, {0}, 10)), (std::vector<uint64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(seqs(ledger.entries(Lane::normal, {1}, 3)), (std::vector<uint64_t>{2, 3, 4}));
  EXPECT_EQ(seqs(ledger.entries(Lane::normal, {3}, 1)), (std::vector<uint64_t>{4}));
  EXPECT_EQ(seqs(ledger.entries(Lane::urgent, {0}, 10)), (std::vector<uint64_t>{}));
  EXPECT_TRUE(ledger.entry(Lane::normal, {2}).has_value());
  EXPECT_TRUE(ledger.entry(Lane::normal, {5}).has_value());
  EXPECT_FALSE(ledger.entry(Lane::urgent, {5}).has_value());
}

TEST(LedgerTest, RevisedShowsWhereverTheOldEntryStands) {
  Bench bench;
  bench.accept({part("a")});
  bench.restart();
  bench.accept({part("b")});
  bench.take(submission("oa", {part("a", 2)}));
  bench.take(submission("oa", {part("b", 2)}));

  const auto rows = bench.ledger().entries(Lane::normal, {0}, 10);

  ASSERT_EQ(rows.size(), 4U);
  EXPECT_TRUE(rows[0].revised);
  EXPECT_TRUE(rows[1].revised);
  EXPECT_FALSE(rows[2].revised);
  EXPECT_TRUE(bench.ledger().entry(Lane::normal, {1})->revised);
}

TEST(LedgerTest, MemoryDoesNotGrowWithTheLog) {
  Bench bench;
  for (size_t i = 0; i < limits::recent_entries_max + 100; ++i) {
    bench.take(submission("oa", {part("a" + std::to_string(i))}));
    if (i % 100 == 0) {
      bench.round();
    }
  }
  bench.round();

  EXPECT_EQ(bench.ledger().overlay_rows(), 0U);
  EXPECT_EQ(bench.ledger().entries(Lane::normal, {0}, 5).size(), 5U);
  EXPECT_EQ(seqs(bench.ledger().entries(Lane::normal, {99}, 2)), (std::vector<uint64_t>{100, 101}));
}

TEST(LedgerTest, ARoundIsInFlightUntilItIsDurable) {
  Bench bench;
  bench.accept({part("a")});
  bench.take(submission("oa", {part("b")}));
  bench.close();

  EXPECT_FALSE(bench.ledger().round_of({1}).has_value());
  EXPECT_TRUE(bench.ledger().round_of({2}).has_value());
  bench.round();
  EXPECT_FALSE(bench.ledger().round_of({2}).has_value());
}

TEST(LedgerTest, DeliveredNamesTheNewestRevisionWhereverItStands) {
  Bench bench;
  const PublicationKey a{"oa", "a"};
  const auto delivered = [&] {
    return bench.ledger().delivered(bench.subscriber("portal"), *bench.ledger().publication(a));
  };
  bench.accept({part("a")});
  bench.connect("portal");

  EXPECT_FALSE(delivered().has_value());
  bench.report(bench.one_handed(), {1}, {1}, published());  // plain: a range
  EXPECT_EQ(delivered()->revision, 1U);
  bench.accept({part("a", 2)});
  bench.report(bench.one_handed(), {2}, {2}, published("http://p/2"));
  EXPECT_EQ(delivered()->revision, 2U);
  EXPECT_EQ(delivered()->url, "http://p/2");
  bench.restart();
  EXPECT_EQ(delivered()->revision, 2U);
}

TEST(LedgerTest, AReceiptWithoutUrlKeepsTheOneKnown) {
  Bench bench;
  bench.accept({part("a")});
  bench.connect("portal");
  bench.report(bench.one_handed(), {1}, {1}, published("http://p/1"));
  bench.accept({part("a", 2)});
  bench.report(bench.one_handed(), {2}, {2}, published());
  bench.accept({part("a", 3)});

  const HandedPart handed = bench.one_handed().items->at(0).parts.at(0);

  EXPECT_EQ(handed.old_revision, 2U);
  EXPECT_EQ(handed.old_url, "http://p/1");
}

TEST(LedgerTest, DueLeavesOutWhatRoundsInFlightChanged) {
  Bench bench;
  bench.accept({part("a")});
  bench.connect("portal");
  bench.report(bench.one_handed(), {1}, {1}, outcome(Outcome::transient));
  bench.advance(5'000);

  EXPECT_EQ(bench.ledger()
                .due(bench.subscriber("portal"), DueKind::publication, bench.now.utc, 10)
                .size(),
            1U);
  bench.close();  // handed out again
  EXPECT_TRUE(bench.ledger()
                  .due(bench.subscriber("portal"), DueKind::publication, bench.now.utc, 10)
                  .empty());
}

TEST(LedgerTest, PublishedOnIsTheFirstLeaseOnAPortal) {
  Bench bench({channel("screen"), channel("portal")});
  bench.accept({part("a"), part("b")});
  bench.connect("screen");
  EXPECT_FALSE(bench.ledger().published_on({"oa", "a"}));
  bench.advance(1'000);
  const Utc shown = bench.now.utc;
  bench.connect("portal");
  bench.handed();
  bench.advance(100'000);
  bench.accept({part("a", 2)});

  EXPECT_EQ(bench.ledger().published_on({"oa", "a"}), shown);
  EXPECT_EQ(bench.ledger().published_on({"oa", "b"}), shown);
  bench.restart();
  EXPECT_EQ(bench.ledger().published_on({"oa", "a"}), shown);
}

}  // namespace
}  // namespace gulou::test
