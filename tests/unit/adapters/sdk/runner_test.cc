#include "adapters/sdk/runner.h"

#include "common/json/digests.h"
#include "common/json/release_json.h"

#include <deque>

#include <gtest/gtest.h>

namespace gulou::sdk {
namespace {

// A runner, its clock, and bodies that live as long as the messages need them.
class RunnerTest : public testing::Test {
 protected:
  RunnerTest() : runner_(RunnerOptions{"portal", "portal-1", "test", 4, 1024 * 1024, 1000}) {}

  Now now() const { return {Mono{mono_ms_}, Utc{1'700'000'000'000 + mono_ms_}}; }

  void connect() {
    runner_.on_connected(now());
    runner_.on_message({0, wire::Welcome{{1}, "portal", 1, {0}, {}, 5000}}, now());
    runner_.take_sends();
  }

  static std::string body(const std::string& id, uint32_t revision) {
    Release release;
    release.id = id;
    release.revision = revision;
    release.kind = Kind::news;
    release.title = id;
    return to_json(release);
  }

  // One delivery of one part under its own lease.
  void deliver(uint64_t lease,
               uint64_t seq,
               Lane lane = Lane::normal,
               bool maybe = false,
               uint32_t old_revision = 0,
               int64_t lease_ms = 60'000) {
    bodies_.push_back(body("r" + std::to_string(seq), 2));
    wire::DeliverItem item{.seq = {seq}, .maybe_published = maybe};
    item.parts.push_back({.publisher = "oa",
                          .id = "r" + std::to_string(seq),
                          .revision = 2,
                          .digest = release_digest(bodies_.back()),
                          .body_bytes = bodies_.back().size(),
                          .old_revision = old_revision});
    runner_.on_message({0, wire::Deliver{{lease}, lane, lease_ms, {}, {}, {item}, bodies_.back()}},
                       now());
  }

