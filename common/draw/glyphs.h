// Which characters no installed font can draw. Rare characters of names (䶮, 堃) show as an empty
// box where a font is missing; whoever draws or shows text asks here first. The union of all fonts
// is read once per process, on first use (some 50 ms); after that a question costs nanoseconds per
// character. Any thread.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct MissingGlyph {
  char32_t code_point = 0;
  size_t position = 0;  // in characters, from 0

  friend bool operator==(const MissingGlyph&, const MissingGlyph&) = default;
};

// Each missing character once, at its first position. Blanks, controls and joiners need no glyph.
// Bytes that are not UTF-8 count as U+FFFD.
std::vector<MissingGlyph> missing_glyphs(std::string_view utf8);

// Error missing_glyph with the character, its code point ("U+4DAE") and position as args.
Status check_glyphs(std::string_view utf8, std::string_view field);

}  // namespace gulou
