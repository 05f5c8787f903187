// The links of boards and townships: a secret of 192 bits each, made from one key and a number that
// counts up when a link is revoked. Whoever has the link may say what was posted, and nothing else.
//   links.key   mode 0600
//   links       FieldLines: name, number
// Several processes may read them; a revocation counts from the next question on. Any one thread
// per object.
#pragma once

#include "common/base/result.h"
#include "common/crypto/mac.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace gulou {

class BoardLinks {
 public:
  // Makes the key where there is none. Errors: those of secret files.
  static Result<BoardLinks> open(const std::string& dir);

  // name: "b/<board>" or "a/<area>". 32 characters of [A-Za-z0-9_-].
  Result<std::string> secret_of(std::string_view name) const;
  // Compared in constant time; false for whatever cannot be read.
  bool holds(std::string_view name, std::string_view secret) const;

  // The link that was is nobody's from now on.
  Status revoke(std::string_view name) const;

 private:
  BoardLinks(std::string dir, const MacKey& key) : dir_(std::move(dir)), key_(key) {}

  Result<std::map<std::string, uint64_t, std::less<>>> numbers() const;
  std::string secret_of(std::string_view name, uint64_t number) const;

  std::string dir_;
  MacKey key_;
};

}  // namespace gulou
