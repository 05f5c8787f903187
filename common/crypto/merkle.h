// Merkle tree of RFC 9162 section 2.1 over the leaves of a changeset: its root goes into the
// journal's chain, an inclusion path shows one leaf without the others. Pure; any thread.
#pragma once

#include "common/base/bytes.h"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace gulou {

Digest leaf_hash(std::string_view bytes);                   // SHA-256(0x00 || bytes)
Digest node_hash(const Digest& left, const Digest& right);  // SHA-256(0x01 || left || right)
Digest merkle_root(std::span<const Digest> leaves);         // of none: SHA-256 of nothing

// Siblings from the leaf up. index < leaves.size().
std::vector<Digest> inclusion_path(std::span<const Digest> leaves, size_t index);
// Whether `leaf` is the index-th of `count` leaves under `root`.
bool verify_inclusion(const Digest& leaf,
                      size_t index,
                      size_t count,
                      std::span<const Digest> path,
                      const Digest& root);

}  // namespace gulou
