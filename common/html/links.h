// What an address in a body may be: http, https, mailto, tel, or attachment:NAME for a file of the
// same release. Pure; used by the sanitiser and by the reader of the normal form.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gulou {

inline constexpr std::string_view attachment_scheme = "attachment:";

// [A-Za-z0-9._-]{1,100}, not starting with a dot, as the model demands of Attachment::name.
bool is_attachment_name(std::string_view name);

// "a.pdf" of "attachment:a.pdf"; nothing for anything else.
std::optional<std::string_view> attachment_of(std::string_view address);

// The address as the normal form writes it (trimmed, scheme in small letters, blanks and quotes
// percent-encoded), or nothing if it may not stand there. Idempotent.
std::optional<std::string> clean_link(std::string_view address);

// "javascript" of " JavaScript:alert(1)", "none" for a relative address; for reports.
std::string scheme_of(std::string_view address);

}  // namespace gulou
