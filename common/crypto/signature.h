// Ed25519 (RFC 8032): checkpoints of the journal and approvals are signed with it. Plain values;
// the secret half is wiped when it dies. Any thread. A verification costs about 65 us: worker
// threads. Door to libsodium: sodium.cc. Files: key_file.h.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

namespace gulou {

struct PublicKey {
  std::array<uint8_t, 32> bytes{};
  friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
};

struct Signature {
  std::array<uint8_t, 64> bytes{};
  friend auto operator<=>(const Signature&, const Signature&) = default;
};

// The 32-byte seed of RFC 8032 and the key it gives.
class SigningKey {
 public:
  static SigningKey make();  // random
  static SigningKey from_seed(const std::array<uint8_t, 32>& seed);

  SigningKey(const SigningKey&) = default;
  SigningKey& operator=(const SigningKey&) = default;
  ~SigningKey();

  const PublicKey& public_key() const { return public_key_; }

  const std::array<uint8_t, 32>& seed() const { return seed_; }

  Signature sign(std::string_view message) const;

 private:
  SigningKey() = default;

  std::array<uint8_t, 32> seed_{};
  std::array<uint8_t, 64> secret_{};
  PublicKey public_key_;
};

bool verify(const PublicKey& key, std::string_view message, const Signature& signature);

}  // namespace gulou
