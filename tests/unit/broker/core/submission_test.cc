#include "tests/support/bench.h"

namespace gulou::test {
namespace {

const SendAccepted& accepted(const Bench::Answer& answer) {
  return std::get<SendAccepted>(answer);
}

const Error& first_error(const Bench::Answer& answer) {
  return std::get<SendRefused>(answer).errors.front();
}

PartFacts with_document(PartFacts facts, uint8_t number) {
  facts.document_key.bytes[0] = number;
  return facts;
}

// Document 1, known to be another than these.
PartFacts other_than(std::vector<std::string> others, const char* id) {
  PartFacts facts = with_document(part(id), 1);
  facts.distinct_from = std::move(others);
  return facts;
}

TEST(SubmissionTest, AcceptedMeansDurable) {
  Bench bench;
  Submitted submitted = submission("oa", {part("a")});

  bench.take(submitted);
  bench.close();

  EXPECT_TRUE(bench.took<SendAccepted>().empty());
  bench.commit();
  const auto answers = bench.took<SendAccepted>();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].seq, Seq{1});
  EXPECT_TRUE(answers[0].hash);
  EXPECT_EQ(bench.journal().history().entry({1})->entry.parts[0].id, "a");
}

TEST(SubmissionTest, ARetryGetsTheSameReceiptAtAnyLaterTime) {
  Bench bench;
  const SendAccepted first = accepted(bench.submit({part("a")}));
  bench.accept({part("a", 2)});
  bench.advance(400LL * 24 * 3600 * 1000);
  bench.restart();

  const SendAccepted again = accepted(bench.submit({part("a")}));

  EXPECT_TRUE(again.already);
  EXPECT_EQ(again.seq, first.seq);
  EXPECT_EQ(again.hash, first.hash);
  EXPECT_EQ(again.epoch, first.epoch);
  EXPECT_EQ(again.accepted_at, first.accepted_at);
  EXPECT_EQ(again.parts[0].index_no, first.parts[0].index_no);
  EXPECT_EQ(bench.ledger().head(), Seq{2});
}

TEST(SubmissionTest, ARetryInTheSameOrTheNextRoundWaitsForTheCommitAndGetsItsHash) {
  Bench bench;
  bench.take(submission("oa", {part("a")}));
  bench.take(submission("oa", {part("a")}));
  bench.close();
  bench.take(submission("oa", {part("a")}));
  bench.close();

  EXPECT_TRUE(bench.took<SendAccepted>().empty());
  bench.commit();
  const auto answers = bench.took<SendAccepted>();

  ASSERT_EQ(answers.size(), 3U);
  for (const SendAccepted& answer : answers) {
    EXPECT_EQ(answer.seq, Seq{1});
    EXPECT_EQ(answer.hash, answers[0].hash);
    EXPECT_TRUE(answer.hash);
  }
  EXPECT_FALSE(answers[0].already);
  EXPECT_TRUE(answers[2].already);
}

TEST(SubmissionTest, ARetryOfAnOlderRevisionWhoseSuccessorIsInFlightKeepsItsHash) {
  Bench bench;
  const SendAccepted first = accepted(bench.submit({part("a")}));
  bench.take(submission("oa", {part("a", 2)}));
  bench.close();
  bench.take(submission("oa", {part("a")}));
  bench.close();
  bench.commit();

  const auto answers = bench.took<SendAccepted>();

  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[1].seq, first.seq);
  EXPECT_EQ(answers[1].hash, first.hash);
}

TEST(SubmissionTest, OtherContentUnderTheSameRevisionIsAConflict) {
  Bench bench;
  bench.accept({part("a")});

  const Error error = first_error(bench.submit({part("a", 1, "other")}));

  EXPECT_EQ(error.reason, "conflict");
  EXPECT_EQ(error.field, "parts[0].revision");
  EXPECT_EQ(error.args, (std::vector<std::string>{"a", "1", "1"}));
}

