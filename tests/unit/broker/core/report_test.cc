#include "common/base/limits.h"
#include "tests/support/bench.h"

namespace gulou::test {
namespace {

// A bench with `count` releases handed to one portal session in one lease.
struct ReportTest : testing::Test {
  Handed hand_out(int count) {
    for (int i = 0; i < count; ++i) {
      bench.accept({part("a" + std::to_string(i))});
    }
    session = bench.connect("portal");
    return bench.one_handed();
  }

  // The delivery's next hand-over, after its waiting time.
  Handed again(int64_t wait_ms = 10'000) {
    bench.advance(wait_ms);
    bench.round();
    return bench.one_handed();
  }

  Bench bench;
  SessionNo session;
};

TEST_F(ReportTest, PartialReportsShrinkTheLease) {
  const Handed handed = hand_out(5);
  bench.report(handed, {2}, {3}, published());

  EXPECT_EQ(bench.ledger().lease(handed.lease)->runs, (SeqRuns{{{1}, 1}, {{4}, 2}}));
  EXPECT_EQ(bench.state("portal", {2}), DeliveryState::published);
  EXPECT_EQ(bench.state("portal", {4}), DeliveryState::leased);
  bench.report(handed, {1}, {99}, published());
  EXPECT_EQ(bench.ledger().lease(handed.lease), nullptr);
  EXPECT_EQ(bench.state("portal", {5}), DeliveryState::published);
}

TEST_F(ReportTest, PlainSuccessesStayRanges) {
  const Handed handed = hand_out(100);
  bench.changes.clear();
  bench.report(handed, {1}, {100}, published());

  EXPECT_EQ(bench.changes.size(), 3U);  // what is seen, the range, and the end of the lease
}

TEST_F(ReportTest, AReportOfWhatIsNotLeasedIsAnError) {
  const Handed handed = hand_out(2);
  bench.report(handed, {7}, {9}, published());
  bench.report(handed, {2}, {1}, published());
  bench.report({handed.session, {77}, 0, Lane::normal, nullptr}, {1}, {1}, published());

  EXPECT_EQ(bench.took<SendError>().size(), 3U);
  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::leased);
}

TEST_F(ReportTest, AnotherSessionCannotReport) {
  Handed handed = hand_out(1);
  handed.session = bench.connect("portal", 0, "other");
  bench.report(handed, {1}, {1}, published());

  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::leased);
  EXPECT_EQ(bench.took<SendError>().size(), 1U);
}

TEST_F(ReportTest, TransientFailuresAreRetriedThenParked) {
  Handed handed = hand_out(1);
  for (uint32_t attempt = 1; attempt < 4; ++attempt) {
    EXPECT_EQ(handed.items->at(0).attempt, attempt);
    bench.report(handed, {1}, {1}, outcome(Outcome::transient, "http_500"));
    const DeliveryChanged row = bench.delivery("portal", {1});
    EXPECT_EQ(row.state, DeliveryState::waiting);
    EXPECT_EQ(row.failures, attempt);
    EXPECT_FALSE(row.maybe_published);
    handed = again();
  }
  bench.report(handed, {1}, {1}, outcome(Outcome::transient, "http_500"));

  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::parked);
  EXPECT_EQ(bench.delivery("portal", {1}).reason, "http_500");
  EXPECT_EQ(bench.journal().history().attempts(bench.subscriber("portal"), {1}).size(), 4U);
}

TEST_F(ReportTest, TheAgeBudgetParksToo) {
  Handed handed = hand_out(1);
  bench.advance(1);
  bench.report(handed, {1}, {1}, outcome(Outcome::quota));
  handed = again(limits::delivery_age_ms_max_default + 1'000);
  bench.report(handed, {1}, {1}, outcome(Outcome::transient));

  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::parked);
}

