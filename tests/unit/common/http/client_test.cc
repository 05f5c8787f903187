#include "common/http/client.h"

#include "common/base/mailbox.h"
#include "tests/unit/common/http/raw_client.h"

#include <cstdlib>
#include <filesystem>

#include <sys/stat.h>

namespace gulou {

using testing::echo_path;
using testing::Served;

TEST(HttpClientTest, SendsMethodHeadersAndBody) {
  const Served served({}, [](HttpRequest request, Responder responder) {
    HttpResponse response = text_answer(201, "text/plain", request.method + request.body);
    response.add("X-Got", std::string(request.header("x-sent")));
    responder.answer(std::move(response));
  });
  HttpClient client;

  const auto answer = client.call({.method = "PUT",
                                   .url = served.url("/a?b=c"),
                                   .headers = {{"X-Sent", "堃\r\nX-More: 1"}},
                                   .body = std::string("a\0b", 3)});

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, std::string("PUTa\0b", 6));
  EXPECT_EQ(answer->header("x-got"), "堃  X-More: 1");
  EXPECT_EQ(client.call({.method = "DELETE", .url = served.url("/")})->body, "DELETE");
  EXPECT_EQ(client.call({.url = served.url("/")})->body, "GET");
  EXPECT_EQ(client.call({.method = "POST", .url = served.url("/")})->body, "POST");
}

TEST(HttpClientTest, SaysWhetherTheRequestMayHaveBeenHandled) {
  Mailbox<Responder> held(8);
  const Served served({}, [&](HttpRequest, Responder responder) {
    EXPECT_TRUE(held.try_send(std::move(responder)));
  });
  HttpClient client;
  uint16_t closed_port = 0;
  {
    const Served gone({}, echo_path);
    closed_port = gone.server.port();
  }

  const auto waited = client.call({.method = "POST", .url = served.url("/"), .timeout_ms = 100});
  const auto nobody =
      client.call({.method = "POST", .url = "http://127.0.0.1:" + std::to_string(closed_port)});
  held.take(8);

  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, ErrorCode::timed_out);
  EXPECT_EQ(waited.error().reason, "http_no_answer");
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, ErrorCode::unavailable);
  EXPECT_EQ(nobody.error().reason, "http_connect_failed");
}

TEST(HttpClientTest, StopsAtTheSizeLimit) {
  const Served served({}, [](HttpRequest, Responder responder) {
    responder.answer(text_answer(200, "text/plain", std::string(1001, 'a')));
  });
  HttpClient client;

  EXPECT_EQ(client.call({.url = served.url("/"), .bytes_max = 1000}).error().reason,
            "http_answer_too_large");
  EXPECT_TRUE(client.call({.url = served.url("/"), .bytes_max = 1001}));
}

TEST(HttpClientTest, SpeaksNothingButHttp) {
  HttpClient client;

  for (const char* url :
       {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "", "::"}) {
    EXPECT_EQ(client.call({.url = url}).error().reason, "url_invalid") << url;
  }
}

TEST(HttpClientTest, FollowsRedirectsOfReadsOnlyAndNotForEver) {
  const Served served({}, [](HttpRequest request, Responder responder) {
    HttpResponse response{.status = request.path == "/end" ? 200 : 302, .body = "body"};
    response.add("Location", request.path == "/once" ? "/end" : "/loop");
    responder.answer(std::move(response));
  });
  HttpClient client;

  EXPECT_EQ(client.call({.url = served.url("/once")})->status, 200);
  EXPECT_EQ(client.call({.url = served.url("/once")})->body, "body");
  EXPECT_EQ(client.call({.url = served.url("/loop")}).error().reason, "http_redirects_too_many");
  EXPECT_EQ(client.call({.method = "POST", .url = served.url("/once")})->status, 302);
}

TEST(HttpClientTest, ReusesTheConnectionOnlyWhereRepeatingIsSafe) {
  Metrics metrics;
  const Served served({.metrics = &metrics}, echo_path);
  HttpClient client;

  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.call({.url = served.url("/")}));
    ASSERT_TRUE(client.call({.method = "PUT", .url = served.url("/"), .repeatable = true}));
  }
  EXPECT_THAT(metrics.text(), ::testing::HasSubstr("gulou_http_connections 1"));
  ASSERT_TRUE(client.call({.method = "POST", .url = served.url("/")}));
  EXPECT_THAT(metrics.text(), ::testing::HasSubstr("gulou_http_connections 2"));
}

class TlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "gulou-tls-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    home_ = name;
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout " +
        key() + " -out " + certificate() + " 2>" + name + "/log";
    ASSERT_EQ(std::system(command.c_str()), 0);
    ASSERT_EQ(::chmod(key().c_str(), 0600), 0);
  }

  void TearDown() override { std::filesystem::remove_all(home_); }

  std::string key() const { return home_ / "key.pem"; }

  std::string certificate() const { return home_ / "certificate.pem"; }

  HttpServerOptions options() const {
    return {.request_ms_max = 200, .certificate_file = certificate(), .key_file = key()};
  }

  std::filesystem::path home_;
};

TEST_F(TlsTest, ServesWhoTrustsTheCertificate) {
  const Served served(options(), [](HttpRequest request, Responder responder) {
    responder.answer(text_answer(200, "text/plain", request.secure ? request.body : "open"));
  });
  const std::string url = "https://127.0.0.1:" + std::to_string(served.server.port()) + "/";
  HttpClient trusting({.ca_file = certificate()});
  const std::string large(1'000'000, 'a');

  const auto answer = trusting.call({.method = "PUT", .url = url, .body = large});
  ASSERT_TRUE(answer) << describe(answer.error());
  EXPECT_EQ(answer->body, large);
  EXPECT_TRUE(trusting.call({.url = url}));
  const auto distrusted = HttpClient().call({.url = url});
  ASSERT_FALSE(distrusted);
  EXPECT_EQ(distrusted.error().reason, "http_tls_untrusted");
}

TEST_F(TlsTest, ClosesOnWhoDoesNotSpeakTlsOrSaysNothing) {
  const Served served(options(), echo_path);
  testing::RawClient plain(served.server.port());
  testing::RawClient silent(served.server.port());

  plain.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");

  plain.read_to_end();
  EXPECT_TRUE(plain.ended());
  EXPECT_EQ(silent.read_to_end(), "");
}

TEST_F(TlsTest, FilesThatCannotServeAreNamed) {
  HttpServerOptions missing = options();
  missing.certificate_file = home_ / "absent.pem";
  EXPECT_EQ(HttpServer(missing, echo_path).listen().error().reason, "tls_certificate_unusable");
  HttpServerOptions keyless = options();
  keyless.key_file = certificate();
  ASSERT_EQ(::chmod(certificate().c_str(), 0600), 0);
  EXPECT_EQ(HttpServer(keyless, echo_path).listen().error().reason, "tls_key_unusable");
  ASSERT_EQ(::chmod(key().c_str(), 0644), 0);
  EXPECT_EQ(HttpServer(options(), echo_path).listen().error().reason, "tls_key_readable_by_others");
}

}  // namespace gulou
