#include "adapters/portal/read_back.h"

#include "adapters/portal/site_body.h"
#include "common/base/utf8.h"
#include "common/html/plain.h"

#include <algorithm>
#include <charconv>

namespace gulou {
namespace {

constexpr size_t mark_chars = 40;

bool counts(char32_t c) {
  const bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const bool latin = c >= 0xC0 && c < 0x2000;
  const bool chinese =
      (c >= 0x3400 && c < 0xA000) || (c >= 0xF900 && c < 0xFB00) || (c >= 0x20000 && c < 0x30000);
  return letter || latin || chinese;
}

// "#8220", "#x4e2d": what it stands for; named ones are signs that do not count.
char32_t referenced(std::string_view name) {
  if (!name.starts_with('#')) {
    return U' ';
  }
  const bool hex = name.starts_with("#x") || name.starts_with("#X");
  const std::string_view digits = name.substr(hex ? 2 : 1);
  uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  return static_cast<char32_t>(value);
}

char32_t take_char(std::string_view& rest) {
  const Utf8Char c = utf8_at(rest.data(), rest.data() + rest.size());
  rest.remove_prefix(std::max<size_t>(1, c.bytes));
  return c.bytes == 0 ? U' ' : c.point;
}

void append_if_counts(std::string& out, char32_t c) {
  if (counts(c)) {
    append_utf8(out, c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  }
}

// Past "<script …>…</script>" and the like; else past the tag.
size_t end_of_tag(std::string_view html, size_t open) {
  for (const std::string_view name : {"script", "style", "head"}) {
    const std::string_view found = html.substr(open + 1, name.size());
    const bool same =
        std::ranges::equal(found, name, [](char a, char b) { return (a | 0x20) == b; });
    const size_t after = open + 1 + name.size();
    if (same && after < html.size() && (html[after] == '>' || html[after] == ' ')) {
      const size_t close = html.find("</" + std::string(name), after);
      return close == std::string_view::npos ? html.size() : close;
    }
  }
  const size_t end = html.find('>', open);
  return end == std::string_view::npos ? html.size() : end + 1;
}

}  // namespace

std::string essence(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    append_if_counts(out, take_char(text));
  }
  return out;
}

std::string page_essence(std::string_view html) {
  std::string out;
  size_t at = 0;
  while (at < html.size()) {
    if (html[at] == '<') {
      at = std::max(at + 1, end_of_tag(html, at));
      continue;
    }
    const size_t end = html[at] == '&' ? html.find(';', at) : std::string_view::npos;
    constexpr size_t reference_bytes_max = 10;
    if (end != std::string_view::npos && end - at <= reference_bytes_max) {
      append_if_counts(out, referenced(html.substr(at + 1, end - at - 1)));
      at = end + 1;
      continue;
    }
    std::string_view rest = html.substr(at);
    append_if_counts(out, take_char(rest));
    at = html.size() - rest.size();
  }
  return out;
}

std::string body_mark(const Release& release) {
  const auto body = site_body(release.body, "/");
  std::string text = body ? plain_text(body->html) : std::string();
  if (release.reply) {
    text = release.reply->answer + "\n" + text;
  }
  if (release.service_guide) {
    text = release.service_guide->conditions + "\n" + text;
  }
  // A table's first cells may stand apart on another page, so one line is enough.
  std::string mark;
  for (const std::string& line : lines_of(text)) {
    const std::string candidate = essence(line.substr(0, line.find('\t')));
    mark = candidate.size() > mark.size() ? candidate : mark;
    if (mark.size() >= mark_chars) {
      break;
    }
  }
  std::string_view rest = mark;
  for (size_t taken = 0; taken < mark_chars && !rest.empty(); ++taken) {
    take_char(rest);
  }
  return mark.substr(0, mark.size() - rest.size());
}

Result<std::string> ReadBack::page(const std::string& url) {
  HttpCall call;
  call.url = url;
  const HttpAnswer answer = TRY(client_.call(call));
  if (answer.status != 200) {
    return fail(
        ErrorCode::unavailable, "read_back_status", "url", {url, std::to_string(answer.status)});
  }
  return answer.body;
}

Status ReadBack::shows_note(const std::string& note, const std::string& url) {
  const std::string text = page_essence(TRY(page(url)));
  if (text.find(essence(note)) == std::string::npos) {
    return fail(ErrorCode::unavailable, "read_back_banner_missing", "url", {url});
  }
  return {};
}

Status ReadBack::shows(const Release& release, const std::string& url, std::string_view sign) {
  const std::string html = TRY(page(url));
  const std::string text = page_essence(html);
  if (text.find(essence(release.title)) == std::string::npos) {
    return fail(ErrorCode::unavailable, "read_back_title_missing", "url", {url});
  }
  if (text.find(body_mark(release)) == std::string::npos || html.find(sign) == std::string::npos) {
    return fail(ErrorCode::unavailable, "read_back_body_missing", "url", {url});
  }
  return {};
}

Status ReadBack::gone(const std::string& url) {
  HttpCall call;
  call.url = url;
  const HttpAnswer answer = TRY(client_.call(call));
  const bool says_so = !gone_text_.empty() &&
                       page_essence(answer.body).find(essence(gone_text_)) != std::string::npos;
  if (answer.status != 410 && answer.status != 404 && !says_so) {
    return fail(
        ErrorCode::unavailable, "read_back_not_gone", "url", {url, std::to_string(answer.status)});
  }
  return {};
}

}  // namespace gulou
