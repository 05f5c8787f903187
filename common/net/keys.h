// CURVE keys in Z85 text (40 characters, ZeroMQ RFC 32): what files, configuration and sockets
// carry. Files and their modes are common/crypto's business. Any thread.
#pragma once

#include "common/base/result.h"

#include <string>
#include <string_view>

namespace gulou::net {

struct KeyPair {
  std::string public_key;
  std::string secret_key;
};

KeyPair generate_keys();

// Errors: key_malformed (the key itself is never repeated in an Error).
Result<std::string> public_key_of(std::string_view secret_key);
// The 32 bytes behind a Z85 key. Errors: key_malformed.
Result<std::string> key_bytes(std::string_view key);

}  // namespace gulou::net
