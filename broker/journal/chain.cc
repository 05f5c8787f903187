#include "broker/journal/chain.h"

#include "common/crypto/digest.h"
#include "common/crypto/merkle.h"

#include <algorithm>

namespace gulou {

Digest chain_hash(const Digest& previous, std::span<const std::string> changes) {
  std::vector<Digest> leaves;
  leaves.reserve(changes.size());
  for (const std::string& change : changes) {
    leaves.push_back(leaf_hash(change));
  }
  return sha256_of({previous.view(), merkle_root(leaves).view()});
}

uint64_t check_of(const ChangesetRow& row) {
  const Digest digest = sha256(std::to_string(row.at.ms) + " " + std::to_string(row.head.value) +
                               " " + std::string(row.hash.view()));
  uint64_t check = 0;
  for (size_t i = 0; i < sizeof check; ++i) {
    check = (check << 8U) | digest.bytes[i];
  }
  return check == 0 ? 1 : check;
}

ChangesetRow seal(const Digest& previous,
                  Seq previous_head,
                  Utc at,
                  std::span<const Change> changes) {
  ChangesetRow row{.at = at, .head = previous_head};
  row.changes.reserve(changes.size());
  for (const Change& change : changes) {
    row.changes.push_back(encode_change(change));
    if (const auto* accepted = std::get_if<EntryAccepted>(&change)) {
      row.head = std::max(row.head, accepted->seq);
    }
  }
  row.hash = chain_hash(previous, row.changes);
  row.check = check_of(row);
  return row;
}

}  // namespace gulou
