#include "common/http/message.h"

#include <array>
#include <ctime>

#include <unistd.h>

namespace gulou {

namespace {

struct Phrase {
  int status;
  std::string_view words;
};

constexpr auto phrases = std::to_array<Phrase>({
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
});

void append_clean(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += (byte < 0x20 && c != '\t') || byte == 0x7f ? ' ' : c;
  }
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  append_clean(out, name);
  out += ": ";
  append_clean(out, value);
  out += "\r\n";
}

bool has_no_body(int status) {
  return status < 200 || status == 204 || status == 304;
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& [field, value] : headers) {
    if (field == name) {
      return value;
    }
  }
  return {};
}

std::optional<std::string_view> HttpRequest::parameter(std::string_view name) const {
  for (const auto& [field, value] : query) {
    if (field == name) {
      return value;
    }
  }
  return std::nullopt;
}

OpenFile::~OpenFile() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

uint64_t body_bytes_of(const HttpResponse& response) {
  if (has_no_body(response.status)) {
    return 0;
  }
  if (const auto* text = std::get_if<std::string>(&response.body)) {
    return text->size();
  }
  if (const auto* shared = std::get_if<SharedBytes>(&response.body)) {
    return *shared ? (*shared)->size() : 0;
  }
  return std::get<FileRange>(response.body).bytes;
}

HttpResponse text_answer(int status, std::string_view content_type, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", std::string(content_type)},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}},
          .body = std::move(body)};
}

HttpResponse json_answer(int status, std::string body) {
  return text_answer(status, "application/json", std::move(body));
}

std::string phrase_of(int status) {
  for (const Phrase& phrase : phrases) {
    if (phrase.status == status) {
      return std::string(phrase.words);
    }
  }
  return "Status " + std::to_string(status);
}

std::string format_http_date(Utc time) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = time.ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  // Names by hand: strftime would follow the locale.
  const size_t length =
      std::strftime(text.data(), text.size(), "???, %d @@@ %Y %H:%M:%S GMT", &parts);
  std::string date(text.data(), length);
  date.replace(0, 3, days.at(static_cast<size_t>(parts.tm_wday)));
  date.replace(8, 3, months.at(static_cast<size_t>(parts.tm_mon)));
  return date;
}

std::string head_of(const HttpResponse& response, HeadOptions options, Utc now) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += phrase_of(response.status) + "\r\n";
  append_header(head, "Date", format_http_date(now));
  append_header(head, "Connection", options.keep_alive ? "keep-alive" : "close");
  if (options.length && !has_no_body(response.status)) {
    append_header(head, "Content-Length", std::to_string(body_bytes_of(response)));
  }
  for (const auto& [name, value] : response.headers) {
    append_header(head, name, value);
  }
  head += "\r\n";
  return head;
}

}  // namespace gulou
