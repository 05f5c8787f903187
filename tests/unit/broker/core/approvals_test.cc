#include "broker/core/approvals.h"

#include "broker/journal/history.h"
#include "broker/journal/replay.h"
#include "common/crypto/digest.h"
#include "tests/support/bench.h"

#include <gtest/gtest.h>

namespace gulou::test {
namespace {

ApprovalFacts approval_in(ApprovalRole role, const std::string& name) {
  ApprovalFacts facts;
  facts.approval.role = role;
  facts.approval.name = name;
  facts.approval.at = "2026-11-23T00:00:00Z";
  facts.at = {bench_start.ms - 24LL * 3600 * 1000};
  facts.level = ApprovalLevel::asserted;
  if (role == ApprovalRole::secrecy_reviewer) {
    facts.approval.result = "disclose";
    facts.approval.basis = "第十九条";
  }
  return facts;
}

class ApprovalsTest : public testing::Test {
 protected:
  ApprovalsTest() {
    CountySettings settings = county({channel("portal")});
    ApprovalRule rule;
    rule.require = {ApprovalRole::drafter, ApprovalRole::secrecy_reviewer, ApprovalRole::approver};
    settings.approvals.rules = {rule};
    bench.take(Configured{settings});
    bench.round();
  }

  static Submitted approved(std::vector<PartFacts> parts) {
    Submitted submitted = submission("oa", std::move(parts));
    submitted.rights.asserted = true;
    submitted.approvals = {approval_in(ApprovalRole::drafter, "甲"),
                           approval_in(ApprovalRole::secrecy_reviewer, "乙"),
                           approval_in(ApprovalRole::approver, "丙")};
    submitted.sign_off = std::make_shared<const std::string>("[approvals]");
    submitted.sign_off_digest = sha256(*submitted.sign_off);
    return submitted;
  }

  // Reasons of the refusal; "accepted" where there is none.
  std::string answer(const Submitted& submitted) {
    bench.take(submitted);
    bench.round();
    if (!bench.took<SendAccepted>().empty()) {
      return "accepted";
    }
    std::string reasons;
    for (const SendRefused& refused : bench.took<SendRefused>()) {
      for (const Error& error : refused.errors) {
        reasons += (reasons.empty() ? "" : " ") + error.reason;
      }
    }
    return reasons;
  }

