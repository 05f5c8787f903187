// The one reader of arbitrary JSON text into a JsonValue; canonicalise() and JsonValue::parse() are
// its two callers and differ by the rules they set. Strict RFC 8259, keys unique. Pure; any thread.
#pragma once

#include "common/base/result.h"
#include "common/json/value.h"

#include <cstddef>
#include <string_view>

namespace gulou {

struct JsonRules {
  size_t depth_max = 0;
  bool canonical_values = false;  // neither null nor floats, integers within 2^53 - 1
};

Result<JsonValue> parse_json(std::string_view text, JsonRules rules);

}  // namespace gulou
