#include "common/json/approval_json.h"

#include "common/crypto/digest.h"
#include "common/json/canonical.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

Approval plain_approval() {
  Approval approval;
  approval.bundle_digest = sha256("bundle");
  approval.role = ApprovalRole::approver;
  approval.name = "李卫国";
  approval.unit = "云溪县人民政府办公室";
  approval.at = "2026-05-06T08:00:00Z";
  return approval;
}

SigningKey approval_key(uint8_t first) {
  std::array<uint8_t, 32> seed{};
  seed[0] = first;
  return SigningKey::from_seed(seed);
}

TEST(ApprovalJsonTest, ComesBackAsItWasWritten) {
  const Approval approval = sign_approval(plain_approval(), approval_key(1));
  const std::string json = to_json(approval);

  ASSERT_TRUE(check_canonical(json));
  const auto read = parse_approval(json);

  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(to_json(*read), json);
  EXPECT_TRUE(signature_holds(json, *read));
}

TEST(ApprovalJsonTest, ASignatureHoldsForNothingElse) {
  const std::string json = to_json(sign_approval(plain_approval(), approval_key(1)));
  size_t held = 0;
  for (size_t i = 0; i < json.size(); ++i) {
    for (const char other : {static_cast<char>(json[i] ^ 1), static_cast<char>(json[i] ^ 0x10)}) {
      std::string changed = json;
      changed[i] = other;
      const auto read = parse_approval(changed);
      held += read && signature_holds(changed, *read) ? 1U : 0U;
    }
  }
  EXPECT_EQ(held, 0U);
}

TEST(ApprovalJsonTest, AnUnknownFieldIsSignedToo) {
  const SigningKey key = approval_key(2);
  const std::string json = to_json(sign_approval(plain_approval(), key));
  std::string more = json;
  more.insert(more.size() - 1, ",\"zone\":\"x\"");

  EXPECT_FALSE(signature_holds(more, *parse_approval(more)));
}

TEST(ApprovalJsonTest, ASignatureWithinAnotherFieldIsNone) {
  const std::string json = to_json(sign_approval(plain_approval(), approval_key(1)));
  const size_t at = json.find(",\"signature\":\"");
  const std::string member = json.substr(at, json.find('"', at + 14) + 1 - at);
  std::string twice = json;
  twice.insert(twice.size() - 1, ",\"zone\":{\"a\":1" + member + "}");

  const auto read = parse_approval(twice);
  ASSERT_TRUE(read);
  EXPECT_FALSE(signature_holds(twice, *read));
}

TEST(ApprovalJsonTest, WhatIsNoApprovalIsRefusedByName) {
  EXPECT_EQ(parse_approval("{}", "approvals[0].").error().field, "approvals[0].role");
  EXPECT_EQ(parse_approval("{\"role\":\"king\"}", "approvals[1].").error().reason, "word_unknown");
  EXPECT_EQ(parse_approval("{ \"role\":\"approver\"}", "approvals[2].").error().field,
            "approvals[2]");
  EXPECT_EQ(parse_approval(std::string(9000, ' '), "approvals[3].").error().reason,
            "approval_too_large");
}

TEST(ApprovalJsonTest, AListComesApartAgain) {
  Approval odd = plain_approval();
  odd.opinion = "同意]},{\"role\":\"\\";
  const std::vector<std::string> all{to_json(odd), to_json(plain_approval())};

  EXPECT_EQ(split_approvals(approvals_json(all)), all);
  EXPECT_TRUE(split_approvals("[]").empty());
  EXPECT_TRUE(split_approvals("[{").empty());
  EXPECT_TRUE(split_approvals("").empty());
}

}  // namespace
}  // namespace gulou
