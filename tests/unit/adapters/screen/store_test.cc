#include "adapters/screen/store.h"

#include "adapters/screen/pages.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/crypto/digest.h"
#include "common/json/release_json.h"

#include <filesystem>

namespace gulou {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Utc now{1'795'492'800'000};

class ScreenStoreTest : public testing::Test {
 protected:
  ScreenStoreTest() {
    std::string pattern = testing::TempDir() + "gulou_screen_XXXXXX";
    dir_ = mkdtemp(pattern.data());
  }

  ~ScreenStoreTest() override { std::filesystem::remove_all(dir_); }

  ScreenStore open() {
    auto store = ScreenStore::open(dir_);
    EXPECT_TRUE(store) << describe(store.error());
    return std::move(*store);
  }

  static ScreenPut put(std::string id,
                       std::string title,
                       uint32_t revision = 1,
                       std::string text = "正文。") {
    Release release;
    release.id = id;
    release.revision = revision;
    release.kind = Kind::notice;
    release.title = std::move(title);
    release.issuer = {"青石县水务局", "000000001"};
    release.body = {BodyFormat::text, std::move(text)};
    return put_of(std::move(release));
  }

  static ScreenPut put_of(Release release) {
    ScreenPut put;
    put.canonical = to_json(release);
    put.item = {"oa/" + release.id,
                Seq{7},
                sha256(put.canonical),
                Utc{now.ms - 3600 * 1000},
                {},
                std::move(release)};
    return put;
  }

  std::string items_json(ScreenPages& pages, Utc at = now) {
    HttpRequest request;
    request.method = "GET";
    request.path = "/items.json";
    const HttpResponse response = pages.answer(request, at);
    const auto* shared = std::get_if<SharedBytes>(&response.body);
    return shared != nullptr ? **shared : std::get<std::string>(response.body);
  }

  ScreenPages opened_pages(std::string portal_url = {}) {
    auto played = Played::open(dir_);
    EXPECT_TRUE(played) << describe(played.error());
    return {dir_,
            {.name = "政务服务中心", .portal_url = std::move(portal_url)},
            glass_,
            *played,
            [](const ScreenItem&) {}};
  }

