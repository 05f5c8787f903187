#include "adapters/screen/adapter.h"

#include "adapters/screen/pages.h"
#include "adapters/screen/played_report.h"
#include "common/base/files.h"
#include "common/crypto/digest.h"
#include "common/json/release_json.h"

#include <filesystem>
#include <list>

namespace gulou {
namespace {

using testing::HasSubstr;
using testing::Not;

class SilentHelper final : public sdk::Helper {
 public:
  Status progress(uint8_t, std::string_view) override { return {}; }

  Status read_blob(const Digest&,
                   uint64_t,
                   const std::function<Status(std::string_view)>& sink) override {
    return sink("PNG");
  }
};

class ScreenAdapterTest : public testing::Test {
 protected:
  ScreenAdapterTest()
      : dir_(made_directory()),
        adapter_(
            open(), "http://127.0.0.1:8090/", {&glass_}, true, played(), [this] { ++changes_; }),
        pages_(
            dir_,
            {.name = "政务服务中心", .portal_url = {}, .page_key = "0123456789abcdef"},
            glass_,
            played(),
            [this](const ScreenItem& item) { told_.push_back(item.publication); },
            [this](std::string_view key) { left_.emplace_back(key); }) {}

  ~ScreenAdapterTest() override { std::filesystem::remove_all(dir_); }

  static std::string made_directory() {
    std::string pattern = testing::TempDir() + "gulou_screen_XXXXXX";
    return mkdtemp(pattern.data());
  }

  ScreenStore open() {
    auto store = ScreenStore::open(dir_);
    EXPECT_TRUE(store) << describe(store.error());
    return std::move(*store);
  }

  Played played() {
    auto opened = Played::open(dir_);
    EXPECT_TRUE(opened) << describe(opened.error());
    return *opened;
  }

  // A page says that it drew the only item shown, until then (0: it is still there).
  // Page 7 says what is on it.
  int speaks(const std::string& on,
             const std::string& drew,
             const std::string& peer = "127.0.0.1") {
    HttpRequest request;
    request.method = "POST";
    request.path = "/shown";
    request.peer = peer;
    request.headers = {{"host", "127.0.0.1:8090"}, {"origin", origin_}};
    request.query = query_;
    request.body = R"({"page":7,"on":")" + on + R"(","drew":[)" + drew + "]}";
    return pages_.answer(request, read_clocks().utc).status;
  }

  std::string origin_ = "http://127.0.0.1:8090";
  HttpFields query_;

  int report(int64_t until_ms = 0) {
    const std::string text = shown();
    const size_t at = text.find("\"key\":\"");
    const std::string key = at == std::string::npos ? "" : text.substr(at + 7, 32);
    HttpRequest request;
    request.method = "POST";
    request.path = "/shown";
    request.peer = "127.0.0.1";
    request.body = at == std::string::npos
                       ? R"({"faults":["font"]})"
                       : R"({"drew":[{"key":")" + key + R"(","hash":"a0","from":1000,"until":)" +
                             std::to_string(until_ms) + "}]}";
    return pages_.answer(request, read_clocks().utc).status;
  }

  sdk::Delivery delivery(uint64_t seq, const std::string& id, uint32_t revision = 1) {
    Release release;
    release.id = id;
    release.revision = revision;
    release.kind = Kind::notice;
    release.title = "通知" + id;
    release.issuer = {"青石县水务局", "000000001"};
    release.body = {BodyFormat::text, "正文。"};
    release.attachments = {{"map.png", "图", "image/png", 3, sha256("PNG"), "图", false}};
    return delivery_of(seq, std::move(release));
  }

  sdk::Delivery delivery_of(uint64_t seq, Release release) {
    canonical_.push_back(to_json(release));
    sdk::Part part;
    part.publisher = "oa";
    part.canonical = canonical_.back();
    part.digest = sha256(canonical_.back());
    part.release = std::move(release);
    sdk::Delivery made;
    made.seq = Seq{seq};
    made.parts.push_back(std::move(part));
    return made;
  }

  static sdk::Delivery withdrawal(WithdrawalKind kind,
                                  const std::string& id,
                                  uint32_t revision = 1) {
    sdk::Delivery made;
    made.seq = Seq{100};
    made.withdrawal = kind;
    sdk::Part part;
    part.publisher = "oa";
    part.release.id = id;
    part.release.revision = revision;
    made.parts.push_back(std::move(part));
    return made;
  }

  std::string shown() {
    HttpRequest request;
    request.method = "GET";
    request.path = "/items.json";
    const HttpResponse response = pages_.answer(request, Utc{1'795'492'800'000});
    const auto* shared = std::get_if<SharedBytes>(&response.body);
    return shared != nullptr ? **shared : std::string();
  }

