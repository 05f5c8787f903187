#include "common/base/base64.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

// The vectors of RFC 4648.
TEST(Base64Test, IsThatOfTheStandard) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64("\xFB\xFF\xFE"), "+//+");
  EXPECT_EQ(to_base64(std::string_view("\0\0", 2)), "AAA=");
}

TEST(Base64Test, WhatWasWrittenIsReadAndNothingElse) {
  for (const std::string bytes : {"", "a", "ab", "abc", "\xFF\x00\x7F"}) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  }
  EXPECT_FALSE(from_base64("YQ"));
  EXPECT_FALSE(from_base64("YR=="));
  EXPECT_FALSE(from_base64("Y*=="));
}

}  // namespace
}  // namespace gulou
