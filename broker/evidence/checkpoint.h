// Checkpoint is the broker's signed word that its journal has this chain hash at this changeset.
// One line per fact, so that it can be printed, kept on paper and typed in again; each names the
// one before by its digest, so that the newest stands for all. Pure; any thread. Its lines
// stand in README.md.
#pragma once

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/crypto/signature.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct Checkpoint {
  Digest journal;
  uint64_t epoch = 0;
  uint64_t changeset = 0;
  Seq head;
  Digest chain;
  Utc at;
  Digest previous;
  PublicKey key;
  Signature signature;
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// Fills in key and signature.
Checkpoint sign(Checkpoint checkpoint, const SigningKey& key);

std::string text_of(const Checkpoint& checkpoint);
// Exactly the form text_of() writes; checkpoint_unreadable. Says nothing about the signature.
Result<Checkpoint> parse_checkpoint(std::string_view text);
Digest digest_of(const Checkpoint& checkpoint);

// By "checkpoint.public" or whatever the file is called.
using PublicKeys = std::map<PublicKey, std::string>;

// corrupt checkpoint_key_unknown: signed with none of these keys; checkpoint_signature_wrong.
Status check_signature(const Checkpoint& checkpoint, const PublicKeys& keys);

// The Ed25519 keys in the files *.public of a directory; others there are passed over.
// keys_missing: none.
Result<PublicKeys> read_public_keys(const std::string& directory);

std::string to_hex(const PublicKey& key);
std::string to_hex(const Signature& signature);
std::optional<PublicKey> public_key_from_hex(std::string_view text);
std::optional<Signature> signature_from_hex(std::string_view text);

}  // namespace gulou
