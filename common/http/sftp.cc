#include "common/http/sftp.h"

#include "common/base/check.h"
#include "common/http/url.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include <curl/curl.h>

namespace gulou {
namespace {

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }

  void operator()(curl_slist* list) const { curl_slist_free_all(list); }

  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

using Commands = std::unique_ptr<curl_slist, FreeCurl>;

void set(CURL* curl, CURLoption option, auto value) {
  CHECK(curl_easy_setopt(curl, option, value) == CURLE_OK);
}

void append(Commands& list, const std::string& command) {
  curl_slist* longer = curl_slist_append(list.get(), command.c_str());
  CHECK(longer != nullptr);
  static_cast<void>(list.release());
  list.reset(longer);
}

std::string without_slash(std::string text) {
  while (text.ends_with('/')) {
    text.pop_back();
  }
  return text;
}

// "/in/gulou" of "sftp://host:22/in/gulou".
std::string directory_of(const std::string& url) {
  const std::unique_ptr<CURLU, FreeCurl> parsed(curl_url());
  char* path = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_PATH, &path, CURLU_URLDECODE) != CURLUE_OK) {
    return {};
  }
  std::string directory(path);
  curl_free(path);
  return without_slash(directory);
}

// A path as curl's commands read it.
std::string quoted(const std::string& path) {
  std::string text = "\"";
  for (const char c : path) {
    text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  return text + "\"";
}

struct Outgoing {
  std::string_view rest;
};

size_t on_read(char* to, size_t size, size_t count, void* outgoing) {
  std::string_view& rest = static_cast<Outgoing*>(outgoing)->rest;
  const size_t bytes = std::min(size * count, rest.size());
  std::memcpy(to, rest.data(), bytes);
  rest.remove_prefix(bytes);
  return bytes;
}

tl::unexpected<Error> failure(CURLcode code, const char* words, const SftpServer& server) {
  const std::string why = *words != '\0' ? words : curl_easy_strerror(code);
  switch (static_cast<int>(code)) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return fail(
          ErrorCode::refused, "sftp_host_unknown", {}, {server.url, server.known_hosts, why});
    case CURLE_LOGIN_DENIED:
    case CURLE_SSL_CERTPROBLEM:
      return fail(ErrorCode::refused, "sftp_login_refused", {}, {server.url, server.user, why});
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
      return fail(ErrorCode::unavailable, "sftp_connect_failed", {}, {server.url, why});
    default:
      return fail(ErrorCode::unavailable, "sftp_refused", {}, {server.url, why});
  }
}

void prepare(CURL* curl, const SftpServer& server) {
  set(curl, CURLOPT_PROTOCOLS_STR, "sftp");
  set(curl, CURLOPT_NOSIGNAL, 1L);
  set(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(server.timeout_ms));
  set(curl,
      CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::min(server.timeout_ms, limits::http_client_connect_ms_max)));
  set(curl, CURLOPT_PROXY, "");  // a proxy for the web knows nothing of SSH
  set(curl, CURLOPT_USERNAME, server.user.c_str());
  set(curl, CURLOPT_SSH_AUTH_TYPES, static_cast<long>(CURLSSH_AUTH_PUBLICKEY));
  set(curl, CURLOPT_SSH_PRIVATE_KEYFILE, server.key_file.c_str());
  set(curl, CURLOPT_SSH_KNOWNHOSTS, server.known_hosts.c_str());
  set(curl, CURLOPT_FTP_CREATE_MISSING_DIRS, 1L);
}

Status perform(CURL* curl, const SftpServer& server) {
  std::array<char, CURL_ERROR_SIZE> words{};
  set(curl, CURLOPT_ERRORBUFFER, words.data());
  const CURLcode code = curl_easy_perform(curl);
  return code == CURLE_OK ? Status() : failure(code, words.data(), server);
}

std::unique_ptr<CURL, FreeCurl> make_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(started == CURLE_OK);
  std::unique_ptr<CURL, FreeCurl> curl(curl_easy_init());
  CHECK(curl != nullptr);
  return curl;
}

}  // namespace

Status sftp_put(const SftpServer& server, const std::string& name, std::string_view bytes) {
  const auto curl = make_curl();
  const std::string directory = directory_of(server.url);
  const std::string coming = "." + name + ".part";
  const std::string url = without_slash(server.url) + "/" + percent_encode(coming);
  Outgoing outgoing{bytes};
  Commands after;
  append(after, "*rm " + quoted(directory + "/" + name));  // "*": it need not be there
  append(after,
         "rename " + quoted(directory + "/" + coming) + " " + quoted(directory + "/" + name));
  prepare(curl.get(), server);
  set(curl.get(), CURLOPT_URL, url.c_str());
  set(curl.get(), CURLOPT_UPLOAD, 1L);
  set(curl.get(), CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(bytes.size()));
  set(curl.get(), CURLOPT_READFUNCTION, &on_read);
  set(curl.get(), CURLOPT_READDATA, &outgoing);
  set(curl.get(), CURLOPT_POSTQUOTE, after.get());
  return perform(curl.get(), server);
}

Status sftp_remove(const SftpServer& server, const std::string& name) {
  const auto curl = make_curl();
  Commands commands;
  append(commands, "*rm " + quoted(directory_of(server.url) + "/" + name));
  const std::string url = without_slash(server.url) + "/";
  prepare(curl.get(), server);
  set(curl.get(), CURLOPT_URL, url.c_str());
  set(curl.get(), CURLOPT_NOBODY, 1L);
  set(curl.get(), CURLOPT_QUOTE, commands.get());
  return perform(curl.get(), server);
}

}  // namespace gulou
