// Who may connect: principals.toml of a home. A principal is proven by its CURVE key (ZeroMQ) or by
// a token of which only the hash is kept (HTTP). Read at start and on reload; immutable values.
#pragma once

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/settings.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

enum class Role : uint8_t { publisher, adapter, operating, device, relay };
enum class Rights : uint8_t { none, viewer, operating, admin };  // of an operator, ascending

std::string_view name_of(Role role);      // publisher, adapter, operator, device, relay
std::string_view name_of(Rights rights);  // "", viewer, operator, admin

struct PrincipalSettings {
  std::string name;  // [a-z0-9_-]{1,64}, unique
  Role role = Role::publisher;
  std::string key;                    // CURVE public key, Z85, or empty
  std::string previous_key;           // admitted as well while it is being replaced, or empty
  Digest token_hash;                  // SHA-256 of the bearer token, or none
  std::vector<std::string> channels;  // adapter, device, relay: those it may serve;
                                      // publisher: those its releases may go to; empty: all
  std::vector<std::string> units;     // publisher: those it submits for; empty: all
  std::vector<std::string> columns;   // publisher: those it may use; empty: all
  bool asserted = false;              // publisher, operator: its word stands for approvals
  std::vector<Kind> kinds;            // publisher: those it may use; empty: all
  uint32_t rate_per_minute = 0;       // publisher: submissions; 0: no limit
  Rights rights = Rights::none;       // operator
  std::string instance;               // adapter: name of the instance in status and logs
  std::string valid_from;             // first and last day, YYYY-MM-DD in Shanghai, or empty
  std::string valid_until;
  bool revoked = false;
};

enum class PrincipalState : uint8_t { valid, not_yet, over, revoked };

std::string_view name_of(PrincipalState state);  // valid, not_yet, over, revoked

PrincipalState validity_of(const PrincipalSettings& principal, Utc now);

// References are checked against the county. Errors: file_unreadable, settings_*, with
// file:line:column.
Result<std::vector<PrincipalSettings>> load_principals(const std::string& path,
                                                       const CountySettings& county);

// The same of a text; name stands in complaints.
Result<std::vector<PrincipalSettings>> parse_principals(std::string_view text,
                                                        std::string_view name,
                                                        const CountySettings& county);

// One table of principals.toml, with an empty line before it.
std::string write_principal(const PrincipalSettings& principal);

// principals.toml for a new home, with comments in both languages.
std::string write_principals(std::span<const PrincipalSettings> principals);

std::string principal_settings_help(bool chinese);

}  // namespace gulou
