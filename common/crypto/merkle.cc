#include "common/crypto/merkle.h"

#include "common/base/check.h"
#include "common/crypto/digest.h"

#include <bit>

namespace gulou {
namespace {

// Where a tree of n > 1 leaves splits: the largest power of two below n.
size_t split(size_t count) {
  return std::bit_floor(count - 1);
}

}  // namespace

Digest leaf_hash(std::string_view bytes) {
  return sha256_of({std::string_view("\x00", 1), bytes});
}

Digest node_hash(const Digest& left, const Digest& right) {
  return sha256_of({std::string_view("\x01", 1), left.view(), right.view()});
}

Digest merkle_root(std::span<const Digest> leaves) {
  if (leaves.empty()) {
    return sha256({});
  }
  if (leaves.size() == 1) {
    return leaves[0];
  }
  const size_t half = split(leaves.size());
  return node_hash(merkle_root(leaves.first(half)), merkle_root(leaves.subspan(half)));
}

std::vector<Digest> inclusion_path(std::span<const Digest> leaves, size_t index) {
  CHECK(index < leaves.size());
  if (leaves.size() == 1) {
    return {};
  }
  const size_t half = split(leaves.size());
  const auto left = leaves.first(half);
  const auto right = leaves.subspan(half);
  const bool in_left = index < half;
  auto path = in_left ? inclusion_path(left, index) : inclusion_path(right, index - half);
  path.push_back(merkle_root(in_left ? right : left));
  return path;
}

// RFC 9162 section 2.1.3.2.
bool verify_inclusion(const Digest& leaf,
                      size_t index,
                      size_t count,
                      std::span<const Digest> path,
                      const Digest& root) {
  if (index >= count) {
    return false;
  }
  size_t at = index;
  size_t last = count - 1;
  Digest hash = leaf;
  for (const Digest& sibling : path) {
    if (last == 0) {
      return false;
    }
    if (at % 2 == 1 || at == last) {
      hash = node_hash(sibling, hash);
      while (at % 2 == 0 && at != 0) {
        at /= 2;
        last /= 2;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    at /= 2;
    last /= 2;
  }
  return last == 0 && hash == root;
}

}  // namespace gulou
