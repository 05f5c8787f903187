// Who a key belongs to and what it may do, as the broker's sessions need it. Built from
// principals.toml at start and on reload. A connection is known by its key, never by a message, so
// that each of the keys of one principal can be taken back alone.
#pragma once

#include "broker/core/event.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct NetPrincipal {
  std::string name;
  bool publisher = false;
  bool adapter = false;
  PublisherRights rights;             // publisher
  std::vector<std::string> channels;  // adapter: those it may serve
};

// Devices of a fleet, and those that may only enrol, are named by their number, in a form that no
// principal of a file has.
struct DevicePrincipal {
  SubscriberNo device;
  bool enrols = false;
};

std::string device_principal(const DevicePrincipal& device);
std::optional<DevicePrincipal> parse_device_principal(std::string_view name);

// By what the handshake said of the key: net::Principal::name.
using NetPrincipals = std::map<std::string, NetPrincipal, std::less<>>;

}  // namespace gulou