  std::string dir_;
  Glass glass_{"display", {}};
};

TEST_F(ScreenStoreTest, WhatWasAppliedIsThereAfterARestart) {
  {
    ScreenStore store = open();
    ASSERT_TRUE(store.apply({{put("a", "停水通知"), put("b", "停电通知")}, {}, Seq{7}}));
    ASSERT_TRUE(store.apply({{}, {{"oa/b", 1}}, Seq{8}}));
  }

  const ScreenStore store = open();

  EXPECT_EQ(store.content().position, Seq{8});
  ASSERT_NE(store.find("oa/a"), nullptr);
  EXPECT_EQ(store.find("oa/a")->release.title, "停水通知");
  EXPECT_EQ(store.find("oa/b"), nullptr);
  EXPECT_EQ(list_files(dir_ + "/items")->size(), 1U);  // withdrawn text has left the disk
}

TEST_F(ScreenStoreTest, KillBeforeTheFlipLeavesTheStateBefore) {
  {
    ScreenStore store = open();
    ASSERT_TRUE(store.apply({{put("a", "停水通知")}, {}, Seq{7}}));
  }
  // A change that came as far as its files, and an index that was not renamed.
  const ScreenPut half = put("b", "停电通知");
  ASSERT_TRUE(
      write_file(dir_ + "/items/" + to_hex(half.item.digest), half.canonical.substr(0, 20)));
  ASSERT_TRUE(write_file(dir_ + "/index.new", "format=1"));

  ScreenStore store = open();

  EXPECT_EQ(store.content().items.size(), 1U);
  EXPECT_EQ(store.content().position, Seq{7});
  ASSERT_TRUE(store.apply({{half}, {}, Seq{8}}));
  EXPECT_EQ(open().content().items.size(), 2U);
}

TEST_F(ScreenStoreTest, DamagedStoreBeginsAnewFromPositionZero) {
  {
    ScreenStore store = open();
    ASSERT_TRUE(store.apply({{put("a", "停水通知")}, {}, Seq{7}}));
  }
  std::string index = *read_file(dir_ + "/index", 1 << 20);
  index[index.size() / 2] = static_cast<char>(index[index.size() / 2] ^ 1);
  ASSERT_TRUE(write_file(dir_ + "/index", index));

  const ScreenStore store = open();

  EXPECT_EQ(store.content().position, Seq{0});
  EXPECT_TRUE(store.content().items.empty());
}

TEST_F(ScreenStoreTest, ScreensBehindAGatewayKeepWhatTheyHaveInCommonOnce) {
  const std::string shared = dir_ + "/content";
  auto hall = ScreenStore::open(dir_ + "/hall", shared);
  auto library = ScreenStore::open(dir_ + "/library", shared);
  ASSERT_TRUE(hall && library);
  ASSERT_TRUE(hall->apply({{put("a", "停水通知"), put("b", "停电通知")}, {}, Seq{7}}));
  ASSERT_TRUE(library->apply({{put("a", "停水通知")}, {}, Seq{7}}));
  EXPECT_EQ(list_files(shared + "/items")->size(), 2U);

  ASSERT_TRUE(hall->apply({{}, {{"oa/a", 1}, {"oa/b", 1}}, Seq{8}}));
  sweep_screen_files(shared, {&hall->content(), &library->content()});

  EXPECT_EQ(list_files(shared + "/items")->size(), 1U);
  const auto kept = read_screen_content(dir_ + "/library");
  ASSERT_TRUE(kept) << describe(kept.error());
  EXPECT_EQ(kept->items.at("oa/a").release.title, "停水通知");
  EXPECT_TRUE(read_screen_content(dir_ + "/hall")->items.empty());
}

TEST_F(ScreenStoreTest, AnItemThatIsThereIsNotWrittenOver) {
  const std::string shared = dir_ + "/content";
  auto hall = ScreenStore::open(dir_ + "/hall", shared);
  auto library = ScreenStore::open(dir_ + "/library", shared);
  ASSERT_TRUE(hall && library);
  const ScreenPut one = put("a", "停水通知");
  const std::string path = shared + "/items/" + to_hex(one.item.digest);
  ASSERT_TRUE(hall->apply({{one}, {}, Seq{7}}));
  const auto written = std::filesystem::last_write_time(path);

  ASSERT_TRUE(library->apply({{one}, {}, Seq{7}}));
  EXPECT_EQ(std::filesystem::last_write_time(path), written);

  ASSERT_TRUE(write_file(path, one.canonical.substr(0, 20)));  // cut off by a loss of power
  ASSERT_TRUE(library->apply({{one}, {}, Seq{8}}));
  EXPECT_EQ(*read_file(path, 1 << 20), one.canonical);
}

TEST_F(ScreenStoreTest, OlderRevisionNeverReplacesANewerOne) {
  ScreenStore store = open();
  ASSERT_TRUE(store.apply({{put("a", "第二版", 2)}, {}, Seq{7}}));

  ASSERT_TRUE(store.apply({{put("a", "第一版", 1)}, {}, Seq{8}}));

  EXPECT_EQ(store.find("oa/a")->release.title, "第二版");
}

TEST_F(ScreenStoreTest, ARemovalMeetsOnlyTheRevisionsItMeant) {
  ScreenStore store = open();
  ASSERT_TRUE(store.apply({{put("a", "第二版", 2)}, {}, Seq{7}}));
  EXPECT_FALSE(store.holds({"oa/a", 1}));
  EXPECT_TRUE(store.holds({"oa/a", 2}));

  ASSERT_TRUE(store.apply({{}, {{"oa/a", 1}}, Seq{8}}));
  EXPECT_NE(store.find("oa/a"), nullptr);
  ASSERT_TRUE(store.apply({{}, {{"oa/a", 3}}, Seq{9}}));
  EXPECT_EQ(store.find("oa/a"), nullptr);
}

TEST_F(ScreenStoreTest, BeyondItsLimitTheOldestGo) {
  ScreenStore store = open();
  ScreenChange change;
  for (size_t i = 0; i < limits::screen_items_max + 3; ++i) {
    change.put.push_back(put("n" + std::to_string(i), "通知"));
    change.put.back().item.seq = Seq{i + 1};
    change.put.back().item.published_on = Utc{now.ms + static_cast<int64_t>(i)};
  }

  ASSERT_TRUE(store.apply(std::move(change)));

  EXPECT_EQ(store.content().items.size(), limits::screen_items_max);
  EXPECT_EQ(store.find("oa/n2"), nullptr);
  EXPECT_NE(store.find("oa/n3"), nullptr);
}

TEST_F(ScreenStoreTest, PageSeesEachFlipAndExpiryByItsOwnClock) {
  ScreenStore store = open();
  ScreenPages pages = opened_pages("http://127.0.0.1:8080");
  EXPECT_THAT(items_json(pages), HasSubstr("\"items\":[]"));
  Release ending = put("a", "停水通知<b>").item.release;
  ending.expires = "2026-11-24T05:00:00Z";
  ASSERT_TRUE(store.apply({{put_of(ending)}, {}, Seq{7}}));

  const std::string before = items_json(pages);
  const std::string after = items_json(pages, Utc{now.ms + 3600 * 1000});

  EXPECT_THAT(before, HasSubstr("停水通知<b>"));
  EXPECT_THAT(before, HasSubstr("<svg"));
  EXPECT_THAT(after, HasSubstr("\"items\":[]"));
  ASSERT_TRUE(store.apply({{}, {{"oa/a", 1}}, Seq{8}}));
  EXPECT_THAT(items_json(pages), HasSubstr("\"items\":[]"));
}

TEST_F(ScreenStoreTest, LongTextIsLeftToThePortalWhole) {
  ScreenStore store = open();
  ScreenPages pages = opened_pages();
  std::string text;
  for (size_t i = 0; i < limits::screen_full_text_chars; ++i) {
    text += "长";
  }
  ASSERT_TRUE(store.apply({{put("fits", "短文", 1, text)}, {}, Seq{1}}));
  EXPECT_THAT(items_json(pages), HasSubstr("长长"));

  ASSERT_TRUE(store.apply({{put("fits", "长文", 2, text + "长")}, {}, Seq{2}}));

  EXPECT_THAT(items_json(pages), HasSubstr("长文"));
  EXPECT_THAT(items_json(pages), Not(HasSubstr("长长")));
}

TEST_F(ScreenStoreTest, PicturesOfHeldItemsAreServedAndNothingElse) {
  ScreenStore store = open();
  ScreenPages pages = opened_pages();
  const Digest digest = sha256("PNG");
  ASSERT_TRUE(store.add_blob(digest, [](const ScreenStore::Sink& sink) { return sink("PNG"); }));
  Release release = put("a", "通知").item.release;
  release.body = {BodyFormat::markdown, "![图](attachment:map.png)"};
  release.attachments = {{"map.png", "图", "image/png", 3, digest, "图", false}};
  HttpRequest request;
  request.method = "GET";
  request.path = "/files/" + to_hex(digest) + "/map.png";
  EXPECT_EQ(pages.answer(request, now).status, 404);

  ASSERT_TRUE(store.apply({{put_of(release)}, {}, Seq{1}}));
  EXPECT_THAT(items_json(pages), HasSubstr("files/" + to_hex(digest) + "/map.png"));

  EXPECT_EQ(pages.answer(request, now).status, 200);
  request.path = "/files/../index";
  EXPECT_EQ(pages.answer(request, now).status, 404);
}

TEST_F(ScreenStoreTest, DisplayPageHasAStrictPolicy) {
  open();
  ScreenPages pages = opened_pages();
  HttpRequest request;
  request.method = "GET";
  for (const char* path : {"/", "/display.css", "/display.js", "/mark.svg"}) {
    request.path = path;
    EXPECT_EQ(pages.answer(request, now).status, 200) << path;
  }
  request.path = "/";
  const HttpResponse page = pages.answer(request, now);
  std::string policy;
  for (const auto& [name, value] : page.headers) {
    policy += name == "Content-Security-Policy" ? value : "";
  }
  EXPECT_THAT(policy, HasSubstr("script-src 'self'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
}

}  // namespace
}  // namespace gulou
