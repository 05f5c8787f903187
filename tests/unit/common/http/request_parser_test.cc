#include "common/http/request_parser.h"

namespace gulou {

using State = RequestParser::State;

TEST(RequestParserTest, ReadsARequestByteByByte) {
  RequestParser parser(1024, 1024);
  const std::string_view text =
      "PUT /v1/x?a=1 HTTP/1.1\r\nHost: h\r\nX-Name:  v \r\nContent-Length: 3\r\n\r\nabc";

  EXPECT_EQ(parser.state(), State::empty);
  for (const char& c : text) {
    parser.feed({&c, 1});
  }

  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_TRUE(parser.keep_alive());
  const HttpRequest request = parser.take();
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.path, "/v1/x");
  EXPECT_EQ(request.parameter("a"), "1");
  EXPECT_EQ(request.header("x-name"), "v");
  EXPECT_EQ(request.body, "abc");
}

TEST(RequestParserTest, PipelinedRequestsComeOneAfterTheOther) {
  RequestParser parser(1024, 1024);

  parser.feed("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.0\r\n\r\nrubbish\r\n\r\n");

  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_EQ(parser.take().path, "/a");
  parser.next();
  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(parser.take().path, "/b");
  parser.next();
  EXPECT_EQ(parser.state(), State::failed);
  EXPECT_EQ(parser.refusal().status, 400);
}

TEST(RequestParserTest, ChunkedBodiesAreJoined) {
  RequestParser parser(1024, 1024);

  parser.feed("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  EXPECT_EQ(parser.state(), State::body);
  EXPECT_EQ(parser.body_bytes(), 3U);
  parser.feed("2;x=y\r\nde\r\n0\r\n\r\n");

  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_EQ(parser.take().body, "abcde");
}

TEST(RequestParserTest, ChunkedBodiesMayComeByteByByte) {
  for (const std::string_view body : {"0\r\n\r\n", "3\r\nabc\r\n0\r\nA: b\r\n\r\n"}) {
    RequestParser parser(1024, 1024);
    parser.feed("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (const char& c : body) {
      EXPECT_NE(parser.state(), State::complete);
      parser.feed({&c, 1});
    }
    EXPECT_EQ(parser.state(), State::complete) << body;
  }
}

TEST(RequestParserTest, RefusesWhatTwoReadersCouldReadDifferently) {
  const std::string_view post = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::pair<std::string_view, int> cases[] = {
      {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400},
      {"Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400},
      {"Content-Length: -1\r\n\r\n", 400},
      {"Content-Length: 99999999999999999999\r\n\r\n", 400},
      {"Transfer-Encoding: gzip\r\n\r\n", 501},
      {"Host: other\r\n\r\n", 400},
      {"Bad Name: x\r\n\r\n", 400},
      {"Name : x\r\n\r\n", 400},
      {"A: b\rc\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
      {"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", 400}};
  for (const auto& [rest, status] : cases) {
    RequestParser parser(1024, 1024);
    parser.feed(std::string(post) + std::string(rest));
    EXPECT_EQ(parser.state(), State::failed) << rest;
    EXPECT_EQ(parser.refusal().status, status) << rest;
  }
}

TEST(RequestParserTest, RefusesWhatIsNoRequestOfOurs) {
  for (const std::string_view text : {"GET / HTTP/1.1\r\n\r\n",
                                      "GET / HTTP/2.0\r\n\r\n",
                                      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                                      "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n",
                                      "GET /%ff HTTP/1.1\r\nHost: h\r\n\r\n",
                                      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
                                      "GET\r\n\r\n"}) {
    RequestParser parser(1024, 1024);
    parser.feed(text);
    EXPECT_EQ(parser.state(), State::failed) << text;
  }
}

TEST(RequestParserTest, SizesAreBoundedHoweverTheyGrow) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  std::string chunks;
  for (int i = 0; i < 20; ++i) {
    chunks += "a\r\n0123456789\r\n";
  }
  const std::pair<std::string, int> cases[] = {
      {"GET /" + std::string(3000, 'a'), 431},
      {head + "A: " + std::string(3000, 'a'), 431},
      {head + "Content-Length: 101\r\n\r\n", 413},
      {chunked + "65\r\na", 413},
      {chunked + chunks, 413},
      {chunked + "1;" + std::string(3000, 'a'), 431},
      {chunked + "0\r\nA: " + std::string(3000, 'a'), 431}};
  for (const auto& [text, status] : cases) {
    RequestParser whole(1024, 100);
    whole.feed(text);
    EXPECT_EQ(whole.refusal().status, status) << text.substr(0, 90);
    EXPECT_EQ(whole.state(), State::failed) << text.substr(0, 90);
    RequestParser dripping(1024, 100);
    for (const char& c : text) {
      dripping.feed({&c, 1});
    }
    EXPECT_EQ(dripping.state(), State::failed) << text.substr(0, 90);
  }
}

}  // namespace gulou