TEST_F(ReportTest, RetryAfterIsRespectedAndBounded) {
  Handed handed = hand_out(2);
  Report report = outcome(Outcome::transient);
  report.retry_after_ms = 30'000;
  bench.report(handed, {1}, {1}, report);
  report.retry_after_ms = INT64_MAX;
  bench.report(handed, {2}, {2}, report);

  EXPECT_EQ(bench.delivery("portal", {1}).due.ms, bench.now.utc.ms + 30'000);
  EXPECT_EQ(bench.delivery("portal", {2}).due.ms, bench.now.utc.ms + limits::due_clamp_ms_max);
}

TEST_F(ReportTest, AnAmbiguousOutcomeMarksTheNextAttempt) {
  bench.report(hand_out(1), {1}, {1}, outcome(Outcome::ambiguous));

  EXPECT_TRUE(again().items->at(0).maybe_published);
}

TEST_F(ReportTest, QuotaCostsNoFailureAndDoesNotSpin) {
  Handed handed = hand_out(1);
  for (int i = 0; i < 10; ++i) {
    Report report = outcome(Outcome::quota);
    report.until = {bench.now.utc.ms - 1};
    bench.report(handed, {1}, {1}, report);
    const ChannelCondition condition =
        bench.ledger().condition(channel_of(bench.subscriber("portal")));
    EXPECT_EQ(condition.state, ChannelState::throttled);
    EXPECT_GT(condition.until, bench.now.utc);
    EXPECT_EQ(bench.delivery("portal", {1}).failures, 0U);
    handed = again();
  }
}

TEST_F(ReportTest, WhatOnlyAPersonCanMendIsParkedAtOnce) {
  const Handed handed = hand_out(4);
  bench.report(handed, {1}, {1}, outcome(Outcome::content, "title_too_long"));
  bench.report(handed, {4}, {4}, outcome(Outcome::gone));
  bench.report(handed, {2}, {2}, outcome(Outcome::auth));
  bench.report(handed, {3}, {3}, outcome(Outcome::misconfigured));

  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::parked);
  EXPECT_EQ(bench.state("portal", {4}), DeliveryState::parked);
  // The channel sleeps, they wait.
  EXPECT_EQ(bench.state("portal", {2}), DeliveryState::waiting);
  EXPECT_EQ(bench.state("portal", {3}), DeliveryState::waiting);
  EXPECT_EQ(bench.ledger().condition(channel_of(bench.subscriber("portal"))).state,
            ChannelState::misconfigured);
  EXPECT_EQ(bench.delivery("portal", {1}).reason, "title_too_long");
}

TEST_F(ReportTest, AcceptedIsConfirmedByPollingUntilPublished) {
  Handed handed = hand_out(1);
  Report report = outcome(Outcome::accepted, "");
  report.platform_id = "draft-7";
  for (int poll = 0; poll < 30; ++poll) {
    report.until = {bench.now.utc.ms + 5'000};
    bench.report(handed, {1}, {1}, report);
    EXPECT_EQ(bench.state("portal", {1}), DeliveryState::confirming);
    EXPECT_EQ(bench.delivery("portal", {1}).due, report.until);
    handed = again(6'000);
    EXPECT_TRUE(handed.items->at(0).maybe_published);
    EXPECT_EQ(handed.items->at(0).platform_ids, std::vector<std::string>{"draft-7"});
  }
  bench.report(handed, {1}, {1}, published("http://p/1"));
  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::published);
}

TEST_F(ReportTest, APlatformThatNeverConfirmsIsParked) {
  Handed handed = hand_out(1);
  Report report = outcome(Outcome::accepted, "");
  report.platform_id = "draft-7";
  bench.report(handed, {1}, {1}, report);
  handed = again(limits::delivery_age_ms_max_default + 1'000);
  bench.report(handed, {1}, {1}, report);

  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::parked);
  EXPECT_EQ(bench.delivery("portal", {1}).reason, "confirmation_overdue");
}

TEST_F(ReportTest, ACallbackConfirmsWithoutAPoll) {
  const Handed handed = hand_out(2);
  Report report = outcome(Outcome::accepted, "");
  report.platform_id = "draft-7";
  bench.report(handed, {1}, {2}, report);

  bench.report(handed, {1}, {1}, published("http://p/1"));
  bench.report(handed, {2}, {2}, outcome(Outcome::content, "review_failed"));

  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::published);
  EXPECT_EQ(bench.state("portal", {2}), DeliveryState::parked);
}

