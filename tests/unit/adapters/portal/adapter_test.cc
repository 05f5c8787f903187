// The portal's adapter against its own site, looked at over HTTP as anybody would.
#include "adapters/portal/adapter.h"

#include "common/http/server.h"
#include "tests/unit/adapters/portal/site_fixture.h"

#include <atomic>

namespace gulou::testing_site {
namespace {

using testing::HasSubstr;
using testing::Not;

class NoHelper final : public sdk::Helper {
 public:
  Status progress(uint8_t, std::string_view) override { return {}; }

  Status read_blob(const Digest&,
                   uint64_t,
                   const std::function<Status(std::string_view)>&) override {
    return fail(ErrorCode::not_found, "blob_unknown");
  }
};

class PortalAdapterTest : public SiteFixture {
 protected:
  PortalAdapterTest()
      : first_(open()),
        web_(pages()),
        server_({},
                [this](HttpRequest request, Responder responder) {
                  responder.answer(answer(request));
                }),
        adapter_(std::move(first_), listen()) {}

  ~PortalAdapterTest() override { server_.stop(); }

  std::string listen() {
    const Status listening = server_.listen();
    EXPECT_TRUE(listening) << describe(listening.error());
    base_ = "http://127.0.0.1:" + std::to_string(server_.port());
    return base_;
  }

  HttpResponse answer(const HttpRequest& request) {
    if (stale_) {  // another web server that still has the page of before
      return text_answer(200, "text/html", "<h1>旧页面</h1>");
    }
    return web_.answer(request, read_clocks().utc);
  }

  sdk::Delivery delivery(const Release& release, uint64_t seq) {
    const SitePart there = part(release, seq);
    sdk::Part handed;
    handed.publisher = "oa";
    handed.release = release;
    handed.canonical = there.canonical;
    handed.digest = there.digest;
    handed.first_seq = there.first_seq;
    sdk::Delivery made;
    made.seq = Seq{seq};
    made.parts.push_back(std::move(handed));
    return made;
  }

  sdk::Delivery withdrawal(WithdrawalKind kind, std::string note, std::vector<std::string> ids) {
    sdk::Delivery made;
    made.seq = Seq{100 + ++withdrawals_};
    made.withdrawal = kind;
    made.public_note = std::move(note);
    for (std::string& id : ids) {
      sdk::Part handed;
      handed.part = static_cast<uint8_t>(made.parts.size());
      handed.publisher = "oa";
      handed.release.id = std::move(id);
      handed.release.revision = 1;
      made.parts.push_back(std::move(handed));
    }
    return made;
  }

  HttpAnswer look(const std::string& path) {
    HttpCall call;
    call.url = base_ + path;
    const auto seen = client_.call(call);
    EXPECT_TRUE(seen) << describe(seen.error());
    return seen ? *seen : HttpAnswer{};
  }

  void publish_one(const std::string& id, uint64_t seq) {
    const Report report =
        adapter_.publish(delivery(release_of(id, Kind::notice, "tzgg", "通知" + id), seq), helper_);
    ASSERT_EQ(report.outcome, Outcome::published) << report.reason << report.detail;
    ASSERT_EQ(report.receipt.level, ReceiptLevel::seen_public);
  }

