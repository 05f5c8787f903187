// Pictures and PDF made of text: a title card for channels that want a cover, and a plain document.
// Both refuse text with a character no font can draw (missing_glyph) and text that does not fit
// (text_does_not_fit); nothing is cut or replaced. Any thread. Door to pango and cairo: picture.cc.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <string>

namespace gulou {

struct TitleCard {
  std::string title;
  std::string line_above;  // the issuing body; may be empty
  std::string line_below;  // date or document number; may be empty
  uint32_t width_px = 1200;
  uint32_t height_px = 630;
};

// PNG bytes: deep red, the title as large as fits in at most four lines.
Result<std::string> title_card_png(const TitleCard& card);

struct TextDocument {
  std::string title;
  // Paragraphs separated by \n; "\f" begins a new page, "# " and "## " make a heading.
  std::string text;
  std::string qr;      // drawn at the end; may be empty
  std::string footer;  // at the bottom of each page, before the page number; may be empty
};

// PDF bytes, A4, text selectable, one page after the other.
Result<std::string> text_pdf(const TextDocument& document);

}  // namespace gulou
