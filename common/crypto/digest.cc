#include "common/crypto/digest.h"

#include "common/base/check.h"
#include "common/crypto/sha1.h"

#include <openssl/evp.h>

namespace gulou {
namespace {

// Fetching an algorithm takes a lock and a search in OpenSSL 3; once per process is enough.
const EVP_MD* algorithm() {
  static const EVP_MD* const sha = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return sha;
}

void start(EVP_MD_CTX* context) {
  CHECK(context != nullptr && EVP_DigestInit_ex2(context, algorithm(), nullptr) == 1);
}

Digest finished(EVP_MD_CTX* context) {
  Digest digest;
  unsigned int size = 0;
  CHECK(EVP_DigestFinal_ex(context, digest.bytes.data(), &size) == 1);
  CHECK(size == digest.bytes.size());
  return digest;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

using OwnContext = std::unique_ptr<EVP_MD_CTX, FreeContext>;

EVP_MD_CTX* thread_context() {
  thread_local const OwnContext context(EVP_MD_CTX_new());
  start(context.get());
  return context.get();
}

void add(EVP_MD_CTX* context, std::string_view bytes) {
  CHECK(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
}

}  // namespace

Digest sha256(std::string_view bytes) {
  return sha256_of({bytes});
}

Digest sha256_of(std::initializer_list<std::string_view> pieces) {
  EVP_MD_CTX* const context = thread_context();
  for (const std::string_view piece : pieces) {
    add(context, piece);
  }
  return finished(context);
}

std::array<Digest, 2> sha256_of_both(std::string_view start,
                                     std::string_view one,
                                     std::string_view other) {
  thread_local const OwnContext second(EVP_MD_CTX_new());
  EVP_MD_CTX* const first = thread_context();
  add(first, start);
  CHECK(EVP_MD_CTX_copy_ex(second.get(), first) == 1);
  add(first, one);
  add(second.get(), other);
  return {finished(first), finished(second.get())};
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  start(context_.get());
}

void Sha256::update(std::string_view bytes) {
  add(context_.get(), bytes);
}

Digest Sha256::finish() {
  const Digest digest = finished(context_.get());
  start(context_.get());
  return digest;
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

std::string sha1_hex(std::string_view bytes) {
  constexpr size_t sha1_bytes = 20;
  std::array<unsigned char, sha1_bytes> digest{};
  unsigned int size = 0;
  CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1);
  CHECK(size == digest.size());
  return to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

}  // namespace gulou
