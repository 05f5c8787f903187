// What the platform says by itself and in its answers: events and their signature, codes and their
// class, days and their counters.
#include "adapters/wechat/day_counters.h"
#include "adapters/wechat/events.h"
#include "adapters/wechat/outcomes.h"
#include "common/base/files.h"
#include "common/crypto/sha1.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

namespace gulou {
namespace {

constexpr std::string_view event_xml =
    "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><CreateTime>1</CreateTime>"
    "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[PUBLISHJOBFINISH]]></Event>"
    "<PublishEventInfo><publish_id>2247</publish_id><publish_status>0</publish_status>"
    "<article_id><![CDATA[A-1]]></article_id><article_detail><count>2</count>"
    "<item><idx>1</idx><article_url><![CDATA[http://a/1]]></article_url></item>"
    "<item><idx>2</idx><article_url><![CDATA[http://a/2]]></article_url></item>"
    "</article_detail></PublishEventInfo></xml>";

HttpRequest signed_request(std::string method, std::string body) {
  HttpRequest request{.method = std::move(method), .path = "/event", .body = std::move(body)};
  // Sorted: "1700000000", "42", "secret".
  request.query = {{"signature", sha1_hex("170000000042secret")},
                   {"timestamp", "1700000000"},
                   {"nonce", "42"},
                   {"echostr", "hello"}};
  return request;
}

TEST(WechatEventTest, EndOfAJobIsRead) {
  const auto event = parse_wechat_event(event_xml);

  ASSERT_TRUE(event);
  EXPECT_EQ(event->publish_id, "2247");
  EXPECT_EQ(event->job.state, WechatJobState::published);
  EXPECT_EQ(event->job.article_id, "A-1");
  EXPECT_EQ(event->job.urls, (std::vector<std::string>{"http://a/1", "http://a/2"}));
}

TEST(WechatEventTest, OtherEventsAndHalvesOfOneAreNone) {
  EXPECT_FALSE(parse_wechat_event("<xml><Event>subscribe</Event></xml>"));
  EXPECT_FALSE(parse_wechat_event(event_xml.substr(0, event_xml.find("<article_id>"))));
  EXPECT_FALSE(parse_wechat_event(""));
}

TEST(WechatEndpointTest, BelievesOnlyWhoKnowsTheToken) {
  WechatEvents events;
  sdk::Callbacks callbacks;
  int published = 0;
  const WechatEndpoint endpoint("secret", events, callbacks, [&published] { ++published; });

  EXPECT_EQ(std::get<std::string>(endpoint.answer(signed_request("GET", "")).body), "hello");
  EXPECT_EQ(endpoint.answer(signed_request("POST", std::string(event_xml))).status, 200);
  HttpRequest forged = signed_request("POST", std::string(event_xml));
  forged.query[0].second = sha1_hex("guessed");
  EXPECT_EQ(endpoint.answer(forged).status, 403);

  EXPECT_EQ(published, 1);
  EXPECT_EQ(callbacks.box().take(9), (std::vector<std::string>{"job-2247"}));
  ASSERT_TRUE(events.take("2247"));
  EXPECT_FALSE(events.take("2247")) << "told once";
}

Error answered(int code) {
  return {ErrorCode::refused, "wechat_error", {}, {std::to_string(code), "words"}};
}

TEST(WechatOutcomeTest, EveryCodeHasItsClass) {
  const Utc now{1000};
  const Utc tomorrow{99'000'000};
  const auto outcome = [&](int code) { return outcome_of(answered(code), now, tomorrow).outcome; };

  EXPECT_EQ(outcome(-1), Outcome::transient);
  for (const int code : {40001, 40014, 41001, 42001}) {
    EXPECT_EQ(outcome(code), Outcome::auth) << code;
  }
  for (const int code : {40002, 40013, 40125, 41002, 41004, 40164, 89503, 48001, 48004, 50002}) {
    EXPECT_EQ(outcome(code), Outcome::misconfigured) << code;
  }
  for (const int code : {40007, 45002, 45003, 45004, 45005, 45008, 45110, 45166, 53503, 53504}) {
    EXPECT_EQ(outcome(code), Outcome::content) << code;
  }
  EXPECT_EQ(outcome_of(answered(45009), now, tomorrow).until, tomorrow);
  EXPECT_EQ(outcome_of(answered(45011), now, tomorrow).until, Utc{61'000});
  EXPECT_EQ(outcome_of(answered(48001), now, tomorrow).reason, "wechat_no_right");
}

TEST(WechatOutcomeTest, WhatNobodyKnowsIsAmbiguous) {
  const Error lost{ErrorCode::timed_out, "http_no_answer", {}, {}};
  const Error unsent{ErrorCode::unavailable, "http_connect_failed", {}, {}};
  EXPECT_EQ(outcome_of(lost, {}, {}).outcome, Outcome::ambiguous);
  EXPECT_EQ(outcome_of(unsent, {}, {}).outcome, Outcome::transient);
}

TEST(DayCountersTest, DayOfThePlatformEndsTheCountAndARestartDoesNot) {
  const TempDir dir;
  const std::string path = dir.path() + "/counters";
  const Utc noon = *parse_utc("2026-11-24T04:00:00Z");
  {
    DayCounters counters = *DayCounters::open(path, noon);
    EXPECT_TRUE(counters.take("job", 2, noon));
  }
  DayCounters counters = *DayCounters::open(path, noon);
  EXPECT_TRUE(counters.take("job", 2, noon));
  EXPECT_FALSE(counters.take("job", 2, noon));
  EXPECT_TRUE(counters.take("list", 2, noon));
  EXPECT_EQ(counters.next_day(noon), *parse_utc("2026-11-24T16:00:00Z"));

  counters.set_platform_time(*parse_utc("2026-11-24T16:00:01Z"), noon);
  EXPECT_TRUE(counters.take("job", 2, noon)) << "there it is the 25th";
  counters.set_platform_time(noon, noon);
  EXPECT_TRUE(counters.take("job", 2, noon));
  EXPECT_FALSE(counters.take("job", 2, noon)) << "a clock that steps back gives no second day";
}

TEST(HttpDateTest, IsReadAsTheStandardWritesIt) {
  EXPECT_EQ(parse_http_date("Tue, 24 Nov 2026 05:07:09 GMT"), *parse_utc("2026-11-24T05:07:09Z"));
  EXPECT_EQ(parse_http_date("24 Nov 2026"), Utc{});
  EXPECT_EQ(parse_http_date("Tue, 24 Xyz 2026 05:07:09 GMT"), Utc{});
}

}  // namespace
}  // namespace gulou
