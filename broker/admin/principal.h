// Who asks over HTTP and what it may do. Only the SHA-256 of a token is kept; a token is compared
// with all of them in constant time, so neither their number nor their order shows. Built from
// config/principals.toml at start and on reload.
#pragma once

#include "broker/core/event.h"
#include "common/base/bytes.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// operates: the role "operator", a word C++ keeps for itself.
enum class HttpRole : uint8_t { viewer, publisher, operates, admin };

std::string_view name_of(HttpRole role);  // viewer, publisher, operator, admin
std::optional<HttpRole> parse_http_role(std::string_view name);

struct HttpPrincipal {
  std::string name;   // also the publisher its submissions belong to
  Digest token_hash;  // SHA-256 of the token
  std::vector<HttpRole> roles;
  PublisherRights rights;
  // False once the token is gone: shared with the streams it has opened. Null: it stays.
  std::shared_ptr<std::atomic<bool>> live;

  bool is_live() const { return live == nullptr || live->load(); }
};

// What a route asks of whoever calls it. An admin may do what an operator may, an operator what
// viewers and publishers may.
enum class Access : uint8_t {
  open,   // no token
  local,  // from this machine without a token, or as viewer
  known,  // any token
  viewer,
  publisher,
  operates,
  admin,
};

bool may(const HttpPrincipal& principal, Access access);

// The principal of "Bearer TOKEN"; null for anything else.
const HttpPrincipal* find_principal(std::span<const HttpPrincipal> principals,
                                    std::string_view authorization);

}  // namespace gulou
