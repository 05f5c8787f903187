#include "broker/admin/principal.h"

#include "common/crypto/digest.h"
#include "common/crypto/mac.h"

#include <algorithm>

namespace gulou {
namespace {

constexpr std::string_view scheme = "bearer ";

bool is_bearer(std::string_view authorization) {
  return authorization.size() > scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), authorization.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
         });
}

}  // namespace

std::string_view name_of(HttpRole role) {
  switch (role) {
    case HttpRole::viewer:
      return "viewer";
    case HttpRole::publisher:
      return "publisher";
    case HttpRole::operates:
      return "operator";
    case HttpRole::admin:
      return "admin";
  }
  return {};
}

std::optional<HttpRole> parse_http_role(std::string_view name) {
  for (const HttpRole role :
       {HttpRole::viewer, HttpRole::publisher, HttpRole::operates, HttpRole::admin}) {
    if (name_of(role) == name) {
      return role;
    }
  }
  return std::nullopt;
}

bool may(const HttpPrincipal& principal, Access access) {
  const auto has = [&](HttpRole role) {
    return std::find(principal.roles.begin(), principal.roles.end(), role) != principal.roles.end();
  };
  const bool operates = has(HttpRole::operates) || has(HttpRole::admin);
  switch (access) {
    case Access::open:
    case Access::known:
      return true;
    case Access::local:
    case Access::viewer:
      return operates || has(HttpRole::viewer);
    case Access::publisher:
      return operates || has(HttpRole::publisher);
    case Access::operates:
      return operates;
    case Access::admin:
      return has(HttpRole::admin);
  }
  return false;
}

const HttpPrincipal* find_principal(std::span<const HttpPrincipal> principals,
                                    std::string_view authorization) {
  if (!is_bearer(authorization)) {
    return nullptr;
  }
  const Digest hash = sha256(authorization.substr(scheme.size()));
  const HttpPrincipal* found = nullptr;
  for (const HttpPrincipal& principal : principals) {
    if (equal_in_constant_time(principal.token_hash.view(), hash.view())) {
      found = &principal;
    }
  }
  return found;
}

}  // namespace gulou
