// Who may connect: principals.toml of a home. A principal is proven by its CURVE key (ZeroMQ) or by
// a token of which only the hash is kept (HTTP). Read at start and on reload; immutable values.
#pragma once

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/model/settings.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

enum class Role : uint8_t { publisher, adapter, operating, device };
enum class Rights : uint8_t { none, viewer, operating, admin };  // of an operator, ascending

std::string_view name_of(Role role);      // publisher, adapter, operator, device
std::string_view name_of(Rights rights);  // "", viewer, operator, admin

struct PrincipalSettings {
  std::string name;  // [a-z0-9_-]{1,64}, unique
  Role role = Role::publisher;
  std::string key;                    // CURVE public key, Z85, or empty
  Digest token_hash;                  // SHA-256 of the bearer token, or none
  std::vector<std::string> channels;  // adapter, device: those it may serve
  std::vector<std::string> units;     // publisher: those it submits for; empty: all
  std::vector<std::string> columns;   // publisher: those it may use; empty: all
  bool asserted = false;              // publisher, operator: its word stands for approvals
  Rights rights = Rights::none;       // operator
  std::string instance;               // adapter: name of the instance in status and logs
};

// References are checked against the county. Errors: file_unreadable, settings_*, with
// file:line:column.
Result<std::vector<PrincipalSettings>> load_principals(const std::string& path,
                                                       const CountySettings& county);

// principals.toml for a new home, with comments in both languages.
std::string write_principals(std::span<const PrincipalSettings> principals);

std::string principal_settings_help(bool chinese);

}  // namespace gulou
