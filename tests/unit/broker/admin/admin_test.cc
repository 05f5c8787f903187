#include "broker/admin/admin.h"

#include "tests/unit/broker/admin/office.h"

#include <set>

namespace gulou::test {

using ::testing::HasSubstr;

TEST(AdminTest, WithoutTokenThereIsOnlyHealth) {
  Office office;
  office.token.clear();

  const HttpAnswer answer = office.call("GET", "/v1/status");

  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.header("www-authenticate"), "Bearer realm=\"gulou\"");
  EXPECT_EQ(answer.header("content-type"), "application/problem+json");
  EXPECT_THAT(answer.body, HasSubstr("\"code\":\"token_missing\""));
  EXPECT_EQ(office.call("GET", "/healthz").body, "ok\n");
  EXPECT_EQ(office.call("GET", "/readyz").status, 200);
}

TEST(AdminTest, AnUnknownTokenIsRefused) {
  Office office;
  office.token = "operator-toke";

  const HttpAnswer answer = office.call("GET", "/v1/status");

  EXPECT_EQ(answer.status, 401);
  EXPECT_THAT(std::string(answer.header("www-authenticate")), HasSubstr("invalid_token"));
}

TEST(AdminTest, EachRoleMayDoItsOwn) {
  Office office;
  const std::string blob = "/v1/blobs/" + to_hex(sha256("x"));

  office.token = viewer_token;
  EXPECT_EQ(office.call("GET", "/v1/status").status, 200);
  EXPECT_EQ(office.call("POST", "/v1/submissions", "{}").status, 403);
  EXPECT_EQ(office.call("GET", blob).status, 403);
  office.token = publisher_token;
  EXPECT_EQ(office.call("GET", "/v1/status").status, 403);
  EXPECT_EQ(office.call("POST", "/v1/submissions", "{}").status, 400);
  EXPECT_EQ(office.call("POST", "/v1/deliveries/portal/1/retry", "{}").status, 403);
  office.token = operator_token;
  EXPECT_EQ(office.call("POST", "/v1/submissions", "{}").status, 400);
  EXPECT_EQ(office.call("GET", blob).status, 404);
}

TEST(AdminTest, MetricsAreReadFromThisMachineWithoutToken) {
  Office office;
  office.token.clear();
  office.call("GET", "/v1/status");

  const HttpAnswer answer = office.call("GET", "/metrics");

  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("gulou_admin_denied_requests_total 1"));
  EXPECT_THAT(answer.body, HasSubstr("gulou_http_"));
}

TEST(AdminTest, ProblemsSpeakTheLanguageOfTheCaller) {
  Office office;

  office.language = "zh-CN,zh;q=0.9";
  const HttpAnswer chinese = office.call("GET", release_path("#9"));
  office.language = "en";
  const HttpAnswer english = office.call("GET", release_path("#9"));

  EXPECT_EQ(chinese.status, 404);
  EXPECT_EQ(chinese.header("content-language"), "zh-CN");
  EXPECT_THAT(chinese.body, HasSubstr("没有找到稿件“#9”"));
  EXPECT_THAT(english.body, HasSubstr("There is no release \\\"#9\\\""));
}

TEST(AdminTest, UnknownPathsAndMethodsAreNamed) {
  Office office;

  EXPECT_THAT(office.call("GET", "/v1/nothing").body, HasSubstr("http_not_found"));
  const HttpAnswer wrong_method = office.call("DELETE", "/v1/status");
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(wrong_method.header("allow"), "GET, HEAD");
}

TEST(AdminTest, OneTokenCannotCrowdOutTheOthers) {
  Office office({.token_requests_per_second_max = 2});

  int refused = 0;
  for (int i = 0; i < 8; ++i) {
    refused += office.call("GET", "/v1/openapi.json").status == 429 ? 1 : 0;
  }
  office.token = viewer_token;

  EXPECT_GT(refused, 0);
  EXPECT_EQ(office.call("GET", "/v1/openapi.json").status, 200);
}

TEST(AdminTest, AfterStopNothingIsAnswered) {
  Office office;

  office.admin.stop();

  const auto answer = office.client.call(
      {.url = "http://127.0.0.1:" + std::to_string(office.admin.port()) + "/healthz"});
  EXPECT_FALSE(answer.has_value());
}

