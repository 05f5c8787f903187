// Who may ask, and how often; the configuration read again; receipts held against the journal.
#include "tests/unit/broker/admin/office.h"

namespace gulou::test {

using ::testing::HasSubstr;

constexpr std::string_view admin_token = "admin-token";

// An Office where somebody is admin.
struct Board : Office {
  explicit Board(AdminOptions options = {}) : Office(std::move(options)) {
    admin.admit({principal("clerk", viewer_token, HttpRole::viewer),
                 principal("oa", publisher_token, HttpRole::publisher),
                 principal("office", operator_token, HttpRole::operates),
                 principal("boss", admin_token, HttpRole::admin)});
    token = admin_token;
  }

  std::string receipt(uint64_t epoch, uint64_t seq, const Digest& hash, const Digest& mac) const {
    return R"({"epoch":)" + std::to_string(epoch) + R"(,"seq":)" + std::to_string(seq) +
           R"(,"hash":")" + to_hex(hash) + R"(","mac":")" + to_hex(mac) + R"("})";
  }

  std::string check(const std::string& body, int status) {
    const HttpAnswer answer =
        call("POST", "/v1/receipts/check", body, {{"Content-Type", "application/json"}});
    EXPECT_EQ(answer.status, status) << answer.body;
    return answer.body;
  }
};

TEST(AccessTest, ATokenThatIsGoneIsUnknownAtOnce) {
  Board board;
  EXPECT_EQ(board.call("GET", "/v1/status").status, 200);

  board.admin.admit({principal("clerk", viewer_token, HttpRole::viewer)});

  EXPECT_EQ(board.call("GET", "/v1/status").status, 401);
  board.token = viewer_token;
  EXPECT_EQ(board.call("GET", "/v1/status").status, 200);
}

TEST(AccessTest, TheNewestOfSeveralListsCounts) {
  Board board;
  for (int i = 0; i < 20; ++i) {
    board.admin.admit({principal("old", "old-" + std::to_string(i), HttpRole::admin)});
  }
  board.token = "old-18";
  EXPECT_EQ(board.call("GET", "/v1/status").status, 401);
  board.token = "old-19";
  EXPECT_EQ(board.call("GET", "/v1/status").status, 200);
}

TEST(AccessTest, OnlyAnAdminReloads) {
  int asked = 0;
  Board board({.reload = [&asked](const ReloadDone& done) {
    ++asked;
    done(Reloaded{5, 4});
    return true;
  }});

  board.token = operator_token;
  EXPECT_EQ(board.call("POST", "/v1/reload", "{}").status, 403);
  EXPECT_EQ(asked, 0);
  board.token = admin_token;
  EXPECT_EQ(board.call("POST", "/v1/reload", "{}").body,
            R"({"principals":5,"admitted":4,"approval_rules":0,"approval_people":0,"channels":0})");
  EXPECT_EQ(asked, 1);
}

TEST(AccessTest, WhatIsWrongWithTheFileIsTheAnswer) {
  Board board({.reload = [](const ReloadDone& done) {
    done(fail(ErrorCode::invalid_argument, "settings_missing", "principals.toml:3:1", {"role"}));
    return true;
  }});

  const HttpAnswer answer = board.call("POST", "/v1/reload", "{}");

  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("principals.toml:3:1"));
}

TEST(AccessTest, GuessingTokensIsSlowedDownAndDisturbsNobody) {
  Board board;
  int too_often = 0;
  board.token = "guess";
  for (int i = 0; i < 40; ++i) {
    const HttpAnswer answer = board.call("GET", "/v1/status");
    EXPECT_TRUE(answer.status == 401 || answer.status == 429) << answer.status;
    too_often += answer.status == 429 ? 1 : 0;
  }
  EXPECT_GT(too_often, 10);

  board.token = admin_token;
  EXPECT_EQ(board.call("GET", "/v1/status").status, 200);
}

TEST(AccessTest, AnswersHaveTheHeadersThatKeepABrowserFromActing) {
  Board board;
  for (const char* path : {"/v1/status", "/healthz", "/metrics", "/nothing", "/v1/openapi.json"}) {
    const HttpAnswer answer = board.call("GET", path);
    EXPECT_THAT(std::string(answer.header("content-security-policy")),
                HasSubstr("default-src 'none'"))
        << path;
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff") << path;
    EXPECT_EQ(answer.header("cache-control"), "no-store") << path;
  }
}

TEST(AccessTest, AReceiptOfOursIsKnown) {
  Board board;
  const JsonValue given = board.post("/v1/submissions", submission_of({notice("n-1")}), 201);
  const std::string body = R"({"epoch":)" + std::to_string(given.integer("epoch")) +
                           R"(,"seq":1,"hash":")" + std::string(given.text("hash")) +
                           R"(","mac":")" + to_hex(sha256("mac")) + R"("})";

  EXPECT_THAT(board.check(body, 200), HasSubstr(R"("known":true)"));
}

TEST(AccessTest, AForgedReceiptIsRefusedAndCounted) {
  Board board;
  board.accept({notice("n-1")});

  EXPECT_THAT(board.check(board.receipt(1, 99, sha256("h"), sha256("guess")), 403),
              HasSubstr("cursor_not_ours"));

  EXPECT_THAT(board.call("GET", "/metrics").body,
              HasSubstr("gulou_admin_refused_receipts_total 1"));
  EXPECT_EQ(board.accept({notice("n-2")}), 2U);
}

TEST(AccessTest, AReceiptThatContradictsTheJournalIsRefused) {
  Board board;
  board.accept({notice("n-1")});

  EXPECT_THAT(board.check(board.receipt(1, 1, sha256("other"), sha256("mac")), 403),
              HasSubstr("receipt_contradicts"));
}

TEST(AccessTest, AGenuineReceiptAheadMakesTheBrokerReadOnly) {
  Board board;
  board.accept({notice("n-1")});

  EXPECT_THAT(board.check(board.receipt(1, 99, sha256("h"), sha256("mac")), 503),
              HasSubstr("data_loss_suspected"));

  EXPECT_EQ(board.post("/v1/submissions", submission_of({notice("n-2")}), 503).text("code"),
            "data_loss_suspected");
  EXPECT_EQ(board.call("GET", "/readyz").status, 503);
  const JsonValue status = board.get("/v1/status");
  EXPECT_FALSE(status.boolean("accepting"));
  EXPECT_EQ(status.items("attention")[0].text("code"), "data_loss_suspected");
  board.post("/v1/loss/settle", R"({"reason":"restored from Monday"})");
  EXPECT_EQ(board.get("/v1/status").boolean("accepting"), true);
  EXPECT_EQ(board.accept({notice("n-2")}), 2U);
}

TEST(AccessTest, OnlyAnAdminAcceptsALoss) {
  Board board;
  board.check(board.receipt(1, 99, sha256("h"), sha256("mac")), 503);

  board.token = operator_token;
  EXPECT_EQ(board.call("POST", "/v1/loss/settle", R"({"reason":"x"})").status, 403);
}

TEST(AccessTest, AClonedKeyIsShown) {
  Board board;
  board.desk.shell.cloned_keys.push_back({"portal-1", "portal-1", {1}, {2}, 3});

  const JsonValue attention = board.get("/v1/status").items("attention")[0];

  EXPECT_EQ(attention.text("code"), "cloned_key");
  EXPECT_EQ(attention.text("command"), "gulou key new portal-1");
}

}  // namespace gulou::test
