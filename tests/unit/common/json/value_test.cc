#include "common/json/value.h"

#include "common/json/writer.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

TEST(JsonValueTest, IsReadByPath) {
  const auto value = JsonValue::parse(
      R"({"parts":[{"title":"水"},{"title":"库","n":7}],"ok":true,"rate":0.5,"big":1e3,"none":null})");

  ASSERT_TRUE(value);
  EXPECT_EQ(value->text("parts[1].title"), "库");
  EXPECT_EQ(value->integer("parts[1].n"), 7);
  EXPECT_EQ(value->items("parts").size(), 2U);
  EXPECT_TRUE(value->boolean("ok"));
  EXPECT_DOUBLE_EQ(value->number("rate"), 0.5);
  EXPECT_DOUBLE_EQ(value->number("parts[1].n"), 7);
  EXPECT_TRUE(value->at("none").is_null());
  EXPECT_EQ(value->members()[0].key, "parts");
}

TEST(JsonValueTest, WhatIsAbsentOrOtherGivesTheOtherwise) {
  const auto value = JsonValue::parse(R"({"a":[1],"b":"x"})");

  ASSERT_TRUE(value);
  EXPECT_EQ(value->text("a[0]", "other"), "other");
  EXPECT_EQ(value->integer("a[1]", 5), 5);
  EXPECT_EQ(value->integer("b", 5), 5);
  for (const char* path : {"a[", "a[x]", "a[-1]", "b.c.d", "[0]", ".", "a..b", "a[0"}) {
    EXPECT_EQ(value->text(path), "") << path;
  }
  EXPECT_TRUE(value->items("b").empty());
}

TEST(JsonValueTest, WhatIsNoJsonIsRefusedWithItsPlace) {
  EXPECT_EQ(describe(JsonValue::parse("{\"a\":}").error()), "invalid_argument json_syntax [5]");
  EXPECT_EQ(JsonValue::parse(std::string(100, '[')).error().reason, "json_too_deep");
  EXPECT_EQ(JsonValue::parse("1e999").error().reason, "json_integer_too_large");
  EXPECT_DOUBLE_EQ(JsonValue::parse("18446744073709551616")->number(), 18446744073709551616.0);
}

TEST(JsonWriterTest, PutsCommasWhereTheyBelong) {
  JsonWriter json;
  json.begin_object()
      .member("a", 1)
      .member("b", "x\"y")
      .text_member("none", "")
      .key("list")
      .begin_array()
      .value(true)
      .begin_object()
      .end_object()
      .value(std::string("水"))
      .null()
      .raw("{\"r\":1}")
      .end_array()
      .member("c", uint64_t{18446744073709551615U})
      .end_object();

  EXPECT_EQ(json.text(),
            R"({"a":1,"b":"x\"y","list":[true,{},"水",null,{"r":1}],"c":18446744073709551615})");
  EXPECT_TRUE(JsonValue::parse(json.take()));
}

}  // namespace
}  // namespace gulou