  Bench bench;
};

TEST_F(ApprovalsTest, WhatWasApprovedIsKeptBesideTheBundleAndVerified) {
  ASSERT_EQ(answer(approved({part("a")})), "accepted");

  const EntryAccepted entry = bench.journal().history().entry({1})->entry;
  EXPECT_EQ(entry.sign_off.digest, sha256("[approvals]"));
  EXPECT_EQ(entry.sign_off.bytes, 11U);
  EXPECT_EQ(entry.sign_off.level, ApprovalLevel::asserted);
  EXPECT_EQ(bench.journal().history().body({1}, approvals_part), "[approvals]");
}

TEST_F(ApprovalsTest, ARetryNeedsNoApprovalsAgain) {
  ASSERT_EQ(answer(approved({part("a")})), "accepted");

  EXPECT_EQ(answer(submission("oa", {part("a")})), "accepted");
  EXPECT_EQ(bench.ledger().head(), Seq{1});
}

TEST_F(ApprovalsTest, TheChecksComeInTheirOrder) {
  ASSERT_EQ(answer(approved({part("a")})), "accepted");
  Submitted bare = submission("oa", {part("a", 3)});
  bare.parts[0].errors = {{ErrorCode::invalid_argument, "field_missing", "title", {}}};
  bare.parts[0].disclosure = {{ErrorCode::refused, "draft_refused", "stage", {}}};
  bare.parts[0].attachments = {{sha256("form"), 3, "pdf", false}};
  EXPECT_EQ(answer(bare), "revision_mismatch");

  bare.parts[0].revision = 2;
  bare.parts[0].previous_revision = 1;
  EXPECT_EQ(answer(bare), "field_missing");
  bare.parts[0].errors.clear();
  EXPECT_EQ(answer(bare), "draft_refused review_missing");
  bare.parts[0].disclosure.clear();
  EXPECT_EQ(answer(bare), "review_missing");
  bare.rights.asserted = true;
  bare.approvals = {approval_in(ApprovalRole::secrecy_reviewer, "乙")};
  bare.sign_off = std::make_shared<const std::string>("[one]");
  bare.sign_off_digest = sha256("[one]");
  EXPECT_EQ(answer(bare), "approval_missing approval_missing");
  bare.approvals = approved({}).approvals;
  EXPECT_EQ(answer(bare), "attachment_missing");
}

TEST_F(ApprovalsTest, ImportedHistoryIsExempt) {
  PartFacts old = part("a");
  old.imported = true;

  EXPECT_EQ(answer(submission("oa", {old})), "accepted");
  EXPECT_FALSE(bench.journal().history().entry({1})->entry.sign_off.digest);
}

TEST_F(ApprovalsTest, WhatIsFlaggedIsCounted) {
  Submitted submitted = approved({part("a")});
  submitted.parts[0].personal_data = {{PersonalDataKind::phone, "parts[0].title", 1, "138"},
                                      {PersonalDataKind::phone, "parts[0].body", 9, "139"}};
  ASSERT_EQ(answer(submitted), "accepted");

  EXPECT_EQ(bench.journal().history().entry({1})->entry.sign_off.personal_data, 2U);
}

TEST_F(ApprovalsTest, AScanIsAnEvidenceFileThatStays) {
  Submitted submitted = approved({part("a")});
  submitted.approvals[2].approval.scan = sha256("sheet");
  submitted.approvals[2].level = ApprovalLevel::paper;
  submitted.approvals[2].approval.bundle_digest = submitted.bundle_digest;
  EXPECT_EQ(answer(submitted), "scan_without_code");
  submitted.approvals[2].scan_names = {sha256("another bundle")};
  EXPECT_EQ(answer(submitted), "scan_of_other_bundle");
  submitted.approvals[2].scan_unread = Error{ErrorCode::unavailable, "program_missing", {}, {}};
  EXPECT_EQ(answer(submitted), "program_missing");
  submitted.approvals[2].scan_unread.reset();
  submitted.approvals[2].scan_names.push_back(submitted.bundle_digest);
  EXPECT_EQ(answer(submitted), "scan_missing");  // read, and swept since
  bench.take(BlobArrived{{}, sha256("sheet"), 5, "jpeg"});
  bench.round();
  EXPECT_EQ(answer(submitted), "accepted");

  EXPECT_EQ(bench.journal().history().entry({1})->entry.sign_off.scans,
            std::vector<Digest>{sha256("sheet")});
  EXPECT_FALSE(bench.journal().history().deliverable(sha256("sheet")));
}

TEST_F(ApprovalsTest, WhatIsPlannedAndMetStandsInTheEntry) {
  PartFacts document = part("a");
  document.kind = Kind::policy_document;
  document.planned = {{sha256("first"), "2026-12-01"}, {sha256("second"), "2027-01-15"}};
  PartFacts reading = part("b");
  reading.kind = Kind::interpretation;
  reading.interprets = {"a"};
  reading.phase = sha256("first");
  PartFacts drill = document;
  drill.id = "c";
  drill.test = true;
  drill.digest = drill.content_digest = sha256("c");
  ASSERT_EQ(answer(approved({document, reading})), "accepted");
  ASSERT_EQ(answer(approved({drill})), "accepted");

  const auto parts = bench.journal().history().entry({1})->entry.parts;
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].phases,
            (std::vector<PhaseMark>{{{}, sha256("first"), "2026-12-01"},
                                    {{}, sha256("second"), "2027-01-15"}}));
  EXPECT_EQ(parts[1].phases, (std::vector<PhaseMark>{{"oa/a", sha256("first"), {}}}));
  EXPECT_TRUE(bench.journal().history().entry({2})->entry.parts[0].phases.empty());
  const auto due = bench.journal().history().phases_due("2028-01-01", 10);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].phase, sha256("second"));
}

}  // namespace
}  // namespace gulou::test