TEST(SubmissionTest, TheSamePartInAnotherBundleIsAConflict) {
  Bench bench;
  bench.accept({part("a"), part("b")});

  EXPECT_EQ(bench.refuse({part("a")}), "conflict_bundle");
  EXPECT_EQ(bench.refuse({part("b"), part("a")}), "conflict_bundle");
}

TEST(SubmissionTest, RevisionsFollowTheNewest) {
  Bench bench;
  bench.accept({part("a")});
  PartFacts skipping = part("a", 5);
  skipping.previous_revision = 1;
  bench.accept({skipping});

  EXPECT_EQ(bench.refuse({part("a", 2)}), "revision_mismatch");  // below the newest
  EXPECT_EQ(bench.refuse({part("a", 7)}), "revision_mismatch");  // previous is not the newest
  EXPECT_EQ(bench.refuse({part("new", 2)}), "revision_mismatch");
  EXPECT_EQ(bench.refuse({part("a", 6)}), "");
}

TEST(SubmissionTest, PublishersDoNotShareIds) {
  Bench bench;
  bench.accept({part("a")}, "oa");
  PartFacts other = part("a", 1, "other");

  EXPECT_EQ(bench.refuse({other}, "cms"), "");
}

TEST(SubmissionTest, TheSameDocumentUnderAnotherIdIsADuplicate) {
  Bench bench;
  bench.accept({with_document(part("a"), 1)});

  const Error error = first_error(bench.submit({with_document(part("b"), 1)}));

  EXPECT_EQ(error.reason, "duplicate_document");
  EXPECT_EQ(error.field, "parts[0].doc_no");
  EXPECT_EQ(error.args, std::vector<std::string>{"oa/a"});
}

TEST(SubmissionTest, TheSameContentUnderAnotherIdIsADuplicate) {
  Bench bench;
  bench.accept({part("a")});
  PartFacts copy = part("b");
  copy.content_digest = part("a").content_digest;

  const Error error = first_error(bench.submit({copy}, "cms"));

  EXPECT_EQ(error.reason, "duplicate_document");
  EXPECT_EQ(error.field, "parts[0].body");
}

TEST(SubmissionTest, ADuplicateKnownToDifferIsAccepted) {
  Bench bench;
  bench.accept({with_document(part("a"), 1)});
  PartFacts correcting = with_document(part("c"), 1);
  correcting.supersedes = {"oa/a", "oa/b"};

  EXPECT_EQ(bench.refuse({other_than({"a"}, "b")}), "");
  EXPECT_EQ(bench.refuse({correcting}, "cms"), "");
}

TEST(SubmissionTest, EachThatStandsIsInTheWayAlsoBeforeItIsDurable) {
  Bench bench;
  bench.take(submission("oa", {with_document(part("a"), 1)}));
  bench.take(submission("oa", {other_than({"a"}, "b")}));
  bench.take(submission("oa", {other_than({"b"}, "c")}));
  bench.round();

  const auto refused = bench.took<SendRefused>();
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].errors[0].args, std::vector<std::string>{"oa/a"});
}

TEST(SubmissionTest, EachThatStandsIsInTheWayUntilItIsNamed) {
  Bench bench;
  bench.accept({with_document(part("a"), 1)});
  bench.accept({other_than({"a"}, "b")});

  EXPECT_EQ(first_error(bench.submit({other_than({"b"}, "c")})).args,
            std::vector<std::string>{"oa/a"});
  EXPECT_EQ(bench.refuse({other_than({"a", "b"}, "c")}), "");
}

TEST(SubmissionTest, WhenTheNewerIsWithdrawnTheOlderIsStillInTheWay) {
  Bench bench;
  bench.accept({with_document(part("a"), 1)});
  bench.accept({other_than({"a"}, "b")});
  WithdrawalAsked asked;
  asked.from = {{902}, 1};
  asked.by = "oa";
  asked.targets.push_back({{"oa", "b"}, 0});
  asked.reason = "发布有误";
  bench.take(asked);
  bench.round();

  EXPECT_EQ(first_error(bench.submit({with_document(part("c"), 1)})).args,
            std::vector<std::string>{"oa/a"});
}

