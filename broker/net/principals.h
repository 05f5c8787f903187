// Who a key belongs to and what it may do, as the broker's sessions need it. Built from
// config/principals.toml at start; the name comes from the CURVE handshake, never from a message.
#pragma once

#include "broker/core/event.h"

#include <map>
#include <string>
#include <vector>

namespace gulou {

struct NetPrincipal {
  std::string name;
  bool publisher = false;
  bool adapter = false;
  PublisherRights rights;             // publisher
  std::vector<std::string> channels;  // adapter: those it may serve
};

using NetPrincipals = std::map<std::string, NetPrincipal, std::less<>>;

}  // namespace gulou