  std::string dir_;
  Glass glass_{"display", {.drill = true}};
  int changes_ = 0;
  std::vector<std::string> told_;
  std::vector<std::string> left_;
  std::list<std::string> canonical_;
  ScreenAdapter adapter_;
  ScreenPages pages_;
  SilentHelper helper_;
};

TEST_F(ScreenAdapterTest, EveryWithdrawalTakesItOffGlassAndDisk) {
  for (const WithdrawalKind kind :
       {WithdrawalKind::remove, WithdrawalKind::replace, WithdrawalKind::mark_invalid}) {
    ASSERT_EQ(adapter_.publish(delivery(1, "a"), helper_).outcome, Outcome::published);
    ASSERT_THAT(shown(), HasSubstr("通知a"));

    const Report report = adapter_.withdraw(withdrawal(kind, "a"), helper_);

    EXPECT_EQ(report.outcome, Outcome::published) << name_of(kind);
    EXPECT_EQ(report.receipt.parts[0].url, "http://127.0.0.1:8090/");
    EXPECT_THAT(shown(), Not(HasSubstr("通知a"))) << name_of(kind);
    EXPECT_TRUE(list_files(dir_ + "/items")->empty());
    EXPECT_TRUE(list_files(dir_ + "/blobs")->empty());
  }
}

TEST_F(ScreenAdapterTest, WhatIsNotHereIsGoneAndANewerRevisionStays) {
  const sdk::Delivery remove = withdrawal(WithdrawalKind::remove, "a");
  EXPECT_EQ(adapter_.find(remove, helper_).outcome, Outcome::gone);
  EXPECT_EQ(adapter_.withdraw(remove, helper_).outcome, Outcome::gone);

  adapter_.publish(delivery(1, "a", 2), helper_);
  EXPECT_EQ(adapter_.withdraw(remove, helper_).outcome, Outcome::gone);
  EXPECT_THAT(shown(), HasSubstr("通知a"));
  EXPECT_EQ(adapter_.find(withdrawal(WithdrawalKind::remove, "a", 2), helper_).outcome,
            Outcome::published);
}

TEST_F(ScreenAdapterTest, AnInvalidPartIsNotShown) {
  adapter_.publish(delivery(1, "a"), helper_);
  sdk::Delivery again = delivery(1, "a");
  again.parts[0].invalid = true;

  const Report report = adapter_.publish(again, helper_);

  EXPECT_EQ(report.outcome, Outcome::published);
  EXPECT_THAT(shown(), HasSubstr("\"items\":[]"));
}

TEST_F(ScreenAdapterTest, ADrillSaysSoInItsTitle) {
  sdk::Delivery drill = delivery(1, "a");
  Release release = drill.parts[0].release;
  release.test = true;

  adapter_.publish(delivery_of(1, release), helper_);

  EXPECT_THAT(shown(), HasSubstr("\"title\":\"【演练】通知a\""));
  EXPECT_THAT(shown(), HasSubstr("\"test\":true"));
}

TEST_F(ScreenAdapterTest, WithoutAPageItIsAcceptedAndNobodyWaits) {
  const Report report = adapter_.publish(delivery(1, "a"), helper_);

  EXPECT_EQ(report.outcome, Outcome::published);
  EXPECT_EQ(report.receipt.level, ReceiptLevel::accepted);
  EXPECT_EQ(changes_, 1);
}

TEST_F(ScreenAdapterTest, ADeliveryWaitsUntilThePageThatLivesHasDrawnIt) {
  EXPECT_EQ(report(), 204);
  const sdk::Delivery made = delivery(7, "a");

  const Report waits = adapter_.publish(made, helper_);

  EXPECT_EQ(waits.outcome, Outcome::accepted);
  EXPECT_EQ(waits.platform_id, "screen-7");
  EXPECT_EQ(adapter_.find(made, helper_).outcome, Outcome::accepted);
  EXPECT_EQ(report(), 204);
  EXPECT_THAT(told_, testing::ElementsAre("oa/a"));
  const Report drawn = adapter_.find(made, helper_);
  EXPECT_EQ(drawn.outcome, Outcome::published);
  EXPECT_EQ(drawn.receipt.level, ReceiptLevel::shown);
  EXPECT_EQ(drawn.receipt.parts[0].revision, 1U);
}

TEST_F(ScreenAdapterTest, APageThatFellSilentIsNotWaitedFor) {
  report();
  const sdk::Delivery made = delivery(7, "a");
  ASSERT_EQ(adapter_.publish(made, helper_).outcome, Outcome::accepted);

  glass_.page_spoke({read_clocks().utc.ms - limits::screen_page_silence_ms_max - 1});

  const Report given_up = adapter_.find(made, helper_);
  EXPECT_EQ(given_up.outcome, Outcome::published);
  EXPECT_EQ(given_up.receipt.level, ReceiptLevel::accepted);
}

TEST_F(ScreenAdapterTest, WhatTheGlassDoesNotShowIsAcceptedAtOnce) {
  report();
  sdk::Delivery made = delivery(1, "a");
  Release release = made.parts[0].release;
  release.kind = Kind::policy_document;

  const Report report = adapter_.publish(delivery_of(1, release), helper_);

  EXPECT_EQ(report.outcome, Outcome::published);
  EXPECT_EQ(report.receipt.level, ReceiptLevel::accepted);
}

TEST_F(ScreenAdapterTest, EachShowingThatHasEndedIsALineOfTheProofOfPlay) {
  adapter_.publish(delivery(1, "a"), helper_);

  EXPECT_EQ(report(), 204);
  EXPECT_EQ(report(14'000), 204);

  const std::vector<Showing> lines = played().newest(10);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].publication, "oa/a");
  EXPECT_EQ(lines[0].until, Utc{14'000});
  EXPECT_THAT(told_, testing::SizeIs(1));  // a mark is made once
}

TEST_F(ScreenAdapterTest, AWithdrawalWaitsUntilThePageNoLongerDrawsIt) {
  adapter_.publish(delivery(1, "a"), helper_);
  const std::string text = shown();
  const std::string key = text.substr(text.find("\"key\":\"") + 7, 32);
  const std::string showing = R"({"key":")" + key + R"(","hash":"a0","from":1000,"until":)";
  ASSERT_EQ(speaks(key, showing + "0}"), 204);
  sdk::Delivery taken_back = withdrawal(WithdrawalKind::remove, "a");

  const Report waits = adapter_.withdraw(taken_back, helper_);

  EXPECT_EQ(waits.outcome, Outcome::accepted);
  EXPECT_EQ(waits.platform_id, "off-" + key);
  EXPECT_TRUE(list_files(dir_ + "/items")->empty());  // the store let go at once
  taken_back.platform_ids = {waits.platform_id};
  EXPECT_EQ(adapter_.find(taken_back, helper_).outcome, Outcome::accepted);
  const Utc removed = read_clocks().utc;
  while (read_clocks().utc == removed) {
  }
  EXPECT_EQ(speaks("", showing + "2000}"), 204);
  EXPECT_THAT(left_, testing::ElementsAre(key));
  EXPECT_EQ(adapter_.find(taken_back, helper_).outcome, Outcome::gone);
}

TEST_F(ScreenAdapterTest, APageThatDiedDoesNotHoldAWithdrawal) {
  adapter_.publish(delivery(1, "a"), helper_);
  const std::string text = shown();
  const std::string key = text.substr(text.find("\"key\":\"") + 7, 32);
  ASSERT_EQ(speaks(key, R"({"key":")" + key + R"(","hash":"a0","from":1000,"until":0})"), 204);
  sdk::Delivery taken_back = withdrawal(WithdrawalKind::remove, "a");
  taken_back.platform_ids = {adapter_.withdraw(taken_back, helper_).platform_id};

  glass_.page_spoke({read_clocks().utc.ms - limits::screen_page_silence_ms_max - 1}, 7, key);

  EXPECT_EQ(adapter_.find(taken_back, helper_).outcome, Outcome::gone);
}

TEST_F(ScreenAdapterTest, OnlyOurOwnPagesAreBelieved) {
  adapter_.publish(delivery(1, "a"), helper_);

  EXPECT_EQ(speaks("", "", "192.0.2.7"), 403);  // anybody on the network
  query_ = {{"key", "0123456789abcdee"}};
  EXPECT_EQ(speaks("", "", "192.0.2.7"), 403);
  query_ = {{"key", "0123456789abcdef"}};
  EXPECT_EQ(speaks("", "", "192.0.2.7"), 204);
  origin_ = "http://evil.example";  // another site in the same browser
  EXPECT_EQ(speaks("", ""), 403);
  origin_ = "null";
  EXPECT_EQ(speaks("", ""), 403);
}

TEST(PlayedReportTest, AddsUpShowingsByItem) {
  const auto showing = [](const char* id, int64_t from, int64_t until) {
    return Showing{
        .screen = "display", .publication = id, .revision = 1, .from = {from}, .until = {until}};
  };

  const auto items = played_items({showing("oa/a", 1000, 13'000),
                                   showing("oa/b", 13'000, 60'000),
                                   showing("oa/a", 60'000, 72'000)});

  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].publication, "oa/b");
  EXPECT_EQ(items[1].times, 2U);
  EXPECT_EQ(items[1].shown_ms, 24'000);
  EXPECT_EQ(items[1].first, Utc{1000});
  EXPECT_EQ(items[1].last, Utc{72'000});
}

TEST_F(ScreenAdapterTest, AnInvalidReportIsRefused) {
  HttpRequest request;
  request.method = "POST";
  request.path = "/shown";
  request.peer = "::1";
  for (const char* body : {"", "{\"drew\":[{}]}", "{\"faults\":[\"<b>\"]}", "[1"}) {
    request.body = body;
    EXPECT_EQ(pages_.answer(request, read_clocks().utc).status, 400) << body;
  }
}

}  // namespace
}  // namespace gulou
