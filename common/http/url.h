// Percent-encoding, query strings and UTF-8 as requests carry them (RFC 3986). What decodes to
// invalid UTF-8 or contains a zero byte is refused here, so no room above meets it.
#pragma once

#include "common/http/message.h"

#include <optional>
#include <string>
#include <string_view>

namespace gulou {

bool is_utf8(std::string_view text);

// Nothing for a broken escape, a zero byte or invalid UTF-8. '+' stays '+'.
std::optional<std::string> percent_decode(std::string_view text);
// Everything but unreserved characters is escaped: one path segment, or one query value.
std::string percent_encode(std::string_view text);

struct Target {
  std::string path;  // still encoded
  HttpFields query;  // decoded; '+' is a space
};

// "/v1/releases?column=tzgg" or the absolute form of it. Nothing for anything else.
std::optional<Target> parse_target(std::string_view target);

}  // namespace gulou
