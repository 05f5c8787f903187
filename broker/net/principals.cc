#include "broker/net/principals.h"

#include <charconv>

namespace gulou {
namespace {

constexpr std::string_view device_prefix = "~device-";
constexpr std::string_view code_prefix = "~code-";

}  // namespace

std::string device_principal(const DevicePrincipal& device) {
  return std::string(device.enrols ? code_prefix : device_prefix) +
         std::to_string(device.device.value);
}

std::optional<DevicePrincipal> parse_device_principal(std::string_view name) {
  DevicePrincipal found;
  found.enrols = name.starts_with(code_prefix);
  if (!found.enrols && !name.starts_with(device_prefix)) {
    return std::nullopt;
  }
  name.remove_prefix(found.enrols ? code_prefix.size() : device_prefix.size());
  const auto [end, error] =
      std::from_chars(name.data(), name.data() + name.size(), found.device.value);
  if (error != std::errc() || end != name.data() + name.size()) {
    return std::nullopt;
  }
  return found;
}

}  // namespace gulou
