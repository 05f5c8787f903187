#include "common/http/url.h"
#include "tests/unit/broker/admin/office.h"

namespace gulou::test {

using ::testing::HasSubstr;
using ::testing::Not;

namespace {

// The office takes back what was published in error; the confirmation's path.
std::string asked(Office& office, const std::string& id = "n-1") {
  office.accept({notice(id)});
  const JsonValue taken =
      office.post("/v1/withdrawals",
                  R"({"targets":[")" + id + R"("],"kind":"erase","reason":"含学生姓名"})",
                  201);
  EXPECT_EQ(taken.text("bytes.state"), "waiting");
  return "/v1/confirmations/" + std::to_string(taken.integer("bytes.confirmation"));
}

HttpAnswer submit(Office& office, const std::string& path, const std::string& form) {
  office.token.clear();
  HttpAnswer answer =
      office.call("POST", path, form, {{"Content-Type", "application/x-www-form-urlencoded"}});
  office.token = operator_token;
  return answer;
}

std::string form(std::string_view token, const std::string& more = {}) {
  return "token=" + percent_encode(token) + more;
}

}  // namespace

TEST(ConfirmationsTest, ASecondOperatorConfirmsWhatTheFirstAskedFor) {
  Office office;
  const std::string path = asked(office);

  const JsonValue shown = office.get(path);
  EXPECT_EQ(shown.text("state"), "waiting");
  EXPECT_EQ(shown.text("act"), "erase");
  EXPECT_EQ(shown.text("asked_by"), "office");
  EXPECT_EQ(shown.text("publications[0]"), "office/n-1");
  EXPECT_EQ(shown.text("command"), "gulou confirmation give 1");
  EXPECT_EQ(shown.text("link"), "/confirmations/1");
  EXPECT_EQ(office.post(path + "/give", "{}", 403).text("code"), "confirmation_same_person");

  office.token = second_token;
  const JsonValue given = office.post(path + "/give", "{}");

  EXPECT_EQ(given.text("state"), "given");
  EXPECT_EQ(given.text("decided_by"), "wang");
  EXPECT_EQ(office.post(path + "/give", "{}", 403).text("code"), "confirmation_over");
  EXPECT_EQ(office.get("/v1/takedowns/2").text("bytes.state"), "given");
  EXPECT_FALSE(office.bench.journal().history().body({1}, 0).has_value());
}

TEST(ConfirmationsTest, StatusSaysWhoseMoveItIsAndHow) {
  Office office;
  asked(office);

  const JsonValue status = office.get("/v1/status");

  const auto& attention = status.items("attention");
  const auto at = std::find_if(attention.begin(), attention.end(), [](const JsonValue& one) {
    return one.text("code") == "confirmation_erase";
  });
  ASSERT_NE(at, attention.end());
  EXPECT_EQ(at->text("command"), "gulou confirmation give 1");
  EXPECT_EQ(at->text("who"), "second operator");
  EXPECT_THAT(std::string(at->text("sentence")), HasSubstr("office"));
  EXPECT_THAT(std::string(at->text("sentence")), HasSubstr("office/n-1"));
}

TEST(ConfirmationsTest, ARefusalNeedsAReason) {
  Office office;
  const std::string path = asked(office);
  office.token = second_token;

  EXPECT_EQ(office.post(path + "/refuse", "{}", 400).text("code"), "decision_without_reason");
  EXPECT_EQ(office.post(path + "/refuse", R"({"reason":"留存备查"})").text("state"), "refused");

  EXPECT_EQ(office.get("/v1/takedowns/2").text("bytes.state"), "refused");
  EXPECT_TRUE(office.bench.journal().history().body({1}, 0).has_value());
  EXPECT_EQ(office.get("/v1/confirmations").items("confirmations").size(), 1U);
  EXPECT_TRUE(office.get("/v1/confirmations?open=1").items("confirmations").empty());
}

TEST(ConfirmationsTest, WhoMayNotOperateMayNotConfirm) {
  Office office;
  const std::string path = asked(office);

  office.token = viewer_token;
  EXPECT_EQ(office.get(path).text("state"), "waiting");
  EXPECT_EQ(office.post(path + "/give", "{}", 403).text("code"), "role_missing");
  office.token = publisher_token;
  EXPECT_EQ(office.post(path + "/give", "{}", 403).text("code"), "role_missing");
  EXPECT_EQ(office.get("/v1/confirmations/9", 403).text("code"), "role_missing");
  office.token = operator_token;
  EXPECT_EQ(office.get("/v1/confirmations/9", 404).text("code"), "confirmation_unknown");
}

TEST(ConfirmationsTest, AReplayThatMayDuplicateWaits) {
  Channel blind = channel("wechat");
  blind.can_look = false;
  Office office({}, {blind});
  office.accept({notice("n-1")});
  office.deliver("wechat", published());

  const std::string body =
      R"({"channel":"wechat","states":["published"],"allow_duplicate":true,"reason":"平台丢失"})";
  const JsonValue waits = office.post("/v1/replays", body, 202);

  EXPECT_EQ(waits.integer("confirmation"), 1);
  EXPECT_TRUE(office.get("/v1/replays").items("replays").empty());
  office.token = second_token;
  const JsonValue given = office.post("/v1/confirmations/1/give", "{}");
  EXPECT_EQ(given.text("state"), "done");
  const JsonValue job = office.get("/v1/replays/" + std::to_string(given.integer("job")));
  EXPECT_EQ(job.text("by"), "office");
  EXPECT_EQ(job.text("confirmed_by"), "wang");
}

TEST(ConfirmationPageTest, TheLinkShowsNothingWithoutAToken) {
  Office office;
  asked(office);
  office.token.clear();

  const HttpAnswer page = office.call("GET", "/confirmations/1");

  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("type=\"password\""));
  EXPECT_THAT(page.body, Not(HasSubstr("n-1")));
  EXPECT_THAT(std::string(page.header("content-security-policy")), HasSubstr("form-action 'self'"));
  EXPECT_THAT(std::string(page.header("cache-control")), HasSubstr("no-store"));
  EXPECT_EQ(office.call("GET", "/confirmations/style.css").status, 200);
  const HttpAnswer wrong = submit(office, "/confirmations/1", form("guessed"));
  EXPECT_EQ(wrong.status, 401);
  EXPECT_THAT(wrong.body, HasSubstr("type=\"password\""));
  EXPECT_THAT(wrong.body, Not(HasSubstr("n-1")));
  EXPECT_EQ(submit(office, "/confirmations/1", form(viewer_token)).status, 403);
}

