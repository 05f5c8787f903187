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
  return row;
}

}  // namespace gulou
