#include "common/json/canonical.h"

#include "common/base/limits.h"
#include "common/json/json_text.h"

#include <random>

#include <gtest/gtest.h>

namespace gulou {
namespace {

std::string canonical(std::string_view json) {
  const auto result = canonicalise(json);
  return result ? *result : result.error().reason + " " + result.error().args.at(0);
}

std::string check(std::string_view json) {
  const Status status = check_canonical(json);
  return status ? "ok" : status.error().reason + " " + status.error().args.at(0);
}

TEST(CanonicalTest, FormOfRfc8785) {
  EXPECT_EQ(canonical("{ \"b\" : [ 1 , true ,\n\"x\" ] , \"a\" : { } }"),
            R"({"a":{},"b":[1,true,"x"]})");
  EXPECT_EQ(canonical(R"("\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/")"),
            "\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");
  EXPECT_EQ(canonical(R"("\ud83d\ude00")"), "\"😀\"");
  EXPECT_EQ(canonical("-0"), "0");
  EXPECT_EQ(canonical("-9007199254740991"), "-9007199254740991");
  EXPECT_EQ(canonical("\"\x7f\""), "\"\x7f\"");
}

TEST(CanonicalTest, KeysAreOrderedByUtf16CodeUnits) {
  // The example of RFC 8785, 3.2.3.
  const std::string sorted =
      R"({"\r":"Carriage Return","1":"One",)"
      "\"\u0080\":\"Control\",\"\u00f6\":\"Latin Small Letter O With Diaeresis\","
      "\"\u20ac\":\"Euro Sign\",\"\U0001f600\":\"Emoji: Grinning Face\","
      "\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}";

  EXPECT_EQ(canonical(R"({"\u20ac":"Euro Sign","\r":"Carriage Return",
    "\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face",
    "\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"})"),
            sorted);
  EXPECT_EQ(check(sorted), "ok");
  EXPECT_EQ(check("{\"\ufb33\":1,\"\U0001f600\":2}"), "json_not_canonical_order 9");
}

TEST(CanonicalTest, EscapedKeysAreOrderedByWhatTheyMean) {
  EXPECT_EQ(canonical(R"({"]":1,"\\":2,"[":3,"\n":4,"\"":5,"!":6})"),
            R"({"\n":4,"!":6,"\"":5,"[":3,"\\":2,"]":1})");
  EXPECT_EQ(check(R"({"\u0001":1,"\n":4,"!":6,"\"":5,"[":3,"\\":2,"]":1})"), "ok");
  EXPECT_EQ(check(R"({"[":3,"]":1,"\\":2})"), "json_not_canonical_order 13");
}

TEST(CanonicalTest, WhatIsNoReleaseIsRefusedByBothWithItsPlace) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "json_truncated 0"},
      {"{\"a\":null}", "json_null 5"},
      {"[1.5]", "json_float 1"},
      {"[1e2]", "json_float 1"},
      {"[01]", "json_syntax 1"},
      {"[-]", "json_syntax 1"},
      {"[9007199254740992]", "json_integer_too_large 1"},
      {"[-9007199254740992]", "json_integer_too_large 1"},
      {"[123456789012345678901234567890]", "json_integer_too_large 1"},
      {"[\"\xED\xA0\x80\"]", "json_not_utf8 2"},
      {"[\"\xC0\x80\"]", "json_not_utf8 2"},
      {"[\"\xF4\x90\x80\x80\"]", "json_not_utf8 2"},
      {"[\"a\x01\"]", "json_control_character 3"},
      {"[\"a", "json_truncated 3"},
      {"[1", "json_truncated 2"},
      {"[1,]", "json_syntax 3"},
      {"[1]x", "json_trailing 3"},
      {"{\"a\":1,}", "json_syntax 7"},
      {"{a:1}", "json_syntax 1"},
      {"[trux]", "json_syntax 1"},
      {"\xEF\xBB\xBF{}", "json_syntax 0"},
  };
  for (const auto& [json, reason] : cases) {
    EXPECT_EQ(check(json), reason) << json;
    EXPECT_EQ(canonical(json), reason) << json;
  }
  EXPECT_EQ(check(R"({"a":1,"a":2})"), "json_duplicate_key 7");
  EXPECT_EQ(canonical(R"({"a":1,"\u0061":2})"), "json_duplicate_key 0");
  EXPECT_EQ(canonical(R"("\ud800")"), "json_not_utf8 1");
  EXPECT_EQ(canonical(R"("\udc00\ud800")"), "json_not_utf8 1");
  EXPECT_EQ(canonical(R"("\x")"), "json_syntax 1");
}

