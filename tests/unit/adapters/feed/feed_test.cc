// Records of the feed survive the disk, what is gone leaves no text, a DOCX is a whole archive.
#include "adapters/feed/docx.h"
#include "adapters/feed/store.h"
#include "common/archive/archive.h"
#include "common/base/files.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gulou {
namespace {

using testing::HasSubstr;
using testing::Not;

FeedRecord record() {
  FeedRecord made;
  made.publication = "oa/water-1";
  made.revision = 2;
  made.digest = "ab";
  made.title = "停水 <通知> & 说明";
  made.html = "<p>正文</p>";
  made.published = {1'700'000'000'000};
  made.updated = {1'700'000'100'000};
  made.packet = "20231115-oa-water-1-r2.zip";
  made.packet_bytes = 7;
  made.complete = true;
  return made;
}

std::string feed_of(const TempDir& dir, const std::string& name) {
  return read_file(dir.path() + "/" + name, 1U << 20U).value_or("");
}

TEST(FeedStoreTest, RecordIsReadAsItWasWritten) {
  const auto read = parse_record(record_json(record()));
  ASSERT_TRUE(read);
  EXPECT_EQ(record_json(*read), record_json(record()));
  EXPECT_FALSE(parse_record("{}"));
}

TEST(FeedStoreTest, WhatIsThereIsThereAfterARestart) {
  const TempDir dir;
  {
    auto store = FeedStore::open(dir.path(), {"http://a", "媒体", "县政府办"});
    ASSERT_TRUE(store);
    ASSERT_TRUE(store->put(record()));
  }
  const auto store = FeedStore::open(dir.path(), {"http://a", "媒体", "县政府办"});
  ASSERT_TRUE(store);
  ASSERT_NE(store->find("oa/water-1"), nullptr);
  EXPECT_EQ(store->find("oa/water-1")->revision, 2U);
  EXPECT_THAT(feed_of(dir, "feed.atom"), HasSubstr("停水 &lt;通知&gt; &amp; 说明"));
}

TEST(FeedStoreTest, WithdrawnReleaseIsATombstoneWithoutText) {
  const TempDir dir;
  auto store = FeedStore::open(dir.path(), {"http://a", "媒体", "县政府办"});
  ASSERT_TRUE(store);
  FeedRecord gone = record();
  gone.state = FeedState::withdrawn;
  ASSERT_TRUE(store->put(gone));
  for (const char* name : {"feed.atom", "feed.json"}) {
    EXPECT_THAT(feed_of(dir, name), Not(HasSubstr("停水")));
  }
  EXPECT_THAT(feed_of(dir, "feed.atom"),
              HasSubstr("<at:deleted-entry ref=\"tag:gulou,2026:oa/water-1\""));
  EXPECT_THAT(feed_of(dir, "feed.json"), HasSubstr("\"state\":\"withdrawn\""));
}

TEST(FeedStoreTest, FailureIsRememberedSinceItsFirstAndForgottenWithASuccess) {
  const TempDir dir;
  auto store = FeedStore::open(dir.path(), {"http://a", "媒体", "县政府办"});
  ASSERT_TRUE(store);
  ASSERT_TRUE(store->note_failure({1'700'000'000'000}));
  ASSERT_TRUE(store->note_failure({1'700'000'900'000}));
  EXPECT_EQ(store->failing_since().ms, 1'700'000'000'000);
  store->note_success();
  EXPECT_FALSE(store->failing_since());
}

TEST(DocxTest, PartsStandInAnArchiveAndTextIsEscaped) {
  const auto docx = docx_of({"标题 <一>", {{"发文字号", "云政〔2026〕1号"}}, "第一段\n\n甲\t乙\n"});
  ASSERT_TRUE(docx);
  const auto members = read_archive(*docx);
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 5U);
  EXPECT_EQ(members->front().name, "[Content_Types].xml");
  EXPECT_THAT(members->back().bytes, HasSubstr("标题 &lt;一&gt;"));
  EXPECT_THAT(members->back().bytes, HasSubstr("<w:tab/>"));
  EXPECT_THAT(txt_of({"标题", {}, "甲\n乙"}), HasSubstr("甲\r\n乙\r\n"));
}

}  // namespace
}  // namespace gulou
