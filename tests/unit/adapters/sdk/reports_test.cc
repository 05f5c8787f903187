#include "adapters/sdk/adapter.h"

#include <gtest/gtest.h>

namespace gulou::sdk {
namespace {

TEST(ReportsTest, EachSaysItsOutcomeAndWhatTheBrokerActsOn) {
  const Report later = accepted("job-1", Utc{5'000});
  EXPECT_EQ(later.outcome, Outcome::accepted);
  EXPECT_EQ(later.platform_id, "job-1");
  EXPECT_EQ(later.until, Utc{5'000});

  const Report asleep = quota(Utc{9'000}, "daily_quota", "45028");
  EXPECT_EQ(asleep.outcome, Outcome::quota);
  EXPECT_EQ(asleep.until, Utc{9'000});
  EXPECT_EQ(asleep.reason, "daily_quota");
  EXPECT_EQ(asleep.detail, "45028");

  const Report locked_out = auth("token_expired", "42001");
  EXPECT_EQ(locked_out.outcome, Outcome::auth);
  EXPECT_EQ(locked_out.reason, "token_expired");

  const Report draft = prepared("draft-7", "草稿箱");
  EXPECT_EQ(draft.outcome, Outcome::prepared);
  EXPECT_EQ(draft.platform_id, "draft-7");
  EXPECT_EQ(draft.detail, "草稿箱");

  EXPECT_EQ(transient("http_503", {}, 30'000).retry_after_ms, 30'000);
  EXPECT_EQ(misconfigured("app_id_unknown", {}).outcome, Outcome::misconfigured);
  EXPECT_EQ(gone().outcome, Outcome::gone);
}

TEST(ReportsTest, ADetailIsWhatThePlatformSaid) {
  const Error refused{ErrorCode::refused, "wechat_error", {}, {"40001", "invalid credential"}};
  EXPECT_EQ(words_of(refused), "40001 · invalid credential");
  EXPECT_EQ(words_of({ErrorCode::not_found, "picture_missing", "photo", {"a.jpg"}}),
            "a.jpg · photo");
  EXPECT_EQ(words_of({ErrorCode::refused, "recalled", {}, {}}), "recalled");
}

TEST(ReportsTest, AReceiptNamesEveryPartAtItsRevision) {
  Delivery delivery;
  delivery.parts.resize(2);
  delivery.parts[0].release.revision = 3;
  delivery.parts[1].part = 2;  // the second was withdrawn
  delivery.parts[1].release.revision = 1;

  const Report report = published(receipt_of(delivery, ReceiptLevel::seen_public, Utc{7}));

  EXPECT_EQ(report.outcome, Outcome::published);
  EXPECT_EQ(report.receipt.level, ReceiptLevel::seen_public);
  EXPECT_EQ(report.receipt.at, Utc{7});
  const std::vector<PartReceipt> expected = {{0, 3, {}, {}}, {2, 1, {}, {}}};
  EXPECT_EQ(report.receipt.parts, expected);
}

}  // namespace
}  // namespace gulou::sdk
