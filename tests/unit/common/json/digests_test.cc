#include "common/json/digests.h"

#include "common/crypto/digest.h"
#include "common/json/canonical.h"
#include "common/json/value.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace gulou {
namespace {

TEST(DigestsTest, AgreeWithTheVectorsThatPythonComputed) {
  std::ostringstream text;
  text << std::ifstream(GULOU_SOURCE_DIR "/tests/unit/common/json/vectors.json").rdbuf();
  const auto vectors = JsonValue::parse(text.str());
  ASSERT_TRUE(vectors) << describe(vectors.error());
  ASSERT_GE(vectors->items().size(), 5U);

  for (const JsonValue& vector : vectors->items()) {
    std::vector<Digest> parts;
    for (size_t i = 0; i < vector.items("texts").size(); ++i) {
      const std::string_view json = vector.items("texts")[i].text();
      const JsonValue& expected = vector.items("parts")[i];
      EXPECT_TRUE(check_canonical(json)) << json;
      EXPECT_EQ(to_hex(release_digest(json)), expected.text("release")) << json;
      EXPECT_EQ(to_hex(*content_digest(json)), expected.text("content")) << json;
      const auto both = release_digests(json);
      ASSERT_TRUE(both) << json;
      EXPECT_EQ(to_hex(both->release), expected.text("release")) << json;
      EXPECT_EQ(to_hex(both->content), expected.text("content")) << json;
      parts.push_back(release_digest(json));
    }
    EXPECT_EQ(to_hex(bundle_digest(parts)), vector.text("bundle"));
  }
}

TEST(DigestsTest, ContentLeavesOutIdentityAndPlacementAtTheTopAlone) {
  EXPECT_EQ(*content_json(R"({"audience":["1"],"body":{"content":"\"},{\\","id":"x"},"id":"a",)"
                          R"("imported":{"from":"b"},"relations":[{"a":"]"}],"revision":1,)"
                          R"("test":true,"title":"t","update":"minor"})"),
            R"({"body":{"content":"\"},{\\","id":"x"},"title":"t"})");
  EXPECT_EQ(*content_json("{}"), "{}");
  EXPECT_EQ(*content_json(R"({"id":"a"})"), "{}");
  EXPECT_EQ(*content_json(R"({"change_note":"n","index_no":"i"})"),
            R"({"change_note":"n","index_no":"i"})");
}

TEST(DigestsTest, BothAtOnceAreThoseTakenOneByOne) {
  for (const char* json : {"{}",
                           R"({"audience":["1"],"body":{"content":"x"},"id":"a"})",
                           R"({"body":{"content":"x"},"id":"a","title":"t"})",
                           R"({"body":{"content":"x"},"title":"t"})",
                           R"({"id":"a"})",
                           R"({"id":"a","title":"t"})"}) {
    const auto both = release_digests(json);
    ASSERT_TRUE(both) << json;
    EXPECT_EQ(both->release, release_digest(json)) << json;
    EXPECT_EQ(both->content, *content_digest(json)) << json;
  }
}

TEST(DigestsTest, ContentOfWhatIsNoObjectIsRefused) {
  for (const char* json : {"", "[]", "{", "}", "{\"a", "{\"a\":\"}", "{x}", "{\"a\\\"}"}) {
    EXPECT_FALSE(content_digest(json)) << json;
  }
}

TEST(DigestsTest, DocumentsAreFoundHoweverTheirNumberIsWritten) {
  const auto key = document_key("000014349", "国办发〔2017〕47号");

  EXPECT_TRUE(key);
  EXPECT_EQ(document_key("000014349", "国办发[２０１７] 47号"), key);
  EXPECT_NE(document_key("000014350", "国办发〔2017〕47号"), key);
  EXPECT_EQ(document_key("000014349", "第3号"), std::nullopt);
  EXPECT_EQ(document_key("000014349", ""), std::nullopt);
}

}  // namespace
}  // namespace gulou
