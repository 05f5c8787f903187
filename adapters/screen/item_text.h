// The text of an item as people read it on a screen: whole where the law of the glass allows it,
// and how long it takes to read. Official text is never cut. Pure; any thread.
#pragma once

#include "adapters/screen/store.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace gulou {

// The body as HTML, pictures at files/<digest>/<name>; empty where there is none or it cannot be
// shown.
std::string item_html(const Release& release);

// The same without markup and line breaks: for searching and counting.
std::string item_plain(const Release& release);

struct ReadingLength {
  size_t brief_chars = 0;  // title, summary and facts
  size_t whole_chars = 0;  // and the text; 0: too long for the glass, or of a kind shown in brief
};

// Whole: notices, public notices, guides and everything urgent, up to screen_full_text_chars.
ReadingLength reading_length(const Release& release);

}  // namespace gulou