TEST(SubmissionTest, TwoThatDifferAreBothRevisedWithoutNamingEachOther) {
  Bench bench;
  bench.accept({with_document(part("a"), 1)});
  bench.accept({other_than({"a"}, "b")});

  EXPECT_EQ(bench.refuse({with_document(part("a", 2), 1)}), "");
  EXPECT_EQ(bench.refuse({with_document(part("b", 2), 1)}), "");
  EXPECT_EQ(first_error(bench.submit({other_than({"b"}, "c")})).args,
            std::vector<std::string>{"oa/a"});
}

TEST(SubmissionTest, DuplicatesWithinABundleAreFoundUnlessKnownToDiffer) {
  Bench bench;
  PartFacts b = with_document(part("b"), 1);

  EXPECT_EQ(bench.refuse({with_document(part("a"), 1), b}), "duplicate_document");
  EXPECT_EQ(bench.refuse({part("a"), part("a", 1, "again")}), "duplicate_part");
  b.distinct_from = {"a"};
  EXPECT_EQ(bench.refuse({with_document(part("a"), 1), b, other_than({"a"}, "c")}),
            "duplicate_document");  // b and c
  EXPECT_EQ(bench.refuse({with_document(part("a"), 1), b}), "");
}

TEST(SubmissionTest, ARevisionMayKeepItsDocumentNumber) {
  Bench bench;
  bench.accept({with_document(part("a"), 1)});

  EXPECT_EQ(bench.refuse({with_document(part("a", 2), 1)}), "");
}

// ---- index numbers

TEST(SubmissionTest, IndexNumbersCountPerCodeAndYear) {
  Bench bench;
  PartFacts other = part("c");
  other.org_code = "987654321";

  EXPECT_EQ(accepted(bench.submit({part("a")})).parts[0].index_no, "123456789/2026-00001");
  EXPECT_EQ(accepted(bench.submit({part("b")})).parts[0].index_no, "123456789/2026-00002");
  EXPECT_EQ(accepted(bench.submit({other})).parts[0].index_no, "987654321/2026-00001");
  // 2026-12-31T16:00Z is the new year in Shanghai.
  bench.now.utc = *parse_utc("2026-12-31T16:00:00Z");
  EXPECT_EQ(accepted(bench.submit({part("d")})).parts[0].index_no, "123456789/2027-00001");
}

TEST(SubmissionTest, ASuppliedIndexNumberIsKeptAndSkipped) {
  Bench bench;
  PartFacts supplied = part("a");
  supplied.index_no = "123456789/2026-00001";
  PartFacts thief = part("thief");
  thief.index_no = "123456789/2026-00002";

  EXPECT_EQ(accepted(bench.submit({supplied})).parts[0].index_no, "123456789/2026-00001");
  EXPECT_EQ(accepted(bench.submit({part("b")})).parts[0].index_no, "123456789/2026-00002");
  EXPECT_EQ(bench.refuse({thief}), "index_no_taken");
}

TEST(SubmissionTest, IndexNumbersOfOneBundleDiffer) {
  Bench bench;
  PartFacts supplied = part("c");
  supplied.index_no = "123456789/2026-00001";

  const SendAccepted answer = accepted(bench.submit({part("a"), part("b"), supplied}));

  EXPECT_EQ(answer.parts[0].index_no, "123456789/2026-00002");
  EXPECT_EQ(answer.parts[1].index_no, "123456789/2026-00003");
  EXPECT_EQ(answer.parts[2].index_no, "123456789/2026-00001");
  PartFacts d = part("d");
  d.index_no = "x/2026-00009";
  PartFacts e = part("e");
  e.index_no = "x/2026-00009";
  EXPECT_EQ(bench.refuse({d, e}), "index_no_taken");
}

TEST(SubmissionTest, RevisionsKeepTheirIndexNumber) {
  Bench bench;
  bench.accept({part("a")});
  bench.advance(370LL * 24 * 3600 * 1000);
  PartFacts changed = part("a", 3);
  changed.index_no = "123456789/2026-00007";

  EXPECT_EQ(accepted(bench.submit({part("a", 2)})).parts[0].index_no, "123456789/2026-00001");
  EXPECT_EQ(bench.refuse({changed}), "index_no_changed");
}

