#include "common/http/server.h"

#include "common/base/mailbox.h"
#include "common/http/client.h"
#include "common/http/router.h"
#include "tests/unit/common/http/raw_client.h"

#include <list>
#include <thread>

namespace gulou {

using testing::echo_path;
using testing::eventually;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawClient;
using testing::Served;
using ::testing::StartsWith;

TEST(HttpServerTest, KeepsTheConnectionForPipelinedRequests) {
  const Served served({}, echo_path);
  RawClient client(served.server.port());

  client.say(
      "GET /a HTTP/1.1\r\nHost: h\r\n\r\nPOST /b HTTP/1.1\r\nHost: h\r\nContent-Length: "
      "2\r\n\r\nhi");
  EXPECT_THAT(client.read_until("/b|hi"), HasSubstr("/a|"));
  client.say("GET /c HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(client.read_to_end(), HasSubstr("/c|"));
}

TEST(HttpServerTest, HeadHasTheLengthButNoBody) {
  const Served served({}, echo_path);
  RawClient client(served.server.port());

  client.say("HEAD /abc HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

  const std::string answer = client.read_to_end();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST(HttpServerTest, PipelinedGarbageIsRefusedAfterTheGoodRequest) {
  const Served served({}, echo_path);
  RawClient client(served.server.port());

  client.say("GET /good HTTP/1.1\r\nHost: h\r\n\r\n\x01\x02 garbage\r\n\r\n");

  const std::string answer = client.read_to_end();
  EXPECT_THAT(answer, HasSubstr("/good|"));
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 400 "));
  EXPECT_THAT(answer, HasSubstr("\"code\":\"http_request_malformed\""));
}

TEST(HttpServerTest, SlowRequestsGet408) {
  const Served served({.request_ms_max = 100}, echo_path);
  RawClient slow_body(served.server.port());
  RawClient slow_header(served.server.port());

  slow_body.say("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  slow_header.say("GET / HTTP/1.1\r\nHo");

  EXPECT_THAT(slow_body.read_to_end(), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(slow_header.read_to_end(), HasSubstr("\"code\":\"http_request_too_slow\""));
}

TEST(HttpServerTest, SilentConnectionsAreClosed) {
  const Served served({.idle_ms_max = 50}, echo_path);
  RawClient client(served.server.port());

  EXPECT_EQ(client.read_to_end(), "");
}

TEST(HttpServerTest, TooMuchHeaderGets431AndTheClientSeesIt) {
  const Served served({}, echo_path);
  RawClient client(served.server.port());

  client.say("GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(200'000, 'a') + "\r\n\r\n");

  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 431 "));
}

TEST(HttpServerTest, TooMuchBodyGets413BeforeItIsSent) {
  const Served served({.body_bytes_max = 1000}, echo_path);
  RawClient announced(served.server.port());
  RawClient sent(served.server.port());

  announced.say(
      "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
  sent.say("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n" +
           std::string(500'000, 'a'));

  EXPECT_THAT(announced.read_to_end(), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(sent.read_to_end(), StartsWith("HTTP/1.1 413 "));
}

TEST(HttpServerTest, AskedForItSaysContinue) {
  const Served served({}, echo_path);
  RawClient client(served.server.port());

  client.say("PUT /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 100 "));
  client.say("ok");

  EXPECT_THAT(client.read_until("/x|ok"), HasSubstr("HTTP/1.1 200 OK"));
}

TEST(HttpServerTest, AllBodiesTogetherAreBounded) {
  const Served served({.bodies_bytes_max = 1000}, echo_path);
  RawClient first(served.server.port());
  RawClient second(served.server.port());
  const std::string head =
      "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 800\r\n\r\n";

  first.say(head);
  first.read_until("100 Continue\r\n\r\n");
  first.say(std::string(799, 'a'));
  const auto second_refused = [&] {
    RawClient other(served.server.port());
    other.say("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 800\r\n\r\n" + std::string(800, 'b'));
    return other.read_until("\r\n\r\n").starts_with("HTTP/1.1 503 ");
  };

  EXPECT_TRUE(eventually(second_refused));
  first.say("a");
  first.read_until("aaaa");
  EXPECT_TRUE(eventually([&] { return !second_refused(); }));
}

TEST(HttpServerTest, BeyondItsConnectionsItSays503) {
  Mailbox<Responder> held(8);
  const Served served({.connections_max = 2}, [&](HttpRequest, Responder responder) {
    EXPECT_TRUE(held.try_send(std::move(responder)));
  });
  RawClient first(served.server.port());
  RawClient second(served.server.port());
  first.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  second.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return held.size() == 2; }));

  RawClient third(served.server.port());

  EXPECT_THAT(third.read_to_end(), StartsWith("HTTP/1.1 503 "));
  for (Responder& responder : held.take(8)) {
    responder.answer(text_answer(200, "text/plain", "late"));
  }
  EXPECT_THAT(first.read_until("late"), HasSubstr("200 OK"));
  EXPECT_THAT(second.read_until("late"), HasSubstr("200 OK"));
}

TEST(HttpServerTest, ASleepingConnectionMakesRoomForANewOne) {
  const Served served({.connections_max = 1}, echo_path);
  RawClient sleeper(served.server.port());
  sleeper.say("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  sleeper.read_until("/1|");

  const auto newcomer_served = [&] {
    RawClient newcomer(served.server.port());
    newcomer.say("GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    return newcomer.read_to_end().find("/2|") != std::string::npos;
  };

  EXPECT_TRUE(eventually(newcomer_served));
  sleeper.read_to_end();
  EXPECT_TRUE(sleeper.ended());
}

TEST(HttpServerTest, AnswersMayComeLaterFromAnotherThread) {
  Mailbox<Responder> held(8);
  const Served served({}, [&](HttpRequest, Responder responder) {
    EXPECT_TRUE(held.try_send(std::move(responder)));
  });
  std::thread pump([&] {
    for (Responder& responder : held.receive(1, std::chrono::seconds(10))) {
      responder.answer(json_answer(202, "{}"));
    }
  });

  const auto answer = HttpClient().call({.method = "POST", .url = served.url("/"), .body = "x"});
  pump.join();

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 202);
  EXPECT_EQ(answer->header("content-type"), "application/json");
}

TEST(HttpServerTest, ADroppedResponderAnswers500AndAForgottenOne504) {
  Mailbox<Responder> held(8);
  const Served served({.answer_ms_max = 50}, [&](HttpRequest request, Responder responder) {
    if (request.path == "/kept") {
      EXPECT_TRUE(held.try_send(std::move(responder)));
    }
  });
  HttpClient client;

  EXPECT_EQ(client.call({.url = served.url("/dropped")})->status, 500);
  EXPECT_EQ(client.call({.url = served.url("/kept")})->status, 504);
}

TEST(HttpServerTest, ResponderAndStreamMayOutliveTheServer) {
  Mailbox<Responder> held(8);
  std::optional<EventStream> stream;
  {
    const Served served({.stop_ms_max = 20}, [&](HttpRequest, Responder responder) {
      EXPECT_TRUE(held.try_send(std::move(responder)));
    });
    RawClient client(served.server.port());
    RawClient listener(served.server.port());
    client.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    listener.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(eventually([&] { return held.size() == 2; }));
    stream = held.take(1).front().start_events();
  }

  EXPECT_TRUE(eventually([&] { return !stream->send("a", "b"); }));
  held.take(1).front().answer(text_answer(200, "text/plain", "too late"));
}

TEST(HttpServerTest, TooManyRequestsFromAnAddressGet429) {
  const Served served({.requests_per_second_max = 1}, echo_path);
  HttpClient client;

  const auto refused = [&] {
    const auto answer = client.call({.url = served.url("/")});
    return answer->status == 429 && answer->header("retry-after") == "1";
  };

  EXPECT_TRUE(eventually(refused));
}

TEST(HttpServerTest, APortInUseIsNamed) {
  const Served served({}, echo_path);
  HttpServer other({}, echo_path);

  const Status taken = other.listen("127.0.0.1", served.server.port());

  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().reason, "port_in_use");
  EXPECT_EQ(taken.error().args.front(), "127.0.0.1:" + std::to_string(served.server.port()));
  EXPECT_EQ(HttpServer({}, echo_path).listen("203.0.113.1").error().reason, "address_not_here");
  EXPECT_EQ(HttpServer({}, echo_path).listen("nonsense").error().reason, "address_unusable");
}

TEST(HttpServerTest, StopLetsTheAnswerUnderWayFinish) {
  Mailbox<Responder> held(8);
  Served served({}, [&](HttpRequest, Responder responder) {
    EXPECT_TRUE(held.try_send(std::move(responder)));
  });
  auto client = std::make_unique<RawClient>(served.server.port());
  RawClient idle(served.server.port());
  client->say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return held.size() == 1; }));

  std::thread stopping([&] { served.server.stop(); });
  idle.read_to_end();  // stop has begun
  held.take(1).front().answer(text_answer(200, "text/plain", "finished"));

  EXPECT_THAT(client->read_until("finished"), HasSubstr("Connection: close"));
  client.reset();
  stopping.join();
}

TEST(HttpServerTest, MetricsCountRequestsAndRefusals) {
  Metrics metrics;
  const Served served({.metrics = &metrics, .metrics_label = "listener=\"admin\""}, echo_path);
  RawClient client(served.server.port());

  client.say("GET / HTTP/1.1\r\nHost: h\r\n\r\nrubbish\r\n\r\n");
  client.read_to_end();

  EXPECT_THAT(metrics.text(), HasSubstr("gulou_http_requests_total{listener=\"admin\"} 1"));
  EXPECT_THAT(metrics.text(), HasSubstr("gulou_http_refused_total{listener=\"admin\"} 1"));
}

TEST(EventStreamTest, EventsArriveInOrderUntilTheStreamEnds) {
  Mailbox<Responder> held(8);
  const Served served({}, [&](HttpRequest, Responder responder) {
    EXPECT_TRUE(held.try_send(std::move(responder)));
  });
  RawClient client(served.server.port());
  client.say("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  {
    auto responders = held.receive(1, std::chrono::seconds(10));
    ASSERT_EQ(responders.size(), 1U);
    EventStream stream = responders.front().start_events();
    EXPECT_TRUE(stream.send("status", "one"));
    EXPECT_TRUE(stream.send("status", "two\nlines"));
    EXPECT_THAT(client.read_until("lines\n\n"), HasSubstr("Content-Type: text/event-stream"));
  }

  EXPECT_THAT(client.read_to_end(),
              HasSubstr("event: status\ndata: one\n\nevent: status\ndata: two\ndata: lines\n\n"));
}

TEST(EventStreamTest, TheSenderLearnsThatTheClientHasGone) {
  Mailbox<Responder> held(8);
  const Served served({}, [&](HttpRequest, Responder responder) {
    EXPECT_TRUE(held.try_send(std::move(responder)));
  });
  auto client = std::make_unique<RawClient>(served.server.port());
  client->say("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  auto responders = held.receive(1, std::chrono::seconds(10));
  ASSERT_EQ(responders.size(), 1U);
  EventStream stream = responders.front().start_events();
  client->read_until("retry:");

  client.reset();

  EXPECT_TRUE(eventually([&] { return !stream.open(); }));
  EXPECT_FALSE(stream.send("a", "b"));
}

TEST(EventStreamTest, AClientThatDoesNotReadIsCutOff) {
  Mailbox<Responder> held(8);
  const Served served({}, [&](HttpRequest, Responder responder) {
    EXPECT_TRUE(held.try_send(std::move(responder)));
  });
  RawClient client(served.server.port());
  client.say("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  auto responders = held.receive(1, std::chrono::seconds(10));
  ASSERT_EQ(responders.size(), 1U);
  EventStream stream = responders.front().start_events();
  const std::string data(60'000, 'x');

  EXPECT_TRUE(eventually([&] { return !stream.send("a", data); }));
}

TEST(EventStreamTest, StreamsAreBounded) {
  std::list<EventStream> streams;
  Mailbox<Responder> held(8);
  const Served served({.event_streams_max = 1}, [&](HttpRequest, Responder responder) {
    EXPECT_TRUE(held.try_send(std::move(responder)));
  });
  RawClient first(served.server.port());
  RawClient second(served.server.port());
  for (RawClient* client : {&first, &second}) {
    client->say("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
    auto responders = held.receive(1, std::chrono::seconds(10));
    ASSERT_EQ(responders.size(), 1U);
    streams.push_back(responders.front().start_events());
    client->read_until("\r\n\r\n");
  }

  EXPECT_TRUE(streams.front().open());
  EXPECT_THAT(second.read_to_end(), StartsWith("HTTP/1.1 503 "));
  EXPECT_FALSE(streams.back().open());
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    const auto show = [](std::string name) {
      return [name](HttpRequest, const PathValues& values, Responder responder) {
        const bool has_id = name.find("id") != std::string::npos;
        responder.answer(text_answer(200, "text/plain", has_id ? name + ":" + values["id"] : name));
      };
    };
    router_.add("GET", "/v1/releases/{id}", show("id"));
    router_.add("GET", "/v1/releases/find", show("find"));
    router_.add("PUT", "/v1/releases/{id}", show("put id"));
    router_.add("GET", "/", show("home"));
    router_.add(
        "GET", "/files/{rest*}", [](HttpRequest, const PathValues& values, Responder responder) {
          responder.answer(text_answer(200, "text/plain", values["rest"]));
        });
  }

  std::string ask(const std::string& method, const std::string& path) {
    const auto answer = client_.call({.method = method, .url = served_.url(path)});
    return answer->status == 200
               ? answer->body
               : std::to_string(answer->status) + std::string(answer->header("allow"));
  }

  Router router_{nullptr};
  Served served_{{}, [this](HttpRequest request, Responder responder) {
                   router_.serve(std::move(request), std::move(responder));
                 }};
  HttpClient client_;
};

TEST_F(RouterTest, PicksByMethodAndPathAndDecodesCaptures) {
  EXPECT_EQ(ask("GET", "/"), "home");
  EXPECT_EQ(ask("GET", "/v1/releases/%E5%A0%83%2F1"), "id:堃/1");
  EXPECT_EQ(ask("GET", "/v1/releases/find"), "find");
  EXPECT_EQ(ask("PUT", "/v1/releases/find"), "put id:find");
  EXPECT_EQ(ask("GET", "/files/a/b.txt"), "a/b.txt");
  EXPECT_EQ(ask("HEAD", "/v1/releases/1"), "");
}

TEST_F(RouterTest, SaysNotFoundAndWhatIsAllowed) {
  for (const char* path : {"/v1/releases", "/v1/releases/", "/v1/releases/1/x", "/v1//1", "/x"}) {
    EXPECT_EQ(ask("GET", path), "404") << path;
  }
  EXPECT_EQ(ask("DELETE", "/v1/releases/1"), "405GET, HEAD, PUT");
}

}  // namespace gulou
