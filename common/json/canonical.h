// Canonical JSON: RFC 8785 restricted to strings, integers within 2^53 - 1, booleans, arrays and
// objects (design 5.1). Keys are unique and ordered by UTF-16 code units, there is no blank between
// tokens, nothing is escaped that need not be. Errors carry the byte offset as their first
// argument. Pure; any thread. check_canonical() accepts exactly what canonicalise() returns.
#pragma once

#include "common/base/result.h"

#include <string>
#include <string_view>

namespace gulou {

// One pass, nothing built: about 2 us for 4 KiB.
Status check_canonical(std::string_view json);

// The canonical form of JSON that says the same; refuses floats, null, duplicate keys, deep
// nesting.
Result<std::string> canonicalise(std::string_view json);

}  // namespace gulou
