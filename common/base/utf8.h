// UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF. One character at a
// time, inline, because every byte of every release passes through here several times. What is not
// UTF-8 is told from what is; the caller says what to do with it. Pure; any thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace gulou {

// A code point and how many bytes it took; bytes 0: what stands there is not UTF-8.
struct Utf8Char {
  char32_t point = 0;
  size_t bytes = 0;
};

// The character that starts at `at`; at < end.
constexpr Utf8Char utf8_at(const char* at, const char* end) {
  const auto byte = [at](ptrdiff_t i) { return static_cast<unsigned char>(at[i]); };
  const auto more = [&](ptrdiff_t i) { return (byte(i) & 0xC0) == 0x80; };
  const auto bits = [&](ptrdiff_t i) { return static_cast<char32_t>(byte(i) & 0x3F); };
  const ptrdiff_t left = end - at;
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    return {lead, 1};
  }
  if (lead >= 0xE0 && lead < 0xF0) {  // first: what Chinese is made of
    if (left < 3 || !more(1) || !more(2)) {
      return {};
    }
    const char32_t point = (static_cast<char32_t>(lead & 0x0F) << 12) | (bits(1) << 6) | bits(2);
    return point < 0x800 || (point >= 0xD800 && point < 0xE000) ? Utf8Char{} : Utf8Char{point, 3};
  }
  if (lead >= 0xC2 && lead < 0xE0) {
    if (left < 2 || !more(1)) {
      return {};
    }
    return {(static_cast<char32_t>(lead & 0x1F) << 6) | bits(1), 2};
  }
  if (lead >= 0xF0 && lead < 0xF5) {
    if (left < 4 || !more(1) || !more(2) || !more(3)) {
      return {};
    }
    const char32_t point =
        (static_cast<char32_t>(lead & 0x07) << 18) | (bits(1) << 12) | (bits(2) << 6) | bits(3);
    return point < 0x10000 || point > 0x10FFFF ? Utf8Char{} : Utf8Char{point, 4};
  }
  return {};
}

// Past the characters from U+1000 to U+CFFF that start at `at`, of three bytes each: what Chinese
// text is made of, none of it ever refused. Two at a time; the last may be left.
inline const char* past_common(const char* at, const char* end) {
  static_assert(std::endian::native == std::endian::little);
  const auto lead_is_common = [](char lead) { return static_cast<uint8_t>(lead - '\xE1') < 12; };
  for (; end - at >= 8; at += 6) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    if ((bytes & 0xC0C0F0C0C0F0) != 0x8080E08080E0 || !lead_is_common(at[0]) ||
        !lead_is_common(at[3])) {
      break;
    }
  }
  return at;
}

// Calls visit(point, offset) for each character; a byte that is no UTF-8 counts as U+FFFD.
template <class Visit>
constexpr void for_each_char(std::string_view text, Visit visit) {
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    const Utf8Char c = utf8_at(at, end);
    visit(c.bytes == 0 ? U'\uFFFD' : c.point, static_cast<size_t>(at - text.data()));
    at += c.bytes == 0 ? 1 : c.bytes;
  }
}

template <class String>
constexpr void append_utf8(String& out, char32_t point) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | (point >> 6));
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | (point >> 12));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | (point >> 18));
    put(0x80 | ((point >> 12) & 0x3F));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

}  // namespace gulou
