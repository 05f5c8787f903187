#include "common/http/client.h"

#include "common/base/check.h"

#include <algorithm>
#include <array>

#include <curl/curl.h>

namespace gulou {

namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void start_library_once() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(started == CURLE_OK);
}

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// What arrives, counted while it arrives.
struct Receiver {
  HttpAnswer answer;
  size_t bytes_max = 0;
  size_t header_bytes = 0;
  bool too_large = false;

  bool take_header(std::string_view line) {
    if (line.starts_with("HTTP/")) {  // of a redirect or "100 Continue" before, forget what came
      answer.headers.clear();
      answer.body.clear();
    }
    header_bytes += line.size();
    const size_t colon = line.find(':');
    if (header_bytes > limits::http_client_header_bytes_max) {
      too_large = true;
      return false;
    }
    if (colon != std::string_view::npos && !line.starts_with("HTTP/")) {
      std::string name(line.substr(0, colon));
      std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
      answer.headers.emplace_back(std::move(name), trim(line.substr(colon + 1)));
    }
    return true;
  }

  bool take_body(std::string_view bytes) {
    too_large = too_large || answer.body.size() + bytes.size() > bytes_max;
    if (!too_large) {
      answer.body += bytes;
    }
    return !too_large;
  }
};

size_t on_header(char* data, size_t size, size_t count, void* receiver) {
  const size_t bytes = size * count;
  return static_cast<Receiver*>(receiver)->take_header({data, bytes}) ? bytes : 0;
}

size_t on_body(char* data, size_t size, size_t count, void* receiver) {
  const size_t bytes = size * count;
  return static_cast<Receiver*>(receiver)->take_body({data, bytes}) ? bytes : 0;
}

// A proxy from the environment is for the world, not for this machine.
bool is_loopback(const std::string& url) {
  const std::unique_ptr<CURLU, FreeUrl> parsed(curl_url());
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    return false;
  }
  char* host = nullptr;
  if (curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK) {
    return false;
  }
  const std::string name(host);
  curl_free(host);
  return name == "localhost" || name == "[::1]" || name.starts_with("127.");
}

HeaderList header_list(const HttpFields& headers) {
  HeaderList list;
  const auto append = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    CHECK(longer != nullptr);
    static_cast<void>(list.release());
    list.reset(longer);
  };
  append("Expect:");  // our servers refuse early without being asked
  for (const auto& [name, value] : headers) {
    std::string line = name;
    line.append(value.empty() ? ";" : ": ").append(value);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
    append(line);
  }
  return list;
}

bool is_sent(CURL* curl) {
  long request_bytes = 0;
  curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &request_bytes);
  return request_bytes > 0;
}

tl::unexpected<Error> failure(CURL* curl, CURLcode code, const char* words, const HttpCall& call) {
  const std::string why = *words != '\0' ? words : curl_easy_strerror(code);
  switch (static_cast<int>(code)) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return fail(ErrorCode::invalid_argument, "url_invalid", {}, {call.url});
    case CURLE_TOO_MANY_REDIRECTS:
      return fail(ErrorCode::refused, "http_redirects_too_many", {}, {call.url});
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return fail(ErrorCode::refused, "http_tls_untrusted", {}, {call.url, why});
    default:
      break;
  }
  if (is_sent(curl)) {
    return fail(ErrorCode::timed_out, "http_no_answer", {}, {call.url, why});
  }
  return fail(ErrorCode::unavailable, "http_connect_failed", {}, {call.url, why});
}

}  // namespace

struct HttpClient::Handle {
  CURL* curl = nullptr;
  HttpClientOptions options;
  std::array<char, CURL_ERROR_SIZE> words{};

  explicit Handle(HttpClientOptions chosen) : options(std::move(chosen)) {
    start_library_once();
    curl = curl_easy_init();
    CHECK(curl != nullptr);
  }

  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  Handle(Handle&&) = delete;
  Handle& operator=(Handle&&) = delete;

  ~Handle() { curl_easy_cleanup(curl); }

  void set(CURLoption option, auto value) {
    CHECK(curl_easy_setopt(curl, option, value) == CURLE_OK);
  }

  void prepare(const HttpCall& call);
};

// Everything of the last call is forgotten but the connection.
void HttpClient::Handle::prepare(const HttpCall& call) {
  const bool reading = call.method == "GET" || call.method == "HEAD";
  curl_easy_reset(curl);
  words.fill('\0');
  set(CURLOPT_ERRORBUFFER, words.data());
  set(CURLOPT_URL, call.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(call.timeout_ms));
  set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::min(call.timeout_ms, limits::http_client_connect_ms_max)));
  set(CURLOPT_FOLLOWLOCATION, reading ? 1L : 0L);
  set(CURLOPT_MAXREDIRS, static_cast<long>(limits::http_client_redirects_max));
  set(CURLOPT_FRESH_CONNECT, reading || call.repeatable ? 0L : 1L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  if (is_loopback(call.url)) {
    set(CURLOPT_NOPROXY, "*");
  }
  if (!options.ca_file.empty()) {
    set(CURLOPT_CAINFO, options.ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  }
  if (call.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (call.method != "GET" || !call.body.empty()) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    set(CURLOPT_POSTFIELDS, call.body.c_str());
    set(CURLOPT_CUSTOMREQUEST, call.method.c_str());
  }
}

std::string_view HttpAnswer::header(std::string_view name) const {
  for (const auto& [field, value] : headers) {
    if (field == name) {
      return value;
    }
  }
  return {};
}

HttpClient::HttpClient(HttpClientOptions options)
    : handle_(std::make_unique<Handle>(std::move(options))) {}

HttpClient::HttpClient(HttpClient&& other) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&& other) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpAnswer> HttpClient::call(const HttpCall& call) {
  Handle& handle = *handle_;
  Receiver receiver{.bytes_max = call.bytes_max};
  const HeaderList headers = header_list(call.headers);
  handle.prepare(call);
  handle.set(CURLOPT_HTTPHEADER, headers.get());
  handle.set(CURLOPT_HEADERFUNCTION, &on_header);
  handle.set(CURLOPT_HEADERDATA, &receiver);
  handle.set(CURLOPT_WRITEFUNCTION, &on_body);
  handle.set(CURLOPT_WRITEDATA, &receiver);
  const CURLcode code = curl_easy_perform(handle.curl);
  if (receiver.too_large) {
    return fail(ErrorCode::exhausted,
                "http_answer_too_large",
                {},
                {call.url, std::to_string(call.bytes_max)});
  }
  if (code != CURLE_OK) {
    return failure(handle.curl, code, handle.words.data(), call);
  }
  long status = 0;
  curl_easy_getinfo(handle.curl, CURLINFO_RESPONSE_CODE, &status);
  receiver.answer.status = static_cast<int>(status);
  return std::move(receiver.answer);
}

}  // namespace gulou
