// A form as browsers send it with a file in it (multipart/form-data, RFC 7578): the one file, no
// more. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

namespace gulou {

// The bytes of the first part with a file name; they belong to `body`. Nothing: it is no such form,
// or holds no file.
std::optional<std::string_view> file_of_form(std::string_view content_type, std::string_view body);

}  // namespace gulou
