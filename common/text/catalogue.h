// The one catalogue of what people read: a sentence for every reason of an Error and a word for
// every noun, state and label, each in Chinese and English. Used by CLI, HTTP, pages and adapters
// on any thread; immutable. The texts stand in catalogue.inc and words.inc; a test refuses a key
// without both languages and a `fail(…)` whose reason has no sentence.
#pragma once

#include "common/base/result.h"
#include "common/text/language.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// The sentence of a reason, {0} {1} … and {field} filled in. An unknown reason is answered with the
// reason, field and values themselves, so nothing is ever hidden.
std::string sentence(Language language,
                     std::string_view reason,
                     std::string_view field,
                     std::span<const std::string> args);
std::string sentence(Language language, const Error& error);

bool has_sentence(std::string_view reason);

// Why something on a channel is as it is: the sentence or word of a reason, then what of the detail
// it does not hold. A detail is the words of the platform, a person or a page, or the values of the
// sentence with detail_separator between them. Either may be empty.
inline constexpr std::string_view detail_separator = " · ";
std::string explanation(Language language, std::string_view reason, std::string_view detail);

// The word for a key of words.inc ("state_parked", "field_index_no"); the key itself if unknown.
std::string_view word(Language language, std::string_view key);
// word("state", name_of(state)): key is "<group>_<name>"; the name itself if unknown.
std::string_view word(Language language, std::string_view group, std::string_view name);
bool has_word(std::string_view key);

// One line of either file, for the tests and for generated documentation.
struct CatalogueLine {
  std::string_view key;
  std::string_view zh;
  std::string_view en;
};

std::span<const CatalogueLine> sentences();
std::span<const CatalogueLine> words();

}  // namespace gulou
