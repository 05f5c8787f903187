// `gulou key` and `gulou principal`: who may connect, with which keys and until when. They change
// principals.toml and the secrets beside it, then tell a running broker to read them again, which
// ends the sessions of whoever may not be here any more. Main thread; writes the disk.
#pragma once

#include "broker/cli/shell.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gulou::cli {

struct NewKey {
  std::string name;
  bool token = false;  // a token for HTTP, in place of a CURVE key
  std::string out;     // the secret goes into this file, not to the screen
  // Of a principal that is not there yet.
  std::string role;
  std::vector<std::string> units;
  std::vector<std::string> columns;
  std::vector<std::string> kinds;
  std::vector<std::string> channels;
  std::string rights;
  uint32_t rate_per_minute = 0;
  std::string valid_until;
};

Exit new_key(const Shell& shell, const NewKey& wanted);

struct Revocation {
  std::string name;
  bool previous = false;  // only the key that was replaced
  bool yes = false;       // without it: says what it would do
};

Exit revoke_key(const Shell& shell, const Revocation& revocation);

Exit list_keys(const Shell& shell);
Exit list_principals(const Shell& shell);
Exit check_principals(const Shell& shell);

// The running broker reads principals.toml again.
Exit reload(const Shell& shell);

}  // namespace gulou::cli
