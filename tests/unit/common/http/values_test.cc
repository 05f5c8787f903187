#include "common/base/limits.h"
#include "common/http/harden.h"
#include "common/http/message.h"
#include "common/http/problem.h"
#include "common/http/rates.h"
#include "common/http/url.h"

namespace gulou {

TEST(UrlTest, DecodesEscapesAndRefusesBrokenOnes) {
  EXPECT_EQ(percent_decode("%E5%8F%B0%2f+a"), "台/+a");
  for (const std::string_view bad : {"%", "%1", "%zz", "%00", "%ff", "%ED%A0%80", "%C0%80"}) {
    EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
  }
}

TEST(UrlTest, EncodingIsUndoneByDecoding) {
  const std::string text = "台政发〔2026〕3号 a/b?c=d&e";

  EXPECT_EQ(percent_decode(percent_encode(text)), text);
  EXPECT_EQ(percent_encode("a/b c"), "a%2Fb%20c");
}

TEST(UrlTest, TargetHasPathAndDecodedQuery) {
  const auto target = parse_target("/v1/releases?column=tzgg&text=%E5%A0%83+b&&flag");

  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/v1/releases");
  const HttpFields query{{"column", "tzgg"}, {"text", "堃 b"}, {"flag", ""}};
  EXPECT_EQ(target->query, query);
}

TEST(UrlTest, TargetsThatAreNoneAreRefused) {
  EXPECT_EQ(parse_target("http://host/x")->path, "/x");
  EXPECT_EQ(parse_target("http://host")->path, "/");
  for (const std::string_view bad : {"", "x", "*", "/a#b", "/a?b=%", "/%ff", "ftp://h/"}) {
    EXPECT_FALSE(parse_target(bad)) << bad;
  }
  std::string many = "/?";
  for (size_t i = 0; i <= limits::http_query_params_max; ++i) {
    many += "a=1&";
  }
  EXPECT_FALSE(parse_target(many));
}

TEST(MessageTest, HeadersCannotBeSmuggledInThroughValues) {
  HttpResponse response{.status = 302};
  response.add("Location", "/x\r\nSet-Cookie: a=b");

  const std::string head = head_of(response, {}, Utc{.ms = 1'795'496'829'000});

  EXPECT_EQ(head.find("\r\nSet-Cookie"), std::string::npos);
  EXPECT_NE(head.find("Date: Tue, 24 Nov 2026 05:07:09 GMT\r\n"), std::string::npos) << head;
}

TEST(MessageTest, AnAnswerMayDoNothingInABrowserButBeShown) {
  HttpResponse json = json_answer(200, "{}");
  harden(json, false);
  const std::string head = head_of(json, {}, {});
  EXPECT_NE(head.find("Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action "
                      "'none'; frame-ancestors 'none'\r\n"),
            std::string::npos)
      << head;
  EXPECT_NE(head.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
  EXPECT_NE(head.find("X-Frame-Options: DENY\r\n"), std::string::npos);
  EXPECT_NE(head.find("Referrer-Policy: no-referrer\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Strict-Transport-Security"), std::string::npos);

  HttpResponse page;
  page.add("Content-Type", "text/html; charset=utf-8");
  page.add("Content-Security-Policy", "script-src 'self'");
  harden(page, true);
  const std::string own = head_of(page, {}, {});
  EXPECT_NE(own.find("Content-Security-Policy: script-src 'self'\r\n"), std::string::npos);
  EXPECT_EQ(own.find("default-src"), std::string::npos);
  EXPECT_NE(own.find("Strict-Transport-Security: max-age="), std::string::npos);

  HttpResponse pdf;
  pdf.add("Content-Type", "application/pdf");
  harden(pdf, false);
  EXPECT_EQ(head_of(pdf, {}, {}).find("Content-Security-Policy"), std::string::npos);
}

TEST(MessageTest, NotModifiedHasNeitherLengthNorBody) {
  const HttpResponse response{.status = 304, .body = "ignored"};

  EXPECT_EQ(body_bytes_of(response), 0U);
  EXPECT_EQ(head_of(response, {}, {}).find("Content-Length"), std::string::npos);
}

TEST(ProblemTest, ListsEachFieldWithItsSentence) {
  const std::vector<Error> errors{
      {ErrorCode::invalid_argument, "title_too_long", "parts[0].title", {"41", "32"}},
      {ErrorCode::invalid_argument, "date_invalid", "parts[0].date", {}}};
  const Sentences sentences = [](const Error& error, std::string_view language) {
    return std::string(language) + ":" + error.field;
  };

  const Problem problem = problem_of(errors, sentences, "zh");

  EXPECT_EQ(
      to_json(problem),
      R"({"status":400,"code":"title_too_long","title":"Bad Request","detail":"zh:parts[0].title",)"
      R"("errors":[{"field":"parts[0].title","code":"title_too_long","sentence":"zh:parts[0].title"},)"
      R"({"field":"parts[0].date","code":"date_invalid","sentence":"zh:parts[0].date"}]})");
}

TEST(ProblemTest, JsonStringsAreEscapedAndAlwaysUtf8) {
  EXPECT_EQ(json_string("a\"\\\n\x01堃"), "\"a\\\"\\\\\\n\\u0001堃\"");
  EXPECT_EQ(json_string("a\xff"), "\"a?\"");
}

TEST(AddressRatesTest, ASecondsWorthThenRefusalThenRefill) {
  AddressRates rates(2);

  EXPECT_TRUE(rates.allow("a", {.ms = 0}));
  EXPECT_TRUE(rates.allow("a", {.ms = 0}));
  EXPECT_FALSE(rates.allow("a", {.ms = 100}));
  EXPECT_TRUE(rates.allow("b", {.ms = 100}));
  EXPECT_TRUE(rates.allow("a", {.ms = 600}));
  EXPECT_FALSE(rates.allow("a", {.ms = 600}));
}

TEST(AddressRatesTest, RemembersABoundedNumberOfAddresses) {
  AddressRates rates(1);

  for (size_t i = 0; i < 3 * limits::http_addresses_max; ++i) {
    EXPECT_TRUE(rates.allow(std::to_string(i), {.ms = 0}));
  }
}

}  // namespace gulou
