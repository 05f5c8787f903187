// TOML as JSON text: front matter and defaults of `gulou publish` are written in TOML and become
// releases, which are JSON. Key order is that of the file; dates become strings; fractions stay
// numbers and are refused where releases are read. Pure.
#pragma once

#include "common/base/result.h"
#include "common/settings/value.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace gulou {

// first_line: where the text begins in its file. Errors: settings_syntax.
Result<std::string> toml_to_json(std::string_view text,
                                 std::string_view name,
                                 uint32_t first_line = 1);
void append_json(std::string& out, const TomlValue& value);

}  // namespace gulou