TEST_F(ReportTest, AnEndedLeaseIsMaybePublished) {
  const Handed handed = hand_out(2);
  bench.report(handed, {1}, {1}, published());
  bench.advance(61'000);
  bench.round();

  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::published);
  EXPECT_EQ(bench.state("portal", {2}), DeliveryState::waiting);
  EXPECT_EQ(bench.delivery("portal", {2}).reason, "lease_expired");
  EXPECT_TRUE(bench.delivery("portal", {2}).maybe_published);
  EXPECT_EQ(bench.delivery("portal", {2}).failures, 1U);
}

TEST_F(ReportTest, ALateSuccessStillCounts) {
  const Handed handed = hand_out(3);
  bench.advance(61'000);
  bench.round();
  bench.report(handed, {1}, {1}, published("http://p/1"));
  bench.report(handed, {2}, {3}, published());  // a range too

  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::published);
  EXPECT_EQ(bench.delivery("portal", {1}).receipt.parts[0].url, "http://p/1");
  EXPECT_EQ(bench.state("portal", {2}), DeliveryState::published);
  EXPECT_EQ(bench.state("portal", {3}), DeliveryState::published);
}

TEST_F(ReportTest, ALateSuccessOfAnOlderAttemptSaysNothingOfALaterOne) {
  const Handed first = hand_out(1);
  bench.advance(61'000);
  bench.round();  // ended; retried at the next revision below
  bench.accept({part("a0", 2)});
  bench.handed();
  Handed second = first;
  for (int i = 0; i < 3 && second.lease == first.lease; ++i) {
    bench.advance(61'000);
    bench.round();
    for (const Handed& handed : bench.handed()) {
      if (handed.items->at(0).seq == Seq{1}) {
        second = handed;
      }
    }
  }
  ASSERT_NE(second.lease, first.lease);
  ASSERT_EQ(second.items->at(0).parts[0].facts.revision, 2U);
  bench.advance(61'000);
  bench.round();
  bench.report(first, {1}, {1}, published());

  EXPECT_NE(bench.state("portal", {1}), DeliveryState::published);
}

TEST_F(ReportTest, ASessionThatGoesLeavesItsDeliveriesOpen) {
  hand_out(2);
  bench.take(SessionClosed{session});
  bench.round();

  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::waiting);
  EXPECT_EQ(bench.delivery("portal", {2}).reason, "session_gone");
  EXPECT_TRUE(bench.ledger().leases().empty());
}

TEST_F(ReportTest, ARestartEndsTheLeasesOfTheEarlierProcess) {
  const Handed handed = hand_out(3);
  bench.report(handed, {2}, {2}, published());
  bench.restart();

  EXPECT_TRUE(bench.ledger().leases().empty());
  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::waiting);
  EXPECT_EQ(bench.state("portal", {2}), DeliveryState::published);
  EXPECT_EQ(bench.delivery("portal", {3}).reason, "broker_restarted");
  bench.connect("portal");
  bench.advance(3'000);
  bench.round();
  for (const Handed& again_ : bench.handed()) {
    EXPECT_TRUE(again_.items->at(0).maybe_published);
    EXPECT_EQ(again_.items->at(0).attempt, 2U);
  }
}

TEST_F(ReportTest, ProgressIsDurableBeforeItIsAnsweredAndExtendsTheLease) {
  const Handed handed = hand_out(2);
  bench.advance(50'000);
  bench.take(Progressed{{session, 9}, handed.lease, {1}, 0, "media-1"});
  bench.close();
  EXPECT_TRUE(bench.took<SendProgressOk>().empty());
  bench.round();
  EXPECT_EQ(bench.took<SendProgressOk>().size(), 1U);
  bench.advance(50'000);
  bench.round();
  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::leased);
  bench.report(handed, {1}, {2}, outcome(Outcome::transient));

  bench.advance(3'000);
  bench.round();
  for (const Handed& again_ : bench.handed()) {
    const HandedItem& item = again_.items->at(0);
    EXPECT_EQ(item.platform_ids.size(), item.seq == Seq{1} ? 1U : 0U);
    EXPECT_EQ(item.maybe_published, item.seq == Seq{1});
  }
}

TEST_F(ReportTest, ProgressThenPlainSuccessEndsTheRow) {
  const Handed handed = hand_out(3);
  bench.take(Progressed{{session, 9}, handed.lease, {2}, 0, "media-1"});
  bench.report(handed, {1}, {3}, published());

  EXPECT_EQ(bench.delivery("portal", {2}).state, DeliveryState::published);
  EXPECT_EQ(bench.state("portal", {3}), DeliveryState::published);
  EXPECT_TRUE(bench.ledger().leases().empty());
}

// ---- operators

TEST_F(ReportTest, AnOperatorRetriesWithANewBudgetAndTheSameTimeOfPublication) {
  const Handed handed = hand_out(1);
  const Utc shown = handed.items->at(0).shown_at;
  bench.report(handed, {1}, {1}, outcome(Outcome::content));
  bench.advance(limits::delivery_age_ms_max_default * 2);
  bench.take(OperatorDecided{
      {{9}, 1}, "li", bench.subscriber("portal"), {1}, OperatorDecided::Verb::retry, "fixed"});
  bench.round();

  const Handed second = bench.one_handed();
  EXPECT_EQ(bench.took<SendDone>().size(), 1U);
  EXPECT_EQ(second.items->at(0).shown_at, shown);
  bench.report(second, {1}, {1}, outcome(Outcome::transient));
  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::waiting);
}

TEST_F(ReportTest, AnOperatorCancels) {
  const Handed handed = hand_out(2);
  const auto cancel = [&](Seq seq) {
    bench.take(OperatorDecided{
        {{9}, 1}, "li", bench.subscriber("portal"), seq, OperatorDecided::Verb::cancel, "no"});
    bench.round();
  };
  bench.report(handed, {1}, {1}, outcome(Outcome::transient));
  cancel({1});
  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::cancelled);
  cancel({1});  // final
  cancel({2});  // no row: leased in a range
  EXPECT_EQ(bench.took<SendRefused>().size(), 2U);
  EXPECT_EQ(bench.took<SendDone>().size(), 1U);
}

// ---- sessions and blobs

TEST_F(ReportTest, TheNewestSessionOfAKeyWins) {
  hand_out(1);
  bench.take(SessionOpened{{{77}, 1}, "portal", "portal-1", "key of portal-1"});
  bench.round();

  EXPECT_EQ(bench.took<SendGoodbye>().at(0).session, session);
  EXPECT_EQ(bench.state("portal", {1}), DeliveryState::waiting);
}

TEST_F(ReportTest, AnUnknownChannelIsTurnedAway) {
  bench.connect("weixin");

  EXPECT_EQ(bench.took<SendError>().at(0).error.reason, "channel_unknown");
  EXPECT_EQ(bench.took<SendGoodbye>().size(), 1U);
}

TEST_F(ReportTest, BlobsThatNobodyNamesAreSwept) {
  Digest used;
  used.bytes[0] = 1;
  Digest unused;
  unused.bytes[0] = 2;
  bench.take(BlobArrived{{{5}, 1}, used, 1, "pdf"});
  bench.take(BlobArrived{{{5}, 2}, unused, 1, "pdf"});
  PartFacts facts = part("a");
  facts.attachments = {{used, 1, "pdf", false}};
  bench.accept({facts});
  bench.advance(limits::blob_orphan_ms_max + limits::blob_sweep_every_ms);
  bench.round();

  EXPECT_TRUE(bench.ledger().blob(used).has_value());
  EXPECT_FALSE(bench.ledger().blob(unused).has_value());
}

}  // namespace
}  // namespace gulou::test
