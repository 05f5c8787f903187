#include "tests/support/bench.h"

namespace gulou::test {
namespace {

PartFacts urgent(PartFacts facts) {
  facts.urgent = true;
  return facts;
}

std::vector<uint64_t> seqs(const std::vector<Handed>& handed) {
  std::vector<uint64_t> found;
  for (const Handed& one : handed) {
    for (const HandedItem& item : *one.items) {
      found.push_back(item.seq.value);
    }
  }
  return found;
}

TEST(LanesTest, UrgentOvertakesNormalAndBulkComesLast) {
  Bench bench;
  PartFacts imported = part("old");
  imported.imported = true;
  bench.accept({imported});
  bench.accept({part("a")});
  bench.accept({urgent(part("b"))});
  bench.connect("portal");

  const auto handed = bench.handed();
  EXPECT_EQ(seqs(handed), (std::vector<uint64_t>{3, 2}));
  bench.report(handed[0], {3}, {3}, published());
  EXPECT_EQ(seqs(bench.handed()), (std::vector<uint64_t>{1}));
}

TEST(LanesTest, WhatTheFilterExcludesIsNotToCome) {
  Channel fresh = channel("portal");
  fresh.filter.imports = false;
  Bench bench({fresh});  // nobody is connected, so no cursor moves
  PartFacts imported = part("old");
  imported.imported = true;
  bench.accept({imported});
  EXPECT_EQ(bench.core().view().channels.at(0).behind, 0U);

  bench.accept({urgent(part("a"))});

  EXPECT_EQ(bench.core().view().channels.at(0).behind, 1U);
}

TEST(LanesTest, UrgentHasALeaseOfItsOwn) {
  Bench bench;
  bench.accept({part("a")});
  bench.connect("portal");
  bench.accept({part("b")});
  bench.accept({part("c")});
  EXPECT_EQ(seqs(bench.handed()), (std::vector<uint64_t>{1, 2}));

  bench.accept({urgent(part("d"))});

  EXPECT_EQ(seqs(bench.handed()), (std::vector<uint64_t>{4}));
}

TEST(LanesTest, SecondRevisionWaitsForFirst) {
  Bench bench;
  bench.accept({part("a")});
  bench.connect("portal");
  const Handed first = bench.one_handed();
  bench.accept({part("a", 2)});

  EXPECT_TRUE(bench.handed().empty());
  EXPECT_EQ(bench.delivery("portal", {2}).state, DeliveryState::waiting);
  EXPECT_EQ(bench.delivery("portal", {2}).reason, "predecessor_leased");
  bench.report(first, {1}, {1}, published("http://p/a"));
  bench.advance(2'000);
  bench.round();
  const HandedItem item = bench.one_handed().items->at(0);
  EXPECT_EQ(item.seq, Seq{2});
  EXPECT_EQ(item.parts[0].old_revision, 1U);
  EXPECT_EQ(item.parts[0].old_url, "http://p/a");
  EXPECT_EQ(item.parts[0].old_platform_id, "id-of-http://p/a");
}

TEST(LanesTest, ABacklogIsHandedOutAtTheNewestRevisionAndTheRestIsSuperseded) {
  Bench bench;
  bench.accept({part("a")});
  bench.accept({part("a", 2)});
  bench.accept({part("a", 3)});
  bench.connect("portal");

  const Handed handed = bench.one_handed();
  const HandedPart& part_ = handed.items->at(0).parts.at(0);
  EXPECT_EQ(handed.items->at(0).seq, Seq{1});
  EXPECT_EQ(part_.seq, Seq{3});
  EXPECT_EQ(part_.facts.revision, 3U);
  bench.report(handed, {1}, {1}, published("http://p/a"));
  bench.advance(2'000);
  bench.round();
  EXPECT_TRUE(bench.handed().empty());
  EXPECT_EQ(bench.delivery("portal", {1}).receipt.parts[0].revision, 3U);
  EXPECT_EQ(bench.state("portal", {2}), DeliveryState::superseded);
  EXPECT_EQ(bench.state("portal", {3}), DeliveryState::superseded);
}

TEST(LanesTest, ARevisionOfOnePartIsTakenIntoTheBundle) {
  Bench bench;
  bench.accept({part("a"), part("b")});
  bench.accept({part("b", 2)});
  bench.connect("portal");

  const HandedItem item = bench.one_handed().items->at(0);

  EXPECT_EQ(item.parts[0].facts.revision, 1U);
  EXPECT_EQ(item.parts[1].facts.revision, 2U);
  EXPECT_EQ(item.parts[1].seq, Seq{2});
  EXPECT_EQ(item.parts[1].body_part, 0);
  EXPECT_EQ(item.parts[1].part, 1);
}

TEST(LanesTest, AScheduledReleaseWaitsWithoutStoppingTheCursor) {
  Bench bench;
  PartFacts later = part("a");
  later.not_before = {bench.now.utc.ms + 10'000};
  bench.accept({later});
  bench.accept({part("b")});
  bench.connect("portal");

  EXPECT_EQ(seqs(bench.handed()), (std::vector<uint64_t>{2}));
  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::waiting);
  ASSERT_TRUE(bench.core().next_deadline().has_value());
  EXPECT_EQ(bench.core().next_deadline()->utc, later.not_before);
  bench.advance(10'000);
  bench.round();
  EXPECT_EQ(seqs(bench.handed()), (std::vector<uint64_t>{1}));
}

TEST(LanesTest, ADeadlineIsKnownForEachOfSeveralScheduledReleases) {
  Bench bench;
  bench.connect("portal");
  PartFacts first = part("a");
  first.not_before = {bench.now.utc.ms + 10'000};
  PartFacts second = part("b");
  second.not_before = {bench.now.utc.ms + 20'000};
  bench.accept({first});
  bench.accept({second});
  bench.advance(10'000);
  bench.round();

  EXPECT_EQ(bench.core().next_deadline()->utc, second.not_before);
}

TEST(LanesTest, AnExpiredReleaseIsNotHandedOut) {
  Bench bench;
  PartFacts brief = part("a");
  brief.expires = {bench.now.utc.ms + 10'000};
  PartFacts briefer = part("b");
  briefer.expires = {bench.now.utc.ms + 5'000};
  bench.accept({brief});
  bench.accept({briefer});
  bench.advance(7'000);
  bench.connect("portal");

  EXPECT_EQ(seqs(bench.handed()), (std::vector<uint64_t>{1}));
  EXPECT_EQ(bench.state("portal", {2}), DeliveryState::expired);
}

TEST(LanesTest, AWaitingReleaseExpires) {
  Bench bench;
  PartFacts brief = part("a");
  brief.expires = {bench.now.utc.ms + 500};
  bench.accept({brief});
  bench.connect("portal");
  bench.report(bench.one_handed(), {1}, {1}, outcome(Outcome::transient));
  bench.advance(5'000);
  bench.round();

  EXPECT_TRUE(bench.handed().empty());
  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::expired);
}

TEST(LanesTest, AnExpiredRevisionIsNotTakenIntoAnOlderEntry) {
  Bench bench;
  PartFacts brief = part("a", 2);
  brief.expires = {bench.now.utc.ms + 5'000};
  bench.accept({part("a"), part("b")});
  bench.accept({part("c")});
  bench.accept({brief});
  PartFacts brief_c = part("c", 2);
  brief_c.expires = brief.expires;
  bench.accept({brief_c});
  bench.advance(7'000);
  bench.connect("portal");

  // The publication has ended: of the bundle only the other part is left, of the single one
  // nothing.
  const Handed handed = bench.one_handed();
  ASSERT_EQ(handed.items->at(0).parts.size(), 1U);
  EXPECT_EQ(handed.items->at(0).parts[0].facts.id, "b");
  EXPECT_EQ(bench.state("portal", {2}), DeliveryState::expired);
  EXPECT_EQ(bench.state("portal", {3}), DeliveryState::expired);
}

TEST(LanesTest, ARevisionAfterAnOpenOutcomeLooksBeforeItPosts) {
  Bench bench;
  bench.accept({part("a")});
  bench.connect("portal");
  bench.report(bench.one_handed(), {1}, {1}, outcome(Outcome::ambiguous));
  bench.accept({part("a", 2)});

  const HandedItem item = bench.one_handed().items->at(0);

  EXPECT_EQ(item.seq, Seq{2});
  EXPECT_TRUE(item.maybe_published);
}

TEST(LanesTest, ARevisionAfterACancelledOpenOutcomeLooksBeforeItPosts) {
  Bench bench;
  bench.accept({part("a")});
  bench.connect("portal");
  bench.report(bench.one_handed(), {1}, {1}, outcome(Outcome::ambiguous));
  bench.take(OperatorDecided{
      {{9}, 1}, "li", bench.subscriber("portal"), {1}, OperatorDecided::Verb::cancel, ""});
  bench.round();
  bench.accept({part("a", 2)});

  EXPECT_TRUE(bench.one_handed().items->at(0).maybe_published);
}

TEST(LanesTest, ARevisionKnowsThePlatformIdThatItsPredecessorWaitsFor) {
  Bench bench;
  bench.accept({part("a")});
  bench.connect("portal");
  Report accepted = outcome(Outcome::accepted, "");
  accepted.platform_id = "draft-1";
  accepted.until = {bench.now.utc.ms + 60'000};
  bench.report(bench.one_handed(), {1}, {1}, accepted);
  bench.accept({part("a", 2)});

  const HandedItem item = bench.one_handed().items->at(0);

  EXPECT_TRUE(item.maybe_published);
  EXPECT_EQ(item.platform_ids, std::vector<std::string>{"draft-1"});
}

TEST(LanesTest, FiltersTakeBundlesWithAnyMatchingPart) {
  Channel policy = channel("policy");
  policy.filter.columns = {"zcwj"};
  Channel drill = channel("drill");
  drill.filter.drill = true;
  Channel fresh = channel("fresh");
  fresh.filter.imports = false;
  Bench bench({policy, drill, fresh});
  PartFacts document = part("a");
  document.column = "zcwj";
  PartFacts exercise = part("c");
  exercise.test = true;
  PartFacts imported = part("d");
  imported.imported = true;
  bench.accept({document, part("b")});
  bench.accept({part("e")});
  bench.accept({exercise});
  bench.accept({imported});

  bench.connect("policy");
  EXPECT_EQ(seqs(bench.handed()), (std::vector<uint64_t>{1}));
  bench.connect("drill");  // drills too
  EXPECT_EQ(seqs(bench.handed()), (std::vector<uint64_t>{1, 2, 3, 4}));
  bench.connect("fresh");
  EXPECT_EQ(seqs(bench.handed()), (std::vector<uint64_t>{1, 2}));
}

TEST(LanesTest, AChannelDefinedLaterStartsAtTheHead) {
  Bench bench;
  bench.accept({part("a")});
  bench.configure({channel("portal"), channel("screen")});
  bench.accept({part("b")});
  bench.connect("screen");

  EXPECT_EQ(seqs(bench.handed()), (std::vector<uint64_t>{2}));
}

// Of a whole county's history and more: the place of what overtakes does not depend on it.
TEST(LanesTest, UrgentAndWithdrawnOvertakeAHundredThousand) {
  constexpr uint64_t queued = 100'000;
  Bench bench;
  bench.accept({part("wrong")});
  bench.connect("portal", queued);
  bench.report(bench.one_handed(), {1}, {1}, published("http://p/wrong"));
  for (uint64_t i = 0; i < queued; ++i) {
    PartFacts facts = part("a" + std::to_string(i));
    facts.imported = i % 2 == 0;
    bench.take(submission("oa", {facts}));
    if (i % 400 == 0) {
      bench.round();
    }
  }
  bench.round();
  bench.sends.clear();

  WithdrawalAsked withdrawal;
  withdrawal.by = "li";
  withdrawal.by_operator = true;
  withdrawal.targets = {{{"oa", "wrong"}, 0}};
  withdrawal.reason = "wrong";
  bench.take(withdrawal);
  bench.round();
  const Handed removal = bench.one_handed();
  EXPECT_EQ(removal.lane, Lane::withdrawal);
  EXPECT_EQ(removal.items->at(0).seq, Seq{queued + 2});
  bench.report(removal, {queued + 2}, {queued + 2}, published());

  bench.accept({urgent(part("storm"))});
  const Handed storm = bench.one_handed();
  EXPECT_EQ(storm.lane, Lane::urgent);
  EXPECT_EQ(storm.items->at(0).seq, Seq{queued + 3});
}

}  // namespace
}  // namespace gulou::test
