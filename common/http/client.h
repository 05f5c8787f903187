// HttpClient asks one HTTP server at a time and waits for the answer, bounded in time and size. For
// the CLI, adapters and read-back; one object per thread, it keeps its connection between calls.
// http and https only. An Error says whether the request may have taken effect: `unavailable` means
// it was never sent, `timed_out` means nobody knows. Door to libcurl: client.cc.
#pragma once

#include "common/base/limits.h"
#include "common/base/result.h"
#include "common/http/message.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gulou {

struct HttpCall {
  std::string method = "GET";
  std::string url;
  HttpFields headers;
  std::string body;
  int64_t timeout_ms = limits::http_client_ms_default;
  size_t bytes_max = limits::http_client_answer_bytes_default;
  // Sending it twice does no more than once. Other calls never reuse a connection, since a request
  // lost on one that was closing would be sent again without asking.
  bool repeatable = false;  // GET and HEAD always are
};

struct HttpAnswer {
  int status = 0;
  HttpFields headers;  // names in lower case; of the last answer if there were redirects
  std::string body;

  std::string_view header(std::string_view name) const;
};

struct HttpClientOptions {
  std::string ca_file;  // PEM, trusted in place of the system's; empty: the system's
};

class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options = {});
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  HttpClient(HttpClient&& other) noexcept;
  HttpClient& operator=(HttpClient&& other) noexcept;
  ~HttpClient();

  // Any status is an answer. Errors: invalid_argument url_invalid; unavailable http_connect_failed;
  // timed_out http_no_answer; exhausted http_answer_too_large; refused http_tls_untrusted,
  // http_redirects_too_many. GET and HEAD follow redirects.
  Result<HttpAnswer> call(const HttpCall& call);

 private:
  struct Handle;

  std::unique_ptr<Handle> handle_;
};

}  // namespace gulou
