// Base64 of RFC 4648, with padding: as mail bodies and headers and the signatures of platforms want
// it. Header only, pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gulou {

inline std::string to_base64(std::string_view bytes) {
  constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    uint32_t three = 0;
    for (size_t i = 0; i < 3; ++i) {
      three <<= 8U;
      three |= at + i < bytes.size() ? static_cast<uint8_t>(bytes[at + i]) : 0U;
    }
    const size_t left = bytes.size() - at;
    out += letters[three >> 18U];
    out += letters[(three >> 12U) & 63U];
    out += left > 1 ? letters[(three >> 6U) & 63U] : '=';
    out += left > 2 ? letters[three & 63U] : '=';
  }
  return out;
}

// Only what to_base64() makes.
inline std::optional<std::string> from_base64(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  uint32_t count = 0;
  for (const char c : text) {
    if (c == '=') {
      continue;
    }
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t value = letters.find(c);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    bits = (bits << 6U | static_cast<uint32_t>(value)) & 0xFFFFU;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xFFU);
    }
  }
  return to_base64(out) == text ? std::optional(out) : std::nullopt;
}

}  // namespace gulou
