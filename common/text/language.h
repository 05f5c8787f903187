// The two languages people read, and how one is chosen: --lang, then LC_ALL or LANG, on HTTP by
// Accept-Language. Chinese wherever nothing understandable is said. Pure functions; the shells pass
// in what the environment holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gulou {

enum class Language : uint8_t { zh, en };

// BCP 47 tag for the lang attribute and Content-Language.
std::string_view name_of(Language language);

// "zh", "zh-CN", "en_US.UTF-8", "EN"; nothing else.
std::optional<Language> parse_language(std::string_view text);

// lang_option: value of --lang or empty; environment: LC_ALL, else LANG, or empty.
Language choose_language(std::string_view lang_option, std::string_view environment);

// By quality value, the earlier one among equals.
Language choose_language_http(std::string_view accept_language);

}  // namespace gulou