// ---- the order of checks

TEST(SubmissionTest, ChecksComeInTheOrderOfTheDesign) {
  Bench bench;
  bench.accept({part("a")});
  PartFacts bad = part("a", 1, "other");
  bad.errors = {{ErrorCode::invalid_argument, "title_missing", "parts[0].title", {}}};
  bad.interprets = {"nobody"};
  bad.attachments = {{Digest{}, 1, "pdf", false}};
  Submitted submitted = submission("oa", {bad});
  submitted.rights.columns = {"zcwj"};
  submitted.shape_errors = {{ErrorCode::invalid_argument, "not_canonical", "parts[0]", {}}};
  const auto reason = [&] {
    bench.take(submitted);
    bench.round();
    return bench.took<SendRefused>().at(0).errors.at(0).reason;
  };

  EXPECT_EQ(reason(), "not_canonical");
  submitted.shape_errors.clear();
  EXPECT_EQ(reason(), "column_not_allowed");
  submitted.rights = {};
  EXPECT_EQ(reason(), "conflict");
  submitted.parts[0].revision = 2;
  submitted.parts[0].previous_revision = 1;
  EXPECT_EQ(reason(), "title_missing");
  submitted.parts[0].errors.clear();
  EXPECT_EQ(reason(), "relation_target_unknown");
  submitted.parts[0].interprets = {"a"};
  EXPECT_EQ(reason(), "attachment_missing");
  EXPECT_EQ(bench.ledger().head(), Seq{1});
}

TEST(SubmissionTest, AttachmentsMustBeThereAsDescribed) {
  Bench bench;
  Digest digest;
  digest.bytes[3] = 9;
  bench.take(BlobArrived{{{5}, 1}, digest, 100, "pdf"});
  PartFacts facts = part("a");
  facts.attachments = {{digest, 101, "pdf", false}};

  EXPECT_EQ(bench.refuse({facts}), "attachment_size_differs");
  facts.attachments = {{digest, 100, "png", false}};
  EXPECT_EQ(bench.refuse({facts}), "attachment_type_differs");
  facts.attachments = {{digest, 100, "pdf", true}};
  EXPECT_EQ(bench.refuse({facts}), "");
  EXPECT_EQ(bench.took<SendBlobOk>().size(), 1U);
}

TEST(SubmissionTest, ABundleIsAllImportedOrNot) {
  Bench bench;
  PartFacts imported = part("b");
  imported.imported = true;
  PartFacts drill = part("c");
  drill.test = true;

  EXPECT_EQ(bench.refuse({part("a"), imported}), "bundle_mixes_imported");
  EXPECT_EQ(bench.refuse({part("a"), drill}), "bundle_mixes_test");
}

TEST(SubmissionTest, AFullDiskStopsAcceptingButStillAnswersRetries) {
  Bench bench;
  bench.accept({part("a")});
  bench.take(DiskObserved{false});

  EXPECT_EQ(bench.refuse({part("b")}), "disk_full");
  EXPECT_EQ(bench.refuse({part("a")}), "");
  bench.take(DiskObserved{true});
  EXPECT_EQ(bench.refuse({part("b")}), "");
  bench.take(Draining{});
  EXPECT_EQ(bench.refuse({part("c")}), "broker_draining");
}

// ---- rights: each has its own code, and nothing is stored

