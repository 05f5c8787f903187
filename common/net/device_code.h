// DeviceCode is what a new device is given, on paper or as a QR code, to become one of a fleet:
// where the broker is, by which key it is known, and a key pair that may enrol once. As text:
// "GULOU1.<keys>.<host>:<port>". It is a secret until it was used. Pure; any thread.
#pragma once

#include "common/base/result.h"
#include "common/net/keys.h"

#include <string>
#include <string_view>

namespace gulou::net {

struct DeviceCode {
  std::string address;     // HOST:PORT of the device listener
  std::string server_key;  // of the broker, Z85
  KeyPair keys;
};

// A code with new keys.
DeviceCode make_device_code(std::string address, std::string server_key);

std::string format_device_code(const DeviceCode& code);
// Blanks and line breaks within, as of a code that was typed or wrapped, do no harm. Errors:
// device_code_malformed (the code itself is never repeated in an Error).
Result<DeviceCode> parse_device_code(std::string_view text);

}  // namespace gulou::net
