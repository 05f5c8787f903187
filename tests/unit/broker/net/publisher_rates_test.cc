#include "broker/net/publisher_rates.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

TEST(PublisherRatesTest, AMinutesWorthAtOnceAndThenAsTimePasses) {
  PublisherRates rates;
  int allowed = 0;
  for (int i = 0; i < 10; ++i) {
    allowed += rates.allow("oa", 6, Mono{0}) ? 1 : 0;
  }
  EXPECT_EQ(allowed, 6);

  EXPECT_FALSE(rates.allow("oa", 6, Mono{9'999}));
  EXPECT_TRUE(rates.allow("oa", 6, Mono{10'000}));
  EXPECT_FALSE(rates.allow("oa", 6, Mono{10'001}));
}

TEST(PublisherRatesTest, EachPublisherHasItsOwn) {
  PublisherRates rates;

  EXPECT_TRUE(rates.allow("oa", 1, Mono{0}));
  EXPECT_FALSE(rates.allow("oa", 1, Mono{0}));
  EXPECT_TRUE(rates.allow("cms", 1, Mono{0}));
}

TEST(PublisherRatesTest, WithoutALimitThereIsNone) {
  PublisherRates rates;

  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(rates.allow("oa", 0, Mono{0}));
  }
}

TEST(PublisherRatesTest, AClockThatStandsGivesNothing) {
  PublisherRates rates;
  EXPECT_TRUE(rates.allow("oa", 1, Mono{100}));

  EXPECT_FALSE(rates.allow("oa", 1, Mono{50}));
  EXPECT_TRUE(rates.allow("oa", 1, Mono{60'050}));
}

}  // namespace
}  // namespace gulou
