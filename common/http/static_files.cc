#include "common/http/static_files.h"

#include "common/http/url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

namespace gulou {

namespace {

struct Type {
  std::string_view ending;
  std::string_view type;
};

constexpr auto types = std::to_array<Type>({
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
    {".xml", "application/xml"},
    {".atom", "application/atom+xml"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".webmanifest", "application/manifest+json"},
    {".mp4", "video/mp4"},
    {".pdf", "application/pdf"},
    {".ofd", "application/ofd"},
    {".doc", "application/msword"},
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".xls", "application/vnd.ms-excel"},
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {".wps", "application/vnd.ms-works"},
    {".et", "application/vnd.ms-excel"},
    {".zip", "application/zip"},
});

std::string hex(uint64_t number) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return {digits.data(), end};
}

std::optional<uint64_t> number_in(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

HttpResponse plain(int status) {
  return text_answer(
      status, "text/plain; charset=utf-8", std::to_string(status) + " " + phrase_of(status) + "\n");
}

std::optional<HttpResponse> refuse_method(const HttpRequest& request) {
  if (request.method == "GET" || request.method == "HEAD") {
    return std::nullopt;
  }
  HttpResponse response = plain(405);
  response.add("Allow", "GET, HEAD");
  return response;
}

// The decoded names of a path; nothing for one that could lead elsewhere. "/a/" is {"a", ""}.
std::optional<std::vector<std::string>> names_of(std::string_view path) {
  std::vector<std::string> names;
  if (!path.starts_with('/')) {
    return std::nullopt;
  }
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    auto name = percent_decode(segment);
    const bool last = path.empty();
    if (!name || name->find_first_of("/\\") != std::string::npos || name->starts_with('.') ||
        (name->empty() && !last)) {
      return std::nullopt;
    }
    names.push_back(std::move(*name));
  }
  return names;
}

