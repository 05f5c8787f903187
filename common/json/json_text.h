// The spelling of JSON text that writer, canonical form and parser share: how a string is quoted,
// how keys are ordered, how large an integer may be. What differs between them (what is accepted,
// what is built) stays with them. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gulou {

// Appends `text` in quotes, escaped as RFC 8785 asks and no further. What is not UTF-8 becomes
// U+FFFD.
void append_quoted(std::string& out, std::string_view text);

// Order of UTF-16 code units, which RFC 8785 sorts keys by; both are valid UTF-8.
bool utf16_less(std::string_view left, std::string_view right);

// The largest integer that every JSON reader keeps exactly: 2^53 - 1.
inline constexpr uint64_t json_integer_max = 9'007'199'254'740'991;

}  // namespace gulou