struct Refusal {
  std::string reason;
  std::string field;
  std::vector<std::string> args;
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

std::vector<Refusal> refusals(Bench& bench, const PublisherRights& rights, PartFacts facts) {
  Submitted submitted = submission("oa", {std::move(facts)});
  submitted.rights = rights;
  bench.take(submitted);
  bench.round();
  std::vector<Refusal> found;
  for (const SendRefused& refused : bench.took<SendRefused>()) {
    for (const Error& error : refused.errors) {
      EXPECT_EQ(error.code, ErrorCode::refused);
      found.push_back({error.reason, error.field, error.args});
    }
  }
  return found;
}

PartFacts of_unit(std::string unit) {
  PartFacts facts = part("a");
  facts.unit = std::move(unit);
  facts.column = "tzgg";
  facts.kind = Kind::notice;
  return facts;
}

using Refusals = std::vector<Refusal>;

TEST(RightsTest, AnothersUnitIsRefused) {
  Bench bench;

  EXPECT_EQ(refusals(bench, {.units = {"mzj"}}, of_unit("zfb")),
            (Refusals{{"unit_not_allowed", "parts[0].issuer", {"zfb", "oa"}}}));
  EXPECT_EQ(refusals(bench, {.units = {"mzj"}}, of_unit("")),  // a body the county does not know
            (Refusals{{"unit_not_allowed", "parts[0].issuer", {"", "oa"}}}));
  EXPECT_EQ(bench.ledger().head(), Seq{});
  EXPECT_EQ(refusals(bench, {.units = {"mzj", "zfb"}}, of_unit("zfb")), Refusals{});
  EXPECT_EQ(bench.ledger().head(), Seq{1});
}

TEST(RightsTest, AnotherColumnIsRefused) {
  Bench bench;

  EXPECT_EQ(refusals(bench, {.columns = {"zcwj"}}, of_unit("zfb")),
            (Refusals{{"column_not_allowed", "parts[0].column", {"tzgg", "oa"}}}));
  EXPECT_EQ(refusals(bench, {.columns = {"zcwj", "tzgg"}}, of_unit("zfb")), Refusals{});
}

TEST(RightsTest, AnotherKindIsRefused) {
  Bench bench;

  EXPECT_EQ(refusals(bench, {.kinds = {Kind::news}}, of_unit("zfb")),
            (Refusals{{"kind_not_allowed", "parts[0].kind", {"notice", "oa"}}}));
  EXPECT_EQ(refusals(bench, {.kinds = {Kind::news, Kind::notice}}, of_unit("zfb")), Refusals{});
}

TEST(RightsTest, AReleaseThatWouldReachAnotherChannelIsRefused) {
  Channel screen = channel("screen");
  screen.filter.columns = {"tzgg"};
  Channel wechat = channel("wechat");
  wechat.filter.kinds = {Kind::news};
  Channel drill = channel("drill");
  drill.filter.drill = true;
  drill.filter.columns = {"yl"};
  Bench bench({screen, wechat, drill});

  EXPECT_EQ(refusals(bench, {.channels = {"wechat"}}, of_unit("zfb")),
            (Refusals{{"channel_not_for_publisher", "parts[0].column", {"screen", "oa"}}}));
  EXPECT_EQ(refusals(bench, {.channels = {"screen"}}, of_unit("zfb")), Refusals{});
  PartFacts news = of_unit("zfb");
  news.id = "b";
  news.content_digest.bytes[0] ^= 1;
  news.kind = Kind::news;
  EXPECT_EQ(refusals(bench, {.channels = {"screen"}}, news),
            (Refusals{{"channel_not_for_publisher", "parts[0].column", {"wechat", "oa"}}}));
}

TEST(RightsTest, ABundleIsRefusedForOneOfItsParts) {
  Bench bench;
  PartFacts other = of_unit("zfb");
  other.id = "b";
  Submitted submitted = submission("oa", {of_unit("mzj"), other});
  submitted.rights.units = {"mzj"};

  bench.take(submitted);
  bench.round();

  const auto refused = bench.took<SendRefused>();
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].errors[0].field, "parts[1].issuer");
  EXPECT_EQ(bench.ledger().head(), Seq{});
}

TEST(RightsTest, RightsComeBeforeIdentity) {
  Bench bench;
  bench.accept({part("a")});

  const auto found = refusals(bench, {.units = {"mzj"}}, of_unit("zfb"));

  ASSERT_EQ(found.size(), 1U);  // not: conflict, which would tell what others have
  EXPECT_EQ(found[0].reason, "unit_not_allowed");
}

}  // namespace
}  // namespace gulou::test