TEST(CanonicalTest, OtherSpellingsAreNamed) {
  EXPECT_EQ(check("{\"a\": 1}"), "json_not_canonical_blank 5");
  EXPECT_EQ(check("{}\n"), "json_not_canonical_blank 2");
  EXPECT_EQ(check(R"("\u000a")"), "json_not_canonical_escape 1");
  EXPECT_EQ(check(R"("\u001F")"), "json_not_canonical_escape 1");
  EXPECT_EQ(check(R"("\/")"), "json_not_canonical_escape 1");
  EXPECT_EQ(check(R"("\u6c34")"), "json_not_canonical_escape 1");
  EXPECT_EQ(check("-0"), "json_not_canonical_number 0");
}

TEST(CanonicalTest, NestingIsBounded) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };

  EXPECT_EQ(check(nested(limits::json_depth_max)), "ok");
  EXPECT_EQ(canonical(nested(limits::json_depth_max)), nested(limits::json_depth_max));
  EXPECT_EQ(check(nested(limits::json_depth_max + 1)), "json_too_deep 16");
  EXPECT_EQ(canonical(nested(limits::json_depth_max + 1)), "json_too_deep 16");
  EXPECT_EQ(check(std::string(1'000'000, '[')), "json_too_deep 16");
}

// Random JSON text, spelt in random ways.
class Text {
 public:
  explicit Text(uint32_t seed) : random_(seed) {}

  std::string value(int depth) {
    switch (pick(depth > 0 ? 5 : 3)) {
      case 0:
        return string();
      case 1:
        return std::to_string(static_cast<int64_t>(pick(2) == 0 ? pick(20) : pick(1U << 30)) - 10);
      case 2:
        return pick(2) == 0 ? "true" : "false";
      case 3:
        return list("[", "]", [&] { return value(depth - 1); });
      default:
        return list(
            "{", "}", [&] { return string() + blank() + ":" + blank() + value(depth - 1); });
    }
  }

  uint32_t pick(uint32_t below) { return static_cast<uint32_t>(random_() % below); }

 private:
  std::string blank() { return pick(4) == 0 ? " " : ""; }

  template <class Item>
  std::string list(std::string open, const std::string& close, Item item) {
    const uint32_t count = pick(4);
    for (uint32_t i = 0; i < count; ++i) {
      open += (i == 0 ? "" : ",") + blank() + item() + blank();
    }
    return open + close;
  }

  std::string string() {
    static const char* const pieces[] = {"a",
                                         "b",
                                         "水",
                                         "\U0001f600",
                                         "\ufb33",
                                         "\\n",
                                         "\\u0001",
                                         "\\u000a",
                                         "\\u6c34",
                                         "\\\"",
                                         "\\\\",
                                         "\\/",
                                         "]",
                                         "[",
                                         "abcdefghijk",
                                         "\\ud83d\\ude00",
                                         "é",
                                         "\x7f"};
    std::string text = "\"";
    for (uint32_t i = pick(4); i > 0; --i) {
      text += pieces[pick(std::size(pieces))];
    }
    return text + '"';
  }

  std::mt19937 random_;
};

TEST(CanonicalTest, CheckAcceptsExactlyWhatCanonicaliseReturns) {
  size_t canonical_already = 0;
  for (uint32_t seed = 0; seed < 20'000; ++seed) {
    Text text(seed);
    std::string json = text.value(3);
    if (text.pick(4) == 0) {
      json[text.pick(static_cast<uint32_t>(json.size()))] = "\"{}[],:\\0-. \xE6"[text.pick(13)];
    }

    const auto formed = canonicalise(json);
    const bool accepted = check_canonical(json).has_value();

    ASSERT_EQ(accepted, formed && *formed == json) << "seed " << seed << ": " << json;
    if (formed) {
      ASSERT_EQ(check(*formed), "ok") << "seed " << seed << ": " << json;
      ASSERT_EQ(*canonicalise(*formed), *formed);
    }
    canonical_already += accepted ? 1 : 0;
  }
  EXPECT_GT(canonical_already, 1'000U);
}

TEST(JsonTextTest, WhatIsNotUtf8IsWrittenAsReplacement) {
  std::string out;
  append_quoted(out, "水\xE6\xB0|\xFF");
  EXPECT_EQ(out, "\"水\uFFFD\uFFFD|\uFFFD\"");
}

}  // namespace
}  // namespace gulou
