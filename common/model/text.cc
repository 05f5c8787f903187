#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/model/checks.h"

#include <algorithm>

namespace gulou {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string code_point(char32_t point) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string text;
  for (int shift = point > 0xFFFF ? 20 : 12; shift >= 0; shift -= 4) {
    text += digits[(point >> shift) & 15];
  }
  return "U+" + text.erase(0, text.size() > 4 && text[0] == '0' ? 1 : 0);
}

bool is_plain(char32_t point) {
  return (point >= 0x20 && point < 0x7F) || (point >= 0xA0 && point < 0xD800) || point == '\n' ||
         point == '\t';
}

// The reason a character may not stand in a release, or nothing.
const char* reason_against(char32_t point) {
  if (point < 0x20 || (point >= 0x7F && point < 0xA0)) {
    return "text_control_character";
  }
  if (point == 0xFFFD) {
    return "text_replacement_character";
  }
  if ((point >= 0xE000 && point < 0xF900) || point >= 0xF0000) {
    return "text_private_use";
  }
  if ((point & 0xFFFE) == 0xFFFE || (point >= 0xFDD0 && point < 0xFDF0)) {
    return "text_noncharacter";
  }
  return nullptr;
}

}  // namespace

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= limits::id_bytes_max &&
         std::ranges::all_of(text, [](char c) {
           return is_letter_or_digit(c) || c == '.' || c == '_' || c == ':' || c == '-';
         });
}

size_t char_count(std::string_view utf8) {
  size_t count = 0;
  for_each_char(utf8, [&count](char32_t, size_t) { ++count; });
  return count;
}

Status check_text(std::string_view utf8, std::string_view field) {
  const char* const end = utf8.data() + utf8.size();
  size_t position = 1;
  for (const char* at = utf8.data();; ++position) {
    for (; at < end && *at >= ' ' && *at < '\x7F'; ++at) {
      ++position;
    }
    const char* const common = at;
    at = past_common(at, end);
    position += static_cast<size_t>(at - common) / 3;
    if (at == end) {
      return {};
    }
    const Utf8Char c = utf8_at(at, end);
    if (c.bytes == 0) [[unlikely]] {
      return fail(
          ErrorCode::invalid_argument,
          "text_not_utf8",
          std::string(field),
          {code_point(static_cast<unsigned char>(*at)).substr(4), std::to_string(position)});
    }
    if (!is_plain(c.point)) [[unlikely]] {
      if (const char* const reason = reason_against(c.point)) {
        return fail(ErrorCode::invalid_argument,
                    reason,
                    std::string(field),
                    {code_point(c.point), std::to_string(position)});
      }
    }
    at += c.bytes;
  }
}

}  // namespace gulou
