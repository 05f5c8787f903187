// The fixed words of templates: [[key]] in a template is a word of the catalogue (common/text), put
// in once when the templates are compiled. So no template holds a sentence of its own. Pure.
#pragma once

#include "common/base/result.h"

#include <string>
#include <string_view>

namespace gulou {

// name is for the Error only: template_word_missing.
Result<std::string> with_words(std::string_view name, std::string_view source);

// word() in the language of the pages, as a string of its own.
std::string page_word(std::string_view key);
// sentence() in the language of the pages.
std::string page_sentence(std::string_view key, std::string first = {}, std::string second = {});

}  // namespace gulou
