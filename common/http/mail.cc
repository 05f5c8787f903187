#include "common/http/mail.h"

#include "common/base/base64.h"
#include "common/base/check.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include <curl/curl.h>

namespace gulou {
namespace {

constexpr std::string_view end_of_line = "\r\n";

// Words of a header that hold at most 45 bytes of whole characters each (RFC 2047: 75 in all).
std::string header_words(std::string_view text) {
  constexpr size_t word_bytes_max = 45;
  std::string out;
  while (!text.empty()) {
    size_t size = std::min(text.size(), word_bytes_max);
    while (size < text.size() && size > 0 && (static_cast<uint8_t>(text[size]) & 0xC0U) == 0x80U) {
      --size;
    }
    out += (out.empty() ? "" : "\r\n ") + ("=?UTF-8?B?" + to_base64(text.substr(0, size)) + "?=");
    text.remove_prefix(size);
  }
  return out;
}

// "Tue, 24 Nov 2026 05:07:09 +0000"
std::string mail_date(Utc at) {
  constexpr std::array<std::string_view, 7> days{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  constexpr std::array<std::string_view, 12> months{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr int64_t day_ms = 24LL * 3600 * 1000;
  const std::string utc = format_utc(at);  // 2026-11-24T05:07:09Z
  const size_t month = static_cast<size_t>((utc[5] - '0') * 10 + utc[6] - '0') - 1;
  std::string out(days.at(static_cast<size_t>(at.ms / day_ms % 7)));
  return out.append(", ")
      .append(utc, 8, 2)
      .append(" ")
      .append(months.at(month))
      .append(" ")
      .append(utc, 0, 4)
      .append(" ")
      .append(utc, 11, 8)
      .append(" +0000");
}

std::string_view host_of(std::string_view address) {
  return address.substr(address.find('@') + 1);
}

struct Outgoing {
  std::string text;
  size_t sent = 0;
};

size_t on_read(char* data, size_t size, size_t count, void* given) {
  auto& outgoing = *static_cast<Outgoing*>(given);
  const size_t bytes = std::min(size * count, outgoing.text.size() - outgoing.sent);
  outgoing.text.copy(data, bytes, outgoing.sent);
  outgoing.sent += bytes;
  return bytes;
}

bool is_this_machine(std::string_view url) {
  const std::string_view host = url.substr(url.find("://") + 3);
  return host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
}

tl::unexpected<Error> failure(CURLcode code,
                              const std::string& why,
                              long answer,
                              const MailServer& server) {
  switch (static_cast<int>(code)) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return fail(ErrorCode::unavailable, "mail_connect_failed", {}, {server.url, why});
    case CURLE_LOGIN_DENIED:
      return fail(ErrorCode::refused, "mail_login_refused", {}, {server.url, server.user});
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_USE_SSL_FAILED:
      return fail(ErrorCode::refused, "http_tls_untrusted", {}, {server.url, why});
    default:
      break;
  }
  constexpr long first_refusal = 400;
  if (answer >= first_refusal) {
    return fail(ErrorCode::refused, "mail_refused", {}, {server.url, std::to_string(answer), why});
  }
  return fail(ErrorCode::timed_out, "mail_unclear", {}, {server.url, why});
}

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }

  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

void set(CURL* curl, CURLoption option, auto value) {
  CHECK(curl_easy_setopt(curl, option, value) == CURLE_OK);
}

void prepare(CURL* curl, const MailServer& server) {
  set(curl, CURLOPT_URL, server.url.c_str());
  set(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(curl, CURLOPT_NOSIGNAL, 1L);
  set(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(server.timeout_ms));
  set(curl,
      CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::min(server.timeout_ms, limits::http_client_connect_ms_max)));
  const bool local = is_this_machine(server.url);
  if (local) {
    set(curl, CURLOPT_NOPROXY, "*");
  }
  set(curl,
      CURLOPT_USE_SSL,
      static_cast<long>(server.user.empty() || local ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  if (!server.ca_file.empty()) {
    set(curl, CURLOPT_CAINFO, server.ca_file.c_str());
    set(curl, CURLOPT_CAPATH, static_cast<char*>(nullptr));
  }
  if (!server.user.empty()) {
    set(curl, CURLOPT_USERNAME, server.user.c_str());
    set(curl, CURLOPT_PASSWORD, server.password.c_str());
  }
}

}  // namespace

std::string mail_text(const Mail& mail) {
  constexpr size_t line_bytes = 76;
  std::string out;
  const auto header = [&out](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append(end_of_line);
  };
  header("Date", mail_date(mail.at));
  header("From", "<" + mail.from + ">");
  header("To", "<" + mail.to + ">");
  header("Message-ID", "<" + mail.id + "@" + std::string(host_of(mail.from)) + ">");
  header("Subject", header_words(mail.subject));
  header("MIME-Version", "1.0");
  header("Auto-Submitted", "auto-generated");
  const auto encoded = [&](std::string_view bytes) {
    header("Content-Transfer-Encoding", "base64");
    out += end_of_line;
    const std::string body = to_base64(bytes);
    for (size_t at = 0; at < body.size(); at += line_bytes) {
      out.append(body, at, line_bytes).append(end_of_line);
    }
  };
  if (mail.attachment_name.empty()) {
    header("Content-Type", "text/plain; charset=utf-8");
    encoded(mail.text);
    return out;
  }
  // Base64 has no "-", so nothing within a part can look like the boundary.
  const std::string boundary = "--gulou-" + mail.id;
  header("Content-Type", "multipart/mixed; boundary=\"" + boundary + "\"");
  out.append(end_of_line).append("--").append(boundary).append(end_of_line);
  header("Content-Type", "text/plain; charset=utf-8");
  encoded(mail.text);
  out.append("--").append(boundary).append(end_of_line);
  header("Content-Type", "application/octet-stream");
  header("Content-Disposition", "attachment; filename=\"" + mail.attachment_name + "\"");
  encoded(mail.attachment);
  return out.append("--").append(boundary).append("--").append(end_of_line);
}

Status send_mail(const MailServer& server, const Mail& mail) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(started == CURLE_OK);
  const std::unique_ptr<CURL, FreeCurl> curl(curl_easy_init());
  CHECK(curl != nullptr);
  std::array<char, CURL_ERROR_SIZE> words{};
  Outgoing outgoing{mail_text(mail)};
  const std::string from = "<" + mail.from + ">";
  const std::unique_ptr<curl_slist, FreeCurl> to(
      curl_slist_append(nullptr, ("<" + mail.to + ">").c_str()));
  CHECK(to != nullptr);
  prepare(curl.get(), server);
  set(curl.get(), CURLOPT_ERRORBUFFER, words.data());
  set(curl.get(), CURLOPT_MAIL_FROM, from.c_str());
  set(curl.get(), CURLOPT_MAIL_RCPT, to.get());
  set(curl.get(), CURLOPT_UPLOAD, 1L);
  set(curl.get(), CURLOPT_READFUNCTION, &on_read);
  set(curl.get(), CURLOPT_READDATA, &outgoing);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) {
    long answer = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer);
    return failure(
        code, words.front() != '\0' ? words.data() : curl_easy_strerror(code), answer, server);
  }
  return {};
}

}  // namespace gulou
