#include "common/net/device_code.h"

#include "common/base/base64.h"
#include "common/base/check.h"

#include <algorithm>
#include <array>

#include <zmq.h>

namespace gulou::net {
namespace {

constexpr std::string_view prefix = "GULOU1.";
constexpr size_t key_size = 32;

// Letters that survive shells, forms and messages.
std::string url_letters(std::string text) {
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  std::erase(text, '=');
  return text;
}

std::string base64_letters(std::string text) {
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.resize((text.size() + 3) / 4 * 4, '=');
  return text;
}

std::string z85(std::string_view bytes) {
  std::array<char, 41> text{};
  CHECK(zmq_z85_encode(text.data(), reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()) !=
        nullptr);
  return text.data();
}

tl::unexpected<Error> malformed() {
  return fail(ErrorCode::invalid_argument, "device_code_malformed");
}

}  // namespace

DeviceCode make_device_code(std::string address, std::string server_key) {
  return {std::move(address), std::move(server_key), generate_keys()};
}

std::string format_device_code(const DeviceCode& code) {
  const auto server = key_bytes(code.server_key);
  const auto own = key_bytes(code.keys.secret_key);
  CHECK(server && own);
  return std::string(prefix) + url_letters(to_base64(*server + *own)) + "." + code.address;
}

Result<DeviceCode> parse_device_code(std::string_view given) {
  std::string text(given);
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  const size_t dot = text.find('.', prefix.size());
  if (!text.starts_with(prefix) || dot == std::string::npos) {
    return malformed();
  }
  const auto keys = from_base64(base64_letters(text.substr(prefix.size(), dot - prefix.size())));
  DeviceCode code;
  code.address = text.substr(dot + 1);
  const size_t colon = code.address.rfind(':');
  if (!keys || keys->size() != 2 * key_size || colon == std::string::npos || colon == 0 ||
      colon + 1 == code.address.size()) {
    return malformed();
  }
  code.server_key = z85(std::string_view(*keys).substr(0, key_size));
  code.keys.secret_key = z85(std::string_view(*keys).substr(key_size));
  code.keys.public_key = TRY(public_key_of(code.keys.secret_key));
  return code;
}

}  // namespace gulou::net
