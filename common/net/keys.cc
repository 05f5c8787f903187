#include "common/net/keys.h"

#include "common/base/check.h"

#include <zmq.h>

namespace gulou::net {

namespace {

constexpr size_t key_chars = 40;
constexpr size_t key_size_bytes = 32;

}  // namespace

KeyPair generate_keys() {
  char public_key[key_chars + 1];
  char secret_key[key_chars + 1];
  CHECK(zmq_curve_keypair(public_key, secret_key) == 0);
  return {.public_key = public_key, .secret_key = secret_key};
}

Result<std::string> public_key_of(std::string_view secret_key) {
  TRY(key_bytes(secret_key));
  char public_key[key_chars + 1];
  if (zmq_curve_public(public_key, std::string(secret_key).c_str()) != 0) {
    return fail(ErrorCode::invalid_argument, "key_malformed");
  }
  return std::string(public_key);
}

Result<std::string> key_bytes(std::string_view key) {
  std::string bytes(key_size_bytes, '\0');
  if (key.size() != key_chars || zmq_z85_decode(reinterpret_cast<uint8_t*>(bytes.data()),
                                                std::string(key).c_str()) == nullptr) {
    return fail(ErrorCode::invalid_argument, "key_malformed");
  }
  return bytes;
}

}  // namespace gulou::net
