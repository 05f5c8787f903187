#include "common/http/static_files.h"

#include "common/http/client.h"
#include "tests/unit/common/http/raw_client.h"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

namespace gulou {

class StaticFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "gulou-static-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    home_ = name;
    root_ = home_ / "site";
    std::filesystem::create_directories(root_ / "news");
    write(root_ / "index.html", "<!doctype html>home");
    write(root_ / "news" / "index.html", "news");
    write(root_ / "news" / "附件.pdf", "0123456789");
    write(root_ / ".hidden", "secret");
    write(home_ / "outside.txt", "secret");
    std::filesystem::create_symlink(home_ / "outside.txt", root_ / "link.txt");
    std::filesystem::create_directory_symlink(home_, root_ / "up");
    ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
  }

  void TearDown() override { std::filesystem::remove_all(home_); }

  static void write(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
  }

  HttpResponse get(std::string path, HttpFields headers = {}, std::string method = "GET") const {
    const HttpRequest request{
        .method = std::move(method), .path = std::move(path), .headers = std::move(headers)};
    return file_answer(request, root_.string());
  }

  static std::string header(const HttpResponse& response, std::string_view name) {
    for (const auto& [field, value] : response.headers) {
      if (field == name) {
        return value;
      }
    }
    return {};
  }

  std::filesystem::path home_, root_;
};

TEST_F(StaticFilesTest, ServesFilesAndTheIndexOfAFolder) {
  const HttpResponse page = get("/");

  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(body_bytes_of(page), 19U);
  EXPECT_EQ(header(page, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(header(page, "Content-Security-Policy").find("frame-ancestors 'none'"),
            std::string::npos);
  EXPECT_EQ(header(page, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(body_bytes_of(get("/news/")), 4U);
  EXPECT_EQ(get("/news").status, 301);
  EXPECT_EQ(header(get("/news"), "Location"), "./news/");
}

TEST_F(StaticFilesTest, NothingOutsideOrHiddenIsReached) {
  for (const char* path : {"/../outside.txt",
                           "/news/../../outside.txt",
                           "/%2e%2e/outside.txt",
                           "/..%2foutside.txt",
                           "/%2e%2e%2foutside.txt",
                           "/..\\outside.txt",
                           "/news//index.html",
                           "//etc/passwd",
                           "/.hidden",
                           "/link.txt",
                           "/up/outside.txt",
                           "/pipe",
                           "/missing",
                           "/index.html/",
                           "/%00",
                           "/index.html%00.png",
                           "/./index.html",
                           ""}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
}

TEST_F(StaticFilesTest, AnUnchangedFileIsNotSentAgain) {
  const std::string etag = header(get("/"), "ETag");

  EXPECT_EQ(get("/", {{"if-none-match", etag}}).status, 304);
  write(root_ / "index.html", "<!doctype html>new home");
  EXPECT_EQ(get("/", {{"if-none-match", etag}}).status, 200);
}

TEST_F(StaticFilesTest, RangesAreCutOut) {
  const std::string path = "/news/%E9%99%84%E4%BB%B6.pdf";
  const auto range = [&](const char* value) { return get(path, {{"range", value}}); };

  EXPECT_EQ(header(range("bytes=2-4"), "Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(std::get<FileRange>(range("bytes=2-4").body).offset, 2U);
  EXPECT_EQ(header(range("bytes=7-"), "Content-Range"), "bytes 7-9/10");
  EXPECT_EQ(header(range("bytes=-3"), "Content-Range"), "bytes 7-9/10");
  EXPECT_EQ(header(range("bytes=5-99999999999999999"), "Content-Range"), "bytes 5-9/10");
  EXPECT_EQ(range("bytes=10-").status, 416);
  EXPECT_EQ(range("bytes=-0").status, 416);
  for (const char* ignored : {"bytes=4-2", "bytes=a-b", "bytes=0-1,3-4", "lines=1-2", "bytes=-"}) {
    EXPECT_EQ(range(ignored).status, 200) << ignored;
  }
}

TEST_F(StaticFilesTest, OnlyReadingIsPossible) {
  EXPECT_EQ(get("/", {}, "POST").status, 405);
  EXPECT_EQ(header(get("/", {}, "DELETE"), "Allow"), "GET, HEAD");
}

TEST_F(StaticFilesTest, FilesAndBytesArriveWholeThroughTheServer) {
  std::string large(3 * limits::http_write_bytes + 17, 'x');
  large[limits::http_write_bytes] = 'y';
  write(root_ / "large.zip", large);
  const auto shared = std::make_shared<const std::string>(large);
  const testing::Served served({}, [&](HttpRequest request, Responder responder) {
    responder.answer(request.path == "/bytes" ? bytes_answer(request, shared, "bytes.zip")
                                              : file_answer(request, root_.string()));
  });
  HttpClient client;

  EXPECT_EQ(client.call({.url = served.url("/large.zip")})->body, large);
  EXPECT_EQ(client.call({.url = served.url("/bytes")})->body, large);
  const auto part = client.call({.url = served.url("/bytes"), .headers = {{"Range", "bytes=-5"}}});
  EXPECT_EQ(part->status, 206);
  EXPECT_EQ(part->body, "xxxxx");
  const auto head = client.call({.method = "HEAD", .url = served.url("/large.zip")});
  EXPECT_EQ(head->header("content-length"), std::to_string(large.size()));
  EXPECT_EQ(client.call({.url = served.url("/news")})->body, "news");
}

}  // namespace gulou
