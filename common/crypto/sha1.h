// SHA-1, for platforms whose call-backs are signed with it. Never for anything of Gulou's own: it
// does not withstand collisions. Any thread. Door to OpenSSL's EVP: digest.cc.
#pragma once

#include <string>
#include <string_view>

namespace gulou {

// 40 lower-case hex digits.
std::string sha1_hex(std::string_view bytes);

}  // namespace gulou
