// Two persons: how many may wait, and what a publisher cannot do with them.
#include "common/base/limits.h"
#include "tests/support/bench.h"

#include <gtest/gtest.h>

namespace gulou::test {
namespace {

// A part with an identity card number that an approval of zhao lets pass.
Submitted personal(const std::string& publisher, const std::string& id, Utc now) {
  PartFacts facts = part(id);
  facts.personal_data = {{PersonalDataKind::id_card, "parts[0].body", 4, "3701**"}};
  Submitted submitted = submission(publisher, {facts});
  ApprovalFacts allowed{.at = now, .level = ApprovalLevel::asserted};
  allowed.approval.role = ApprovalRole::secrecy_reviewer;
  allowed.approval.name = "zhao";
  allowed.approval.allows = {"personal_data"};
  submitted.rights.asserted = true;
  submitted.approvals = {allowed};
  submitted.sign_off = std::make_shared<const std::string>("[]");
  return submitted;
}

class ConfirmationTest : public testing::Test {
 protected:
  // Reason of the refusal; empty: accepted.
  std::string submit(const std::string& publisher, const std::string& id) {
    Submitted submitted = personal(publisher, id, bench_.now.utc);
    submitted.from = {{7}, 1};
    bench_.take(submitted);
    bench_.round();
    const auto refused = bench_.took<SendRefused>();
    return refused.empty() ? std::string() : refused[0].errors[0].reason;
  }

  std::string decide(const std::string& who, uint64_t no, bool gives) {
    bench_.take(ConfirmationDecided{{{7}, 2}, who, {no}, gives, "looked at"});
    bench_.round();
    const auto refused = bench_.took<SendRefused>();
    return refused.empty() ? std::string() : refused[0].errors[0].reason;
  }

  Bench bench_;
};

TEST_F(ConfirmationTest, OnePublisherCannotCrowdOutTheOthers) {
  for (size_t i = 0; i < limits::confirmations_of_one_max; ++i) {
    EXPECT_EQ(submit("oa", "a" + std::to_string(i)), "confirmation_waits");
  }

  EXPECT_EQ(submit("oa", "one-more"), "confirmations_full");
  EXPECT_EQ(submit("cms", "a"), "confirmation_waits");
  EXPECT_EQ(submit("oa", "a0"), "confirmation_waits");  // known already
}

TEST_F(ConfirmationTest, PublishersTogetherLeaveRoomForOperators) {
  for (size_t i = 0; i < limits::confirmations_of_publishers_max; ++i) {
    EXPECT_EQ(submit("p" + std::to_string(i % 4), "a" + std::to_string(i)), "confirmation_waits");
  }
  EXPECT_EQ(submit("p5", "a"), "confirmations_full");
  ASSERT_TRUE(bench_.accept({part("wrong")}));
  WithdrawalAsked asked;
  asked.from = {{7}, 2};
  asked.by = "li";
  asked.by_operator = true;
  asked.kind = WithdrawalKind::erase;
  asked.reason = "because";
  asked.targets = {{{"oa", "wrong"}, 0}};

  bench_.take(asked);
  bench_.round();

  EXPECT_EQ(bench_.ledger().confirmations().size(), limits::confirmations_of_publishers_max + 1);
}

TEST_F(ConfirmationTest, WhatIsConfirmedHoldsForThisBundleAndPublisherAlone) {
  EXPECT_EQ(submit("oa", "a"), "confirmation_waits");
  EXPECT_EQ(decide("wang", 1, true), "");

  EXPECT_EQ(submit("cms", "a"), "confirmation_waits");
  EXPECT_EQ(submit("oa", "b"), "confirmation_waits");
  EXPECT_EQ(submit("oa", "a"), "");

  const auto entry = bench_.journal().history().entry({1});
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->entry.sign_off.confirmed_by, "wang");
  EXPECT_EQ(entry->entry.sign_off.confirmation, ConfirmationNo{1});
  EXPECT_EQ(bench_.journal().history().confirmation({1})->seq, Seq{1});
}

TEST_F(ConfirmationTest, WhoeverLetItPassCannotConfirmIt) {
  EXPECT_EQ(submit("oa", "a"), "confirmation_waits");

  EXPECT_EQ(decide("zhao", 1, true), "confirmation_same_person");
  EXPECT_EQ(decide("oa", 1, true), "confirmation_same_person");
  EXPECT_EQ(decide("wang", 1, true), "");
  EXPECT_EQ(decide("chen", 1, true), "confirmation_over");
  EXPECT_EQ(decide("chen", 0, true), "confirmation_unknown");
}

TEST_F(ConfirmationTest, WhatWasGivenIsNotGivenForEver) {
  EXPECT_EQ(submit("oa", "a"), "confirmation_waits");
  EXPECT_EQ(decide("wang", 1, true), "");

  bench_.advance(limits::confirmation_ms_max);

  EXPECT_EQ(submit("oa", "a"), "confirmation_waits");
  EXPECT_EQ(bench_.journal().history().confirmation({1})->state, ConfirmationState::expired);
}

TEST_F(ConfirmationTest, APolicyThatAsksForOneTakesOne) {
  CountySettings lax = county({channel("portal")});
  lax.approvals.two_persons = {"erase"};
  bench_.take(Configured{lax});

  EXPECT_EQ(submit("oa", "a"), "");
}

}  // namespace
}  // namespace gulou::test
