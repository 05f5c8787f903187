// Random bytes from the operating system, for keys, tokens and epochs. Any thread; never in the
// core. Door to libsodium: sodium.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace gulou {

std::string random_bytes(size_t count);
uint64_t random_u64();

}  // namespace gulou
