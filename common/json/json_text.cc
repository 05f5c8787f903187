#include "common/json/json_text.h"

#include "common/base/utf8.h"

#include <algorithm>

namespace gulou {
namespace {

void append_escape(std::string& out, unsigned char c) {
  constexpr char digits[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      out += "\\u00";
      out += digits[c >> 4];
      out += digits[c & 15];
  }
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  const char* const end = text.data() + text.size();
  const char* kept = text.data();  // start of what is copied as it is
  for (const char* at = kept; at < end;) {
    const auto c = static_cast<unsigned char>(*at);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      ++at;
      continue;
    }
    const size_t bytes = utf8_at(at, end).bytes;
    if (c >= 0x80 && bytes != 0) {
      at += bytes;
      continue;
    }
    out.append(kept, at);
    if (c >= 0x80) {
      out += "\uFFFD";
    } else {
      append_escape(out, c);
    }
    kept = ++at;
  }
  out.append(kept, end);
  out += '"';
}

// UTF-8 orders by code point. UTF-16 differs in one place: characters beyond U+FFFF (lead bytes
// from F0) are surrogates there and come before U+E000 to U+FFFF (lead bytes EE and EF).
bool utf16_less(std::string_view left, std::string_view right) {
  const auto [l, r] = std::ranges::mismatch(left, right);
  if (l == left.end() || r == right.end()) {
    return l == left.end() && r != right.end();
  }
  const auto a = static_cast<unsigned char>(*l);
  const auto b = static_cast<unsigned char>(*r);
  const bool swapped =
      (a >= 0xF0 && (b == 0xEE || b == 0xEF)) || (b >= 0xF0 && (a == 0xEE || a == 0xEF));
  return swapped ? a > b : a < b;
}

}  // namespace gulou
