// SHA-256, the one hash of Gulou: of releases, blobs, bundles, changesets. One-shot calls reuse a
// context of the calling thread, so 4 KiB cost about 3 us. Any thread; a Sha256 belongs to one.
// Door to OpenSSL's EVP: digest.cc.
#pragma once

#include "common/base/bytes.h"

#include <initializer_list>
#include <memory>
#include <string_view>

struct evp_md_ctx_st;

namespace gulou {

Digest sha256(std::string_view bytes);
// Of the pieces, one after the other.
Digest sha256_of(std::initializer_list<std::string_view> pieces);

// Of start + one and of start + other: the start, where most of the bytes are, is hashed once.
std::array<Digest, 2> sha256_of_both(std::string_view start,
                                     std::string_view one,
                                     std::string_view other);

// For bytes that come in pieces over time.
class Sha256 {
 public:
  Sha256();

  void update(std::string_view bytes);
  // Of everything since construction or the last finish(); starts anew.
  Digest finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };

  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace gulou
