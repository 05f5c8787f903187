// Plain values of HTTP: a request as it came in, an answer as it goes out. No sockets here;
// server.h makes requests and sends answers, everybody else reads and builds them. A file in an
// answer is held open, so what was looked at is what is sent, even if the name points elsewhere
// meanwhile.
#pragma once

#include "common/base/time.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gulou {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;  // as sent: "GET"
  std::string path;    // as sent, percent-encoded, begins with '/'; Router decodes its parts
  HttpFields query;    // decoded, in order
  HttpFields headers;  // names in lower case
  std::string body;
  std::string peer;  // numeric address
  bool secure = false;

  // The first such header or parameter; the name in lower case. An absent header is empty.
  std::string_view header(std::string_view name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;
};

// An open descriptor, closed with its owner.
class OpenFile {
 public:
  OpenFile() = default;

  explicit OpenFile(int fd) : fd_(fd) {}

  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int fd() const { return fd_; }

  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct FileRange {
  OpenFile file;
  uint64_t offset = 0;
  uint64_t bytes = 0;
};

// Shared because one page goes to many connections at once while a newer one replaces it.
using SharedBytes = std::shared_ptr<const std::string>;

struct HttpResponse {
  int status = 200;
  HttpFields headers;  // without Content-Length, Connection and Date: the server writes these
  std::variant<std::string, SharedBytes, FileRange> body;

  void add(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
  }
};

uint64_t body_bytes_of(const HttpResponse& response);

// An answer that no cache keeps and no browser guesses about.
HttpResponse text_answer(int status, std::string_view content_type, std::string body);
HttpResponse json_answer(int status, std::string body);

// "Not Found"; "Status 599" for one without a name.
std::string phrase_of(int status);
// "Tue, 24 Nov 2026 05:07:09 GMT".
std::string format_http_date(Utc time);

// Status line and headers up to and including the empty line. Control characters in values become
// spaces, so no value can add a header of its own.
struct HeadOptions {
  bool keep_alive = true;
  bool length = true;  // false: the body ends with the connection
};

std::string head_of(const HttpResponse& response, HeadOptions options, Utc now);

}  // namespace gulou
