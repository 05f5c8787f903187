#include "common/base/check.h"
#include "common/crypto/mac.h"
#include "common/crypto/random.h"
#include "common/crypto/signature.h"

#include <cstring>

#include <sodium.h>

namespace gulou {
namespace {

void ensure_ready() {
  static const bool ready = sodium_init() >= 0;
  CHECK(ready);
}

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

static_assert(sizeof(PublicKey::bytes) == crypto_sign_PUBLICKEYBYTES);
static_assert(sizeof(Signature::bytes) == crypto_sign_BYTES);
static_assert(sizeof(Mac::bytes) == crypto_auth_hmacsha512256_BYTES);

}  // namespace

SigningKey SigningKey::make() {
  ensure_ready();
  std::array<uint8_t, 32> seed{};
  randombytes_buf(seed.data(), seed.size());
  SigningKey key = from_seed(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

SigningKey SigningKey::from_seed(const std::array<uint8_t, 32>& seed) {
  ensure_ready();
  static_assert(crypto_sign_SEEDBYTES == 32 && crypto_sign_SECRETKEYBYTES == 64);
  SigningKey key;
  key.seed_ = seed;
  crypto_sign_seed_keypair(key.public_key_.bytes.data(), key.secret_.data(), seed.data());
  return key;
}

SigningKey::~SigningKey() {
  sodium_memzero(seed_.data(), seed_.size());
  sodium_memzero(secret_.data(), secret_.size());
}

Signature SigningKey::sign(std::string_view message) const {
  Signature signature;
  crypto_sign_detached(
      signature.bytes.data(), nullptr, data_of(message), message.size(), secret_.data());
  return signature;
}

bool verify(const PublicKey& key, std::string_view message, const Signature& signature) {
  ensure_ready();
  return crypto_sign_verify_detached(
             signature.bytes.data(), data_of(message), message.size(), key.bytes.data()) == 0;
}

MacKey MacKey::make() {
  ensure_ready();
  MacKey key;
  randombytes_buf(key.bytes_.data(), key.bytes_.size());
  key.prepare();
  return key;
}

MacKey MacKey::from_bytes(const std::array<uint8_t, 32>& bytes) {
  ensure_ready();
  static_assert(crypto_auth_hmacsha512256_KEYBYTES == 32);
  MacKey key;
  key.bytes_ = bytes;
  key.prepare();
  return key;
}

void MacKey::prepare() {
  crypto_auth_hmacsha512256_state state;
  static_assert(sizeof state == sizeof keyed_ && alignof(decltype(state)) <= 8);
  crypto_auth_hmacsha512256_init(&state, bytes_.data(), bytes_.size());
  std::memcpy(keyed_.data(), &state, sizeof state);
  sodium_memzero(&state, sizeof state);
}

MacKey::~MacKey() {
  sodium_memzero(bytes_.data(), bytes_.size());
  sodium_memzero(keyed_.data(), keyed_.size());
}

Mac MacKey::mac(std::initializer_list<std::string_view> pieces) const {
  crypto_auth_hmacsha512256_state state;
  std::memcpy(&state, keyed_.data(), sizeof state);
  for (const std::string_view piece : pieces) {
    crypto_auth_hmacsha512256_update(&state, data_of(piece), piece.size());
  }
  Mac mac;
  crypto_auth_hmacsha512256_final(&state, mac.bytes.data());
  return mac;
}

bool MacKey::verify(std::initializer_list<std::string_view> pieces, std::string_view theirs) const {
  return equal_in_constant_time(mac(pieces).view(), theirs);
}

Mac hmac_sha256(std::string_view key, std::string_view message) {
  ensure_ready();
  static_assert(sizeof(Mac::bytes) == crypto_auth_hmacsha256_BYTES);
  Mac mac;
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, data_of(key), key.size());
  crypto_auth_hmacsha256_update(&state, data_of(message), message.size());
  crypto_auth_hmacsha256_final(&state, mac.bytes.data());
  sodium_memzero(&state, sizeof state);
  return mac;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  return left.size() == right.size() &&
         (left.empty() || sodium_memcmp(left.data(), right.data(), left.size()) == 0);
}

std::string random_bytes(size_t count) {
  ensure_ready();
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

uint64_t random_u64() {
  ensure_ready();
  uint64_t number = 0;
  randombytes_buf(&number, sizeof number);
  return number;
}

}  // namespace gulou