TEST(ConfirmationPageTest, ASecondOperatorDecidesOnThePage) {
  Office office;
  asked(office);
  asked(office, "n-2");

  const HttpAnswer shown = submit(office, "/confirmations/1", form(second_token));
  EXPECT_EQ(shown.status, 200);
  EXPECT_THAT(shown.body, HasSubstr("office/n-1"));
  EXPECT_THAT(shown.body, HasSubstr("value=\"give\""));
  EXPECT_THAT(submit(office, "/confirmations/1", form(operator_token, "&decision=give")).body,
              HasSubstr("another person"));
  EXPECT_THAT(submit(office, "/confirmations/2", form(second_token, "&decision=refuse")).body,
              HasSubstr("reason"));

  const HttpAnswer given = submit(
      office, "/confirmations/1", form(second_token, "&decision=give&reason=%E5%90%8C%E6%84%8F"));
  const HttpAnswer refused =
      submit(office, "/confirmations/2", form(second_token, "&decision=refuse&reason=no+need"));

  EXPECT_THAT(given.body, HasSubstr("同意"));
  EXPECT_THAT(given.body, Not(HasSubstr("value=\"give\"")));
  EXPECT_THAT(given.body, Not(HasSubstr(std::string(second_token))));
  EXPECT_THAT(refused.body, HasSubstr("no need"));
  EXPECT_EQ(office.get("/v1/confirmations/1").text("state"), "given");
  EXPECT_EQ(office.get("/v1/confirmations/2").text("state"), "refused");
}

TEST(ConfirmationPageTest, WordsOfOthersAreShownAsText) {
  Office office;
  office.accept({notice("n-1")});
  office.post("/v1/withdrawals",
              R"({"targets":["n-1"],"kind":"erase","reason":"<script>alert(1)</script>"})",
              201);

  const HttpAnswer shown = submit(office, "/confirmations/1", form(second_token));

  EXPECT_THAT(shown.body, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(shown.body, Not(HasSubstr("<script")));
}

}  // namespace gulou::test