  // The withdrawal of r10 under its own lease.
  void withdraw(uint64_t lease, uint64_t seq, WithdrawalKind kind, bool maybe = false) {
    wire::DeliverItem item{.seq = {seq},
                           .action = wire::Action::withdraw,
                           .withdrawal = kind,
                           .public_note = "已撤下",
                           .successor = "oa/r11",
                           .successor_url = "http://x/11",
                           .maybe_published = maybe};
    item.parts.push_back({.part = 1,
                          .publisher = "oa",
                          .id = "r10",
                          .revision = 2,
                          .old_platform_id = "p",
                          .old_url = "http://x/1",
                          .old_revision = 2});
    runner_.on_message({0, wire::Deliver{{lease}, Lane::withdrawal, 60'000, {}, {}, {item}, {}}},
                       now());
  }

  void recall(uint64_t lease, uint64_t seq) {
    runner_.on_message({0, wire::Recall{{lease}, {seq}}}, now());
  }

  // The one report sent since.
  Report reported() {
    const auto reports = sent<wire::ReportBatch>();
    EXPECT_EQ(reports.size(), 1U);
    return reports.empty() ? Report() : reports[0].items[0].report;
  }

  static Report done(uint32_t revision = 2) {
    Receipt receipt;
    receipt.level = ReceiptLevel::seen_public;
    receipt.parts.push_back({0, revision, "p", "http://x/1"});
    return published(receipt);
  }

  template <class T>
  std::vector<T> sent() {
    std::vector<T> found;
    for (wire::Message& message : runner_.take_sends()) {
      if (auto* body = std::get_if<T>(&message.body)) {
        found.push_back(std::move(*body));
      }
    }
    return found;
  }

  Runner runner_;
  int64_t mono_ms_ = 1000;
  std::deque<std::string> bodies_;
};

TEST_F(RunnerTest, SaysHelloThenGrantsCreditOnceWelcomed) {
  runner_.on_connected(now());
  EXPECT_EQ(sent<wire::Hello>().size(), 1U);

  runner_.on_message({0, wire::Welcome{}}, now());

  const auto credits = sent<wire::Credit>();
  ASSERT_EQ(credits.size(), 1U);
  EXPECT_EQ(credits[0].messages, 4U);
}

// Screens rest their display lease on it.
TEST(RunnerConfirmTest, TheBrokerIsAskedAndItsAnswerCountsFromTheQuestion) {
  Runner runner(RunnerOptions{.channel = "screen", .confirm_every_ms = 2'000});
  const auto at = [](int64_t ms) { return Now{{ms}, {1'700'000'000'000 + ms}}; };
  const auto asked = [&runner] {
    std::optional<wire::Ping> ping;
    for (const wire::Message& message : runner.take_sends()) {
      if (const auto* one = std::get_if<wire::Ping>(&message.body)) {
        ping = *one;
      }
    }
    return ping;
  };
  runner.on_connected(at(10'000));
  wire::Welcome welcome;
  welcome.server_time = {1'700'000'070'000};
  welcome.ping_every_ms = 5'000;
  runner.on_message({0, welcome}, at(10'000));
  runner.on_time(at(10'000));
  const auto first = asked();
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(runner.clock_ahead_ms(), 60'000);
  EXPECT_EQ(runner.next_deadline(), Mono{12'000});
  EXPECT_FALSE(runner.take_confirmed().has_value());

  runner.on_message({0, wire::Ping{first->number, true}}, at(10'700));
  EXPECT_EQ(runner.take_confirmed(), Mono{10'000});
  EXPECT_FALSE(runner.take_confirmed().has_value());

  // What the broker says by itself may have been under way for long.
  runner.on_message({0, wire::Ping{11'000, false}}, at(11'000));
  EXPECT_FALSE(runner.take_confirmed().has_value());

  // Answers to questions of an earlier session, or to none.
  runner.on_connected(at(20'000));
  runner.on_message({0, welcome}, at(20'000));
  runner.on_message({0, wire::Ping{19'000, true}}, at(20'100));
  runner.on_message({0, wire::Ping{90'000, true}}, at(20'100));
  EXPECT_FALSE(runner.take_confirmed().has_value());
}

TEST_F(RunnerTest, WhileSomethingIsLeftToDoNothingIsConfirmed) {
  connect();
  deliver(1, 10, Lane::withdrawal);
  const wire::Ping answer{static_cast<uint64_t>(mono_ms_), true};
  runner_.on_message({0, answer}, now());
  EXPECT_FALSE(runner_.take_confirmed().has_value());

  ASSERT_TRUE(runner_.take_call(now()).has_value());
  runner_.on_message({0, answer}, now());
  EXPECT_FALSE(runner_.take_confirmed().has_value());

  runner_.on_result(done(), now());
  runner_.on_message({0, answer}, now());
  EXPECT_EQ(runner_.take_confirmed(), now().mono);
}

TEST_F(RunnerTest, OneCallAtATimeAndUrgentFirst) {
  connect();
  deliver(1, 10);
  deliver(2, 11, Lane::urgent);

  const auto first = runner_.take_call(now());

  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->delivery.seq, Seq{11});
  EXPECT_FALSE(runner_.take_call(now()).has_value());

  runner_.on_result(done(), now());
  const auto reports = sent<wire::ReportBatch>();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].lease, LeaseNo{2});
  EXPECT_EQ(runner_.take_call(now())->delivery.seq, Seq{10});
}

TEST_F(RunnerTest, KnownPublicationsAreUpdated) {
  connect();
  deliver(1, 10, Lane::normal, false, 1);

  EXPECT_EQ(runner_.take_call(now())->kind, CallKind::update);
}

TEST_F(RunnerTest, MaybePublishedLooksFirstAndPublishesOnlyWhatIsGone) {
  connect();
  deliver(1, 10, Lane::normal, true);
  EXPECT_EQ(runner_.take_call(now())->kind, CallKind::find);

  runner_.on_result(gone(), now());

  EXPECT_EQ(runner_.take_call(now())->kind, CallKind::publish);
  EXPECT_TRUE(sent<wire::ReportBatch>().empty());
}

TEST_F(RunnerTest, MaybePublishedEndsWhereItIsThere) {
  connect();
  deliver(1, 10, Lane::normal, true);
  ASSERT_TRUE(runner_.take_call(now()).has_value());

  runner_.on_result(done(), now());

  EXPECT_EQ(sent<wire::ReportBatch>().size(), 1U);
  EXPECT_TRUE(runner_.idle());
}

TEST_F(RunnerTest, AnOlderRevisionFoundIsUpdated) {
  connect();
  deliver(1, 10, Lane::normal, true);
  ASSERT_TRUE(runner_.take_call(now()).has_value());

  runner_.on_result(done(1), now());

  const auto call = runner_.take_call(now());
  ASSERT_TRUE(call.has_value());
  EXPECT_EQ(call->kind, CallKind::update);
  EXPECT_EQ(call->delivery.parts[0].old_revision, 1U);
  EXPECT_EQ(call->delivery.parts[0].old_url, "http://x/1");
}

TEST_F(RunnerTest, NoCallStartsThatItsLeaseMightNotOutlast) {
  connect();
  deliver(1, 10, Lane::normal, false, 0, 3000);

  EXPECT_FALSE(runner_.take_call(now()).has_value());
  const auto asks = sent<wire::Progress>();
  ASSERT_EQ(asks.size(), 1U);
  EXPECT_TRUE(asks[0].platform_id.empty());
}

TEST_F(RunnerTest, AnExtendedLeaseCountsFromTheAsking) {
  connect();
  deliver(1, 10, Lane::normal, false, 0, 10'000);
  mono_ms_ += 5'000;
  EXPECT_FALSE(runner_.take_call(now()).has_value());
  ASSERT_EQ(sent<wire::Progress>().size(), 1U);

  runner_.on_message({0, wire::ProgressOk{{1}, {10}}}, now());

  EXPECT_TRUE(runner_.take_call(now()).has_value());
}

TEST_F(RunnerTest, ALeaseThatRanOutIsReportedAsAmbiguous) {
  connect();
  deliver(1, 10);
  mono_ms_ += 61'000;

  EXPECT_FALSE(runner_.take_call(now()).has_value());

  const auto reports = sent<wire::ReportBatch>();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].items[0].report.outcome, Outcome::ambiguous);
}

TEST_F(RunnerTest, ASuccessOfALostSessionIsToldInTheNextOne) {
  connect();
  deliver(1, 10);
  ASSERT_TRUE(runner_.take_call(now()).has_value());
  runner_.on_disconnected();

  runner_.on_result(done(), now());
  EXPECT_TRUE(sent<wire::ReportBatch>().empty());
  runner_.on_connected(now());
  runner_.on_message({0, wire::Welcome{}}, now());

  const auto reports = sent<wire::ReportBatch>();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].lease, LeaseNo{1});
  EXPECT_EQ(reports[0].items[0].from, Seq{10});
}

TEST_F(RunnerTest, ProgressIsAnsweredOnlyWhenTheBrokerHasIt) {
  connect();
  deliver(1, 10);
  ASSERT_TRUE(runner_.take_call(now()).has_value());

  runner_.on_progress(0, "draft-7", now());
  EXPECT_FALSE(runner_.take_progress_answer().has_value());
  EXPECT_EQ(sent<wire::Progress>()[0].platform_id, "draft-7");
  runner_.on_message({0, wire::ProgressOk{{1}, {10}}}, now());

  const auto answer = runner_.take_progress_answer();
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->has_value());
}

TEST_F(RunnerTest, ProgressFailsWhenTheLinkIsLost) {
  connect();
  deliver(1, 10);
  ASSERT_TRUE(runner_.take_call(now()).has_value());
  runner_.on_progress(0, "draft-7", now());

  runner_.on_disconnected();

  const auto answer = runner_.take_progress_answer();
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->has_value());
}

TEST_F(RunnerTest, WithdrawalsComeBeforeAllElseAndCarryNoText) {
  connect();
  deliver(1, 10, Lane::urgent);
  withdraw(2, 12, WithdrawalKind::replace);

  const auto call = runner_.take_call(now());

  ASSERT_TRUE(call.has_value());
  EXPECT_EQ(call->kind, CallKind::withdraw);
  const Delivery& delivery = call->delivery;
  EXPECT_EQ(delivery.withdrawal, WithdrawalKind::replace);
  EXPECT_EQ(delivery.public_note, "已撤下");
  EXPECT_EQ(delivery.successor, "oa/r11");
  EXPECT_EQ(delivery.successor_url, "http://x/11");
  EXPECT_EQ(delivery.parts[0].publisher, "oa");
  EXPECT_EQ(delivery.parts[0].release.id, "r10");
  EXPECT_EQ(delivery.parts[0].release.revision, 2U);
  EXPECT_EQ(delivery.parts[0].old_url, "http://x/1");
  EXPECT_TRUE(delivery.parts[0].canonical.empty());
  runner_.on_result(done(), now());
  EXPECT_EQ(reported().outcome, Outcome::published);
}

TEST_F(RunnerTest, AWithdrawalTriedBeforeLooksFirstAndEndsWhereNothingIs) {
  connect();
  withdraw(1, 12, WithdrawalKind::remove, true);
  ASSERT_EQ(runner_.take_call(now())->kind, CallKind::find);

  runner_.on_result(gone(), now());

  EXPECT_EQ(reported().outcome, Outcome::gone);
  EXPECT_FALSE(runner_.take_call(now()).has_value());
}

TEST_F(RunnerTest, AWithdrawalTriedBeforeGoesOnWhereItIsStillThere) {
  connect();
  withdraw(1, 12, WithdrawalKind::remove, true);
  ASSERT_EQ(runner_.take_call(now())->kind, CallKind::find);

  Receipt there;
  there.parts.push_back({1, 2, "q", "http://x/2"});
  runner_.on_result(published(there), now());

  const auto call = runner_.take_call(now());
  ASSERT_TRUE(call.has_value());
  EXPECT_EQ(call->kind, CallKind::withdraw);
  EXPECT_EQ(call->delivery.parts[0].old_platform_id, "q");
  EXPECT_TRUE(sent<wire::ReportBatch>().empty());
}

TEST_F(RunnerTest, BannerAndPortalUrlReachTheAdapter) {
  connect();
  bodies_.push_back(body("r1", 1));
  wire::DeliverItem item{.seq = {1}};
  item.parts.push_back({.publisher = "oa",
                        .id = "r1",
                        .revision = 1,
                        .body_bytes = bodies_.back().size(),
                        .invalid = true,
                        .public_note = "已废止",
                        .portal_url = "http://portal/1"});
  runner_.on_message({0, wire::Deliver{{1}, Lane::bulk, 60'000, {}, {}, {item}, bodies_.back()}},
                     now());

  const auto call = runner_.take_call(now());

  ASSERT_TRUE(call.has_value());
  EXPECT_FALSE(call->delivery.withdrawal.has_value());
  EXPECT_TRUE(call->delivery.parts[0].invalid);
  EXPECT_EQ(call->delivery.parts[0].public_note, "已废止");
  EXPECT_EQ(call->delivery.parts[0].portal_url, "http://portal/1");
}

TEST_F(RunnerTest, ARecalledDeliveryThatWaitsIsGivenBack) {
  connect();
  deliver(1, 10);
  deliver(2, 11);
  deliver(3, 12, Lane::normal, true);

  recall(2, 11);
  Report report = reported();
  EXPECT_EQ(report.outcome, Outcome::transient);
  EXPECT_EQ(report.reason, recalled);
  recall(3, 12);  // an earlier attempt of this one may have succeeded
  report = reported();
  EXPECT_EQ(report.outcome, Outcome::ambiguous);
  EXPECT_EQ(report.reason, recalled);
  recall(9, 99);  // not ours any more
  EXPECT_TRUE(sent<wire::ReportBatch>().empty());

  EXPECT_EQ(runner_.take_call(now())->delivery.seq, Seq{10});
  runner_.on_result(done(), now());
  EXPECT_FALSE(runner_.take_call(now()).has_value());
}

TEST_F(RunnerTest, ARecalledCallStopsBeforeItsNextIrreversibleStep) {
  connect();
  deliver(1, 10);
  ASSERT_TRUE(runner_.take_call(now()).has_value());
  recall(1, 10);
  EXPECT_TRUE(sent<wire::ReportBatch>().empty());

  runner_.on_progress(0, "draft-7", now());

  const auto answer = runner_.take_progress_answer();
  ASSERT_TRUE(answer.has_value());
  ASSERT_FALSE(answer->has_value());
  EXPECT_EQ(answer->error().reason, recalled);
  EXPECT_TRUE(sent<wire::Progress>().empty());
}

TEST_F(RunnerTest, ARecallAnswersAProgressThatIsAwaited) {
  connect();
  deliver(1, 10);
  ASSERT_TRUE(runner_.take_call(now()).has_value());
  runner_.on_progress(0, "draft-7", now());

  recall(1, 10);
  const auto answer = runner_.take_progress_answer();
  runner_.on_message({0, wire::ProgressOk{{1}, {10}}}, now());

  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->error().reason, recalled);
  EXPECT_FALSE(runner_.take_progress_answer().has_value());
}

TEST_F(RunnerTest, ARecallWhileLookingKeepsWhatIsMissingAway) {
  connect();
  deliver(1, 10, Lane::normal, true);
  ASSERT_EQ(runner_.take_call(now())->kind, CallKind::find);
  recall(1, 10);

  runner_.on_result(gone(), now());

  EXPECT_EQ(reported().reason, recalled);
  EXPECT_FALSE(runner_.take_call(now()).has_value());
}

TEST_F(RunnerTest, ARecallThatCameTooLateIsToldWhatHappened) {
  connect();
  deliver(1, 10);
  ASSERT_TRUE(runner_.take_call(now()).has_value());
  recall(1, 10);

  runner_.on_result(done(), now());

  EXPECT_EQ(reported().outcome, Outcome::published);
}

TEST_F(RunnerTest, ADraftIsReportedWithItsId) {
  connect();
  deliver(1, 10);
  ASSERT_TRUE(runner_.take_call(now()).has_value());

  runner_.on_result(prepared("draft-7", "草稿箱"), now());

  const Report report = reported();
  EXPECT_EQ(report.outcome, Outcome::prepared);
  EXPECT_EQ(report.platform_id, "draft-7");
}

TEST_F(RunnerTest, CreditGrowsWithWhatIsDone) {
  connect();
  for (uint64_t seq = 1; seq <= 4; ++seq) {
    deliver(seq, seq);
  }
  uint64_t granted = 0;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(runner_.take_call(now()).has_value());
    runner_.on_result(done(), now());
    for (const wire::Credit& credit : sent<wire::Credit>()) {
      EXPECT_GT(credit.messages, granted);
      granted = credit.messages;
    }
  }
  EXPECT_EQ(granted, 8U);
}

TEST_F(RunnerTest, ACallbackIsToldAtOnce) {
  connect();

  runner_.on_called_back("job-1");

  const auto told = sent<wire::Progress>();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_FALSE(told[0].lease);
  EXPECT_EQ(told[0].platform_id, "job-1");
  EXPECT_FALSE(runner_.take_progress_answer().has_value());
}

TEST_F(RunnerTest, CallbacksWithoutASessionAreToldOnceWelcomed) {
  runner_.on_called_back("job-1");
  runner_.on_called_back("job-1");
  runner_.on_called_back("job-2");
  runner_.on_called_back("");
  EXPECT_TRUE(sent<wire::Progress>().empty());

  runner_.on_connected(now());
  EXPECT_TRUE(sent<wire::Progress>().empty());
  runner_.on_message({0, wire::Welcome{}}, now());

  const auto told = sent<wire::Progress>();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].platform_id, "job-1");
  EXPECT_EQ(told[1].platform_id, "job-2");
}

}  // namespace
}  // namespace gulou::sdk
