// Small helpers for bytes: hexadecimal, and a 32-byte digest as a value that compares and hashes.
// Pure; any thread. Hexadecimal is lower case on the way out and refused in any other form.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gulou {

// SHA-256 of something; all zero is "none".
struct Digest {
  std::array<uint8_t, 32> bytes{};

  friend auto operator<=>(const Digest&, const Digest&) = default;

  explicit operator bool() const { return *this != Digest{}; }

  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

std::string to_hex(std::string_view bytes);

inline std::string to_hex(const Digest& digest) {
  return to_hex(digest.view());
}

// Lower-case hexadecimal only.
std::optional<std::string> from_hex(std::string_view text);
std::optional<Digest> digest_from_hex(std::string_view text);
// Exactly 32 raw bytes.
std::optional<Digest> digest_from_bytes(std::string_view bytes);

}  // namespace gulou

template <>
struct std::hash<gulou::Digest> {
  size_t operator()(const gulou::Digest& digest) const noexcept {
    return std::hash<std::string_view>{}(digest.view());
  }
};
