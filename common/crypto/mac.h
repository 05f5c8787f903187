// Keyed MAC (HMAC-SHA-512-256, 32 bytes): the broker's mark on receipts and cursors, so that one
// that is ahead of the journal proves lost data. Comparison takes the same time wherever bytes
// differ. Any thread. Door to libsodium: sodium.cc. Files: key_file.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace gulou {

struct Mac {
  std::array<uint8_t, 32> bytes{};
  friend bool operator==(const Mac&, const Mac&) = default;  // of our own; peers': verify()

  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

class MacKey {
 public:
  static MacKey make();  // random
  static MacKey from_bytes(const std::array<uint8_t, 32>& bytes);

  MacKey(const MacKey&) = default;
  MacKey& operator=(const MacKey&) = default;
  ~MacKey();

  const std::array<uint8_t, 32>& bytes() const { return bytes_; }

  // Of the pieces, one after the other: give fixed lengths or length prefixes.
  Mac mac(std::initializer_list<std::string_view> pieces) const;
  // `theirs`: the bytes a peer sent, of any length.
  bool verify(std::initializer_list<std::string_view> pieces, std::string_view theirs) const;

 private:
  MacKey() = default;

  void prepare();

  std::array<uint8_t, 32> bytes_{};
  // libsodium's state that has taken the key in: half the work of a short MAC.
  alignas(8) std::array<std::byte, 416> keyed_{};
};

// HMAC-SHA-256, where a platform's own signatures are made with it.
Mac hmac_sha256(std::string_view key, std::string_view message);

// For tokens: time depends on the lengths alone.
bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace gulou