TEST(PrincipalTest, RolesAreWordsOfTheConfiguration) {
  for (const HttpRole role :
       {HttpRole::viewer, HttpRole::publisher, HttpRole::operates, HttpRole::admin}) {
    EXPECT_EQ(parse_http_role(name_of(role)), role);
  }
  EXPECT_EQ(name_of(HttpRole::operates), "operator");
  EXPECT_FALSE(parse_http_role("root").has_value());
}

TEST(PrincipalTest, OnlyAWholeBearerTokenIsFound) {
  const std::vector<HttpPrincipal> all{principal("a", "one", HttpRole::viewer),
                                       principal("b", "two", HttpRole::admin)};

  EXPECT_EQ(find_principal(all, "Bearer two"), &all[1]);
  EXPECT_EQ(find_principal(all, "bearer one"), &all[0]);
  EXPECT_EQ(find_principal(all, "Basic one"), nullptr);
  EXPECT_EQ(find_principal(all, "Bearer "), nullptr);
  EXPECT_EQ(find_principal(all, "Bearer two "), nullptr);
  EXPECT_EQ(find_principal(all, ""), nullptr);
}

TEST(OpenapiTest, DescribesEveryRouteAndNoOther) {
  Office office;
  const JsonValue document = office.get("/v1/openapi.json");
  std::set<std::string> described;
  for (const JsonValue::Member& path : document.members("paths")) {
    for (const JsonValue::Member& method : path.value.members()) {
      described.insert(method.key + " " + path.key);
      EXPECT_FALSE(method.value.members("responses").empty()) << path.key;
    }
  }

  std::set<std::string> served;
  for (const AdminRoute& route : admin_routes()) {
    std::string method(route.method);
    for (char& c : method) {
      c = static_cast<char>(c - 'A' + 'a');
    }
    served.insert(method + " " + std::string(route.pattern));
  }

  EXPECT_EQ(document.text("openapi"), "3.1.0");
  EXPECT_EQ(described, served);
}

TEST(OpenapiTest, DescribesEveryMemberOfAnAnswer) {
  Office office;
  const JsonValue document = office.get("/v1/openapi.json");
  office.accept({notice("n-1")});
  const auto expect_described = [&](const JsonValue& answer, const std::string& schema) {
    for (const JsonValue::Member& member : answer.members()) {
      EXPECT_FALSE(
          document.at("components.schemas." + schema + ".properties." + member.key).is_null())
          << schema << " has no " << member.key;
    }
    for (const JsonValue& required : document.items("components.schemas." + schema + ".required")) {
      EXPECT_FALSE(answer.at(required.text()).is_null()) << schema << " lacks " << required.text();
    }
  };

  const JsonValue release = office.get(release_path("n-1") + "?raw=1");
  expect_described(release, "Release");
  expect_described(release.at("parts[0]"), "Part");
  expect_described(release.at("channels[0]"), "Standing");
  const JsonValue status = office.get("/v1/status");
  expect_described(status, "Status");
  expect_described(status.at("attention[0]"), "Attention");
  expect_described(office.get("/v1/channels/portal"), "Channel");
  expect_described(office.get("/v1/releases").at("releases[0]"), "ReleaseLine");
  expect_described(office.get("/v1/publications/office/n-1"), "Publication");
  expect_described(office.post("/v1/submissions", submission_of({notice("n-1")})), "Acceptance");
  expect_described(office.post("/v1/submissions?check=1", submission_of({notice("n-2")})), "Check");
  expect_described(office.get("/v1/nothing", 404), "Problem");
  expect_described(office.post("/v1/channels/portal/backfill", R"({"reason":"x","preview":true})"),
                   "ReplayPreview");
  const std::string withdrawal = R"({"targets":["n-1"],"kind":"remove","reason":"x")";
  const JsonValue preview = office.post("/v1/withdrawals", withdrawal + R"(,"preview":true})");
  expect_described(preview, "WithdrawalPreview");
  expect_described(office.post("/v1/withdrawals", withdrawal + "}", 201), "Takedown");
}

}  // namespace gulou::test
