#include "common/base/time.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

TEST(TimeTest, PagesShowShanghaiAndTheWireShowsUtc) {
  const Utc time = *parse_utc("2026-11-24T16:30:05Z");

  EXPECT_EQ(format_utc(time), "2026-11-24T16:30:05Z");
  EXPECT_EQ(format_shanghai(time), "2026-11-25 00:30");
  EXPECT_EQ(format_shanghai_date(time), "2026-11-25");
}

TEST(TimeTest, OffsetsAndFractionsAreUnderstood) {
  EXPECT_EQ(parse_utc("2026-11-25T00:30:05+08:00"), parse_utc("2026-11-24T16:30:05Z"));
  EXPECT_EQ(parse_utc("2026-11-24T16:30:05.999Z"), parse_utc("2026-11-24T16:30:05Z"));
}

TEST(TimeTest, DatesThatDoNotExistAreRefused) {
  EXPECT_TRUE(is_date("2024-02-29"));
  EXPECT_FALSE(is_date("2026-02-29"));
  EXPECT_FALSE(is_date("2026-13-01"));
  EXPECT_FALSE(is_date("2026-1-01"));
  EXPECT_FALSE(is_date(""));
  EXPECT_FALSE(parse_utc("2026-02-30T00:00:00Z"));
  EXPECT_FALSE(parse_utc("2026-02-20T24:00:00Z"));
  EXPECT_FALSE(parse_utc("2026-02-20T10:00:00"));
  EXPECT_FALSE(parse_utc("2026-02-20T10:00:00.Z"));
  EXPECT_FALSE(parse_utc("2026-02-20T10:00:00Zjunk"));
}

TEST(TimeTest, TheYearOfAcceptanceIsShanghais) {
  EXPECT_EQ(shanghai_year(*parse_utc("2026-12-31T15:59:59Z")), 2026);
  EXPECT_EQ(shanghai_year(*parse_utc("2026-12-31T16:00:00Z")), 2027);
}

}  // namespace
}  // namespace gulou