  uint64_t withdrawals_ = 0;
  std::string base_;
  std::atomic<bool> stale_ = false;
  Site first_;
  SitePages web_;
  HttpServer server_;
  PortalAdapter adapter_;
  NoHelper helper_;
  HttpClient client_;
};

TEST_F(PortalAdapterTest, RemovedOneIsReportedOnceNobodyCanOpenIt) {
  publish_one("a", 1);
  publish_one("b", 2);
  const sdk::Delivery remove = withdrawal(WithdrawalKind::remove, "内容有误", {"a", "nowhere"});
  stale_ = true;
  EXPECT_EQ(adapter_.withdraw(remove, helper_).reason, "read_back_not_gone");
  stale_ = false;

  const Report report = adapter_.withdraw(remove, helper_);

  EXPECT_EQ(report.outcome, Outcome::published);
  EXPECT_EQ(report.receipt.level, ReceiptLevel::seen_public);
  ASSERT_EQ(report.receipt.parts.size(), 1U);
  EXPECT_EQ(report.receipt.parts[0].url, base_ + "/tzgg/1-0.html");
  EXPECT_EQ(look("/tzgg/1-0.html").status, 410);
  EXPECT_THAT(look("/tzgg/1-0.html").body, HasSubstr("内容有误"));
  EXPECT_EQ(look("/tzgg/2-0.html").status, 200);
}

TEST_F(PortalAdapterTest, WhatWasNeverThereIsGone) {
  const sdk::Delivery remove = withdrawal(WithdrawalKind::remove, "", {"a"});

  EXPECT_EQ(adapter_.find(remove, helper_).outcome, Outcome::gone);
  EXPECT_EQ(adapter_.withdraw(remove, helper_).outcome, Outcome::gone);
}

TEST_F(PortalAdapterTest, ABannerIsReportedOnceItIsSeen) {
  publish_one("a", 1);
  for (const char* note : {"", "本通知<已>废止"}) {
    const sdk::Delivery mark = withdrawal(WithdrawalKind::mark_invalid, note, {"a"});
    stale_ = true;
    EXPECT_EQ(adapter_.withdraw(mark, helper_).reason, "read_back_banner_missing");
    stale_ = false;

    EXPECT_EQ(adapter_.find(mark, helper_).outcome, Outcome::published);
    EXPECT_EQ(adapter_.withdraw(mark, helper_).outcome, Outcome::published);
  }
  EXPECT_EQ(look("/tzgg/1-0.html").status, 200);
  EXPECT_THAT(look("/tzgg/1-0.html").body, HasSubstr("本通知&lt;已&gt;废止"));
}

TEST_F(PortalAdapterTest, AReplacedOneLeadsToItsSuccessor) {
  publish_one("a", 1);
  sdk::Delivery replace = withdrawal(WithdrawalKind::replace, "", {"a"});
  replace.successor = "oa/b";
  EXPECT_EQ(adapter_.withdraw(replace, helper_).outcome, Outcome::published);
  EXPECT_THAT(look("/tzgg/1-0.html").body, Not(HasSubstr("/tzgg/2-0.html")));

  publish_one("b", 2);

  EXPECT_THAT(look("/tzgg/1-0.html").body, HasSubstr("/tzgg/2-0.html"));
}

TEST_F(PortalAdapterTest, AnInvalidPartThatIsThereWithoutItsBannerIsNotThereYet) {
  publish_one("a", 1);
  sdk::Delivery again = delivery(release_of("a", Kind::notice, "tzgg", "通知a"), 1);
  EXPECT_EQ(adapter_.find(again, helper_).outcome, Outcome::published);
  again.parts[0].invalid = true;
  again.parts[0].public_note = "已废止";
  EXPECT_EQ(adapter_.find(again, helper_).outcome, Outcome::gone);

  EXPECT_EQ(adapter_.update(again, helper_).outcome, Outcome::published);

  EXPECT_EQ(adapter_.find(again, helper_).outcome, Outcome::published);
  EXPECT_THAT(look("/tzgg/1-0.html").body, HasSubstr("已废止"));
}

TEST_F(PortalAdapterTest, WhatWasTakenDownIsNotPutUpAgain) {
  publish_one("a", 1);
  adapter_.withdraw(withdrawal(WithdrawalKind::remove, "", {"a"}), helper_);
  const sdk::Delivery again = delivery(release_of("a", Kind::notice, "tzgg", "通知a"), 1);

  EXPECT_EQ(adapter_.find(again, helper_).outcome, Outcome::gone);
  const Report report = adapter_.publish(again, helper_);

  EXPECT_EQ(report.outcome, Outcome::content);
  EXPECT_EQ(report.reason, "site_publication_withdrawn");
  EXPECT_EQ(look("/tzgg/1-0.html").status, 410);
}

}  // namespace
}  // namespace gulou::testing_site