// Opens step by step, so that no symbolic link below the root is ever followed.
OpenFile open_below(const std::string& root, const std::vector<std::string>& names) {
  OpenFile at(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (size_t i = 0; i < names.size() && at; ++i) {
    const int kind = i + 1 < names.size() ? O_PATH | O_DIRECTORY : O_RDONLY | O_NONBLOCK;
    at = OpenFile(::openat(at.fd(), names[i].c_str(), kind | O_NOFOLLOW | O_CLOEXEC));
  }
  return at;
}

struct Span {
  uint64_t offset = 0;
  uint64_t bytes = 0;
};

// The one range of a Range header that we understand: "bytes=0-499", "bytes=500-", "bytes=-500".
std::optional<Span> range_in(std::string_view header, uint64_t size) {
  static constexpr std::string_view unit = "bytes=";
  const size_t dash = header.find('-');
  if (!header.starts_with(unit) || dash == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view first = header.substr(unit.size(), dash - unit.size());
  const std::string_view last = header.substr(dash + 1);
  if (first.empty()) {
    const auto count = number_in(last);
    if (!count) {
      return std::nullopt;
    }
    return Span{.offset = size - std::min(*count, size), .bytes = std::min(*count, size)};
  }
  const auto from = number_in(first);
  const auto to = last.empty() ? std::optional<uint64_t>(UINT64_MAX - 1) : number_in(last);
  if (!from || !to || *to < *from) {
    return std::nullopt;
  }
  if (*from >= size) {
    return Span{};
  }
  return Span{.offset = *from, .bytes = std::min(*to + 1, size) - *from};
}

bool matches(std::string_view list, const std::string& etag) {
  return list == "*" || list.find(etag) != std::string_view::npos;
}

// Everything about an answer but its body. Sets 304, 206 or 416; `span` says what of the body to
// send.
HttpResponse prepare(const HttpRequest& request,
                     std::string_view name,
                     const std::string& etag,
                     const SitePolicy& policy,
                     Span& span) {
  const uint64_t size = span.bytes;
  const std::string_view type = content_type_of(name);
  HttpResponse response;
  response.add("ETag", etag);
  response.add("Cache-Control", policy.cache_control);
  response.add("Content-Type", std::string(type));
  response.add("X-Content-Type-Options", "nosniff");
  response.add("Referrer-Policy", "same-origin");
  if (type.starts_with("text/html") || type.ends_with("xml")) {
    response.add("Content-Security-Policy", policy.content_security);
    response.add("Cross-Origin-Opener-Policy", "same-origin");
  }
  if (matches(request.header("if-none-match"), etag)) {
    response.status = 304;
    span = {};
    return response;
  }
  response.add("Accept-Ranges", "bytes");
  const std::string_view condition = request.header("if-range");
  const auto range = range_in(request.header("range"), size);
  if (!range || (!condition.empty() && condition != etag)) {
    return response;
  }
  span = *range;
  response.status = span.bytes == 0 ? 416 : 206;
  const std::string part = span.bytes == 0 ? "*"
                                           : std::to_string(span.offset) + "-" +
                                                 std::to_string(span.offset + span.bytes - 1);
  response.add("Content-Range", "bytes " + part + "/" + std::to_string(size));
  return response;
}

HttpResponse redirect_to_folder(std::string_view path) {
  // A relative reference: the last name again, with its slash. Cannot lead to another host.
  HttpResponse response = plain(301);
  response.add("Location", "./" + std::string(path.substr(path.rfind('/') + 1)) + "/");
  return response;
}

}  // namespace

std::string_view content_type_of(std::string_view name) {
  for (const Type& type : types) {
    if (name.size() > type.ending.size() &&
        std::equal(type.ending.rbegin(), type.ending.rend(), name.rbegin(), [](char a, char b) {
          return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
        })) {
      return type.type;
    }
  }
  return "application/octet-stream";
}

HttpResponse file_answer(const HttpRequest& request,
                         const std::string& root,
                         const SitePolicy& policy) {
  return file_answer(request, root, request.path, policy);
}

HttpResponse file_answer(const HttpRequest& request,
                         const std::string& root,
                         std::string_view path,
                         const SitePolicy& policy) {
  if (auto refused = refuse_method(request)) {
    return std::move(*refused);
  }
  auto names = names_of(path);
  if (!names) {
    return plain(404);
  }
  if (names->back().empty()) {
    names->back() = "index.html";
  }
  OpenFile file = open_below(root, *names);

  struct stat status {};

  if (!file || ::fstat(file.fd(), &status) != 0) {
    return plain(404);
  }
  if (S_ISDIR(status.st_mode)) {
    return redirect_to_folder(path);
  }
  if (!S_ISREG(status.st_mode)) {
    return plain(404);
  }
  const auto nanoseconds = static_cast<uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
                           static_cast<uint64_t>(status.st_mtim.tv_nsec);
  const std::string etag = "\"" + hex(nanoseconds) + "-" +
                           hex(static_cast<uint64_t>(status.st_ino)) + "-" +
                           hex(static_cast<uint64_t>(status.st_size)) + "\"";
  Span span{.bytes = static_cast<uint64_t>(status.st_size)};
  HttpResponse response = prepare(request, names->back(), etag, policy, span);
  response.body = FileRange{.file = std::move(file), .offset = span.offset, .bytes = span.bytes};
  return response;
}

HttpResponse bytes_answer(const HttpRequest& request,
                          SharedBytes bytes,
                          std::string_view name,
                          const SitePolicy& policy) {
  if (auto refused = refuse_method(request)) {
    return std::move(*refused);
  }
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: tells versions apart, promises nothing more
  for (const char c : *bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  Span span{.bytes = bytes->size()};
  const std::string etag = "\"" + hex(hash) + "-" + hex(bytes->size()) + "\"";
  HttpResponse response = prepare(request, name, etag, policy, span);
  if (span.bytes == bytes->size()) {
    response.body = std::move(bytes);
  } else {
    response.body = bytes->substr(span.offset, span.bytes);
  }
  return response;
}

}  // namespace gulou
