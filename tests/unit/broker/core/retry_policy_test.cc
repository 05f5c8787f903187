#include "broker/core/retry_policy.h"

#include <set>

namespace gulou {
namespace {

TEST(RetryPolicyTest, StaysWithinAQuarterOfTheExponential) {
  for (uint32_t failures = 1; failures <= 8; ++failures) {
    const int64_t base = 1000LL << (failures - 1);
    for (uint64_t seq = 1; seq <= 500; ++seq) {
      const int64_t wait = backoff_ms(1000, 1'000'000, failures, {7}, {seq});
      EXPECT_GE(wait, base - base / 4);
      EXPECT_LE(wait, base + base / 4);
    }
  }
}

TEST(RetryPolicyTest, NeverLongerThanTheMost) {
  for (uint32_t failures = 1; failures <= 200; ++failures) {
    EXPECT_LE(backoff_ms(1000, 60'000, failures, {1}, {failures}), 60'000);
    EXPECT_GE(backoff_ms(1000, 60'000, failures, {1}, {failures}), 750);
  }
  EXPECT_LE(backoff_ms(1, INT64_MAX / 8, 4'000'000, {1}, {1}), INT64_MAX / 8);
}

TEST(RetryPolicyTest, IsAFunctionOfTheDeliveryAndItsFailures) {
  std::set<int64_t> waits;
  for (uint64_t seq = 1; seq <= 100; ++seq) {
    EXPECT_EQ(backoff_ms(1000, 60'000, 3, {9}, {seq}), backoff_ms(1000, 60'000, 3, {9}, {seq}));
    waits.insert(backoff_ms(1000, 60'000, 3, {9}, {seq}));
  }

  EXPECT_GT(waits.size(), 80U);  // neighbours do not come back together
}

}  // namespace
}  // namespace gulou
