#include "common/http/server.h"
#include "tests/unit/broker/admin/office.h"

namespace gulou::test {

namespace {

constexpr std::string_view resolve_path = "/v1/deliveries/portal/1/resolve";

// A platform that shows one page.
struct Platform {
  HttpServer server{HttpServerOptions{}, [](const HttpRequest& request, Responder responder) {
                      const bool there = request.path == "/1.html" || request.path == "/other";
                      const std::string page = request.path == "/1.html"
                                                   ? "<h1>关于䶮堃水库蓄水的通知</h1>"
                                                   : "<h1>首页</h1>";
                      responder.answer(text_answer(
                          there ? 200 : 404, "text/html; charset=utf-8", there ? page : "none"));
                    }};

  Platform() { EXPECT_TRUE(server.listen().has_value()); }

  std::string url(std::string_view page) const {
    return "http://127.0.0.1:" + std::to_string(server.port()) + std::string(page);
  }
};

std::string published_at(const std::string& url) {
  return R"({"published_url":")" + url + R"(","reason":"已在后台人工发布"})";
}

void park(Office& office) {
  office.accept({notice("n-1")});
  office.deliver("portal", outcome(Outcome::content, "sensitive_word"));
}

}  // namespace

TEST(ResolveTest, AnAddressIsLookedAtAndKeptAsAReceipt) {
  Office office;
  const Platform platform;
  park(office);

  const JsonValue answer =
      office.post(std::string(resolve_path), published_at(platform.url("/1.html")));

  EXPECT_EQ(answer.text("read_back"), "seen");
  EXPECT_EQ(office.desk.decided.url, platform.url("/1.html"));
  const JsonValue delivery = office.get("/v1/deliveries/portal/1");
  EXPECT_EQ(delivery.text("state"), "published");
  EXPECT_EQ(delivery.text("receipt.source"), "by_hand");
  EXPECT_EQ(delivery.text("by"), "office");
  EXPECT_EQ(office.get(release_path(platform.url("/1.html"))).integer("seq"), 1);
}

TEST(ResolveTest, OnlyAPageThatIsNotThereIsRefused) {
  Office office;
  const Platform platform;
  park(office);

  const JsonValue refused =
      office.post(std::string(resolve_path), published_at(platform.url("/none")), 403);
  EXPECT_EQ(refused.text("code"), "resolve_not_seen");
  EXPECT_EQ(refused.text("errors[0].field"), "published_url");
  EXPECT_EQ(office.bench.state("portal", {1}), DeliveryState::parked);
  EXPECT_EQ(office.post(std::string(resolve_path), published_at(platform.url("/other")))
                .text("read_back"),
            "differs");
}

TEST(ResolveTest, AnAddressOutOfReachIsBelieved) {
  Office office;
  park(office);

  EXPECT_EQ(office.post(std::string(resolve_path), published_at("http://127.0.0.1:1/x"))
                .text("read_back"),
            "unreachable");
  EXPECT_EQ(office.bench.state("portal", {1}), DeliveryState::published);
}

TEST(ResolveTest, AFileMayShowIt) {
  Office office;
  park(office);
  const std::string pdf =
      "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
  const std::string digest = to_hex(sha256(pdf));
  const std::string body =
      R"({"published_url":"http://127.0.0.1:1/x","reason":"见截图","proof":")" + digest + R"("})";

  EXPECT_EQ(office.post(std::string(resolve_path), body, 400).text("code"), "blob_unknown");
  EXPECT_EQ(office.call("PUT", "/v1/blobs/" + digest, pdf).status, 200);
  office.post(std::string(resolve_path), body);
  EXPECT_EQ(office.get("/v1/deliveries/portal/1").text("proof"), digest);
}

TEST(ResolveTest, ExactlyOneWayIsAsked) {
  Office office;
  park(office);
  const auto code = [&](const std::string& body, int status) {
    return std::string(office.post(std::string(resolve_path), body, status).text("code"));
  };

  EXPECT_EQ(code(R"({"reason":"x"})", 400), "resolve_one_way");
  EXPECT_EQ(code(R"({"removed":true,"not_published":true,"reason":"x"})", 400), "resolve_one_way");
  EXPECT_EQ(code(published_at("file:///etc/passwd"), 400), "url_invalid");
  EXPECT_EQ(code(R"({"removed":true})", 400), "decision_without_reason");
  EXPECT_EQ(code(R"({"published_url":"http://x/","reason":"x","proof":"12"})", 400),
            "field_not_digest");
}

TEST(ResolveTest, WhatIsNotThereGoesOn) {
  Office office;
  office.accept({notice("n-1")});
  office.deliver("portal", outcome(Outcome::content, "sensitive_word"));

  office.post(std::string(resolve_path), R"({"not_published":true,"reason":"后台查无此条"})");

  EXPECT_NE(office.bench.state("portal", {1}), DeliveryState::parked);
  EXPECT_EQ(office.desk.decided.verb, OperatorDecided::Verb::resolve_not_published);
}

}  // namespace gulou::test
