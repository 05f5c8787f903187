#include "common/draw/glyphs.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include <fontconfig/fontconfig.h>

namespace gulou {
namespace {

template <class T, void (*destroy)(T*)>
struct Destroy {
  void operator()(T* object) const { destroy(object); }
};

using FontSet = std::unique_ptr<FcFontSet, Destroy<FcFontSet, FcFontSetDestroy>>;
using Pattern = std::unique_ptr<FcPattern, Destroy<FcPattern, FcPatternDestroy>>;
using ObjectSet = std::unique_ptr<FcObjectSet, Destroy<FcObjectSet, FcObjectSetDestroy>>;

// Never freed: it lives as long as the process and is read by any thread.
const FcCharSet* coverage_of_all_fonts() {
  FcCharSet* all = FcCharSetCreate();
  const Pattern any(FcPatternCreate());
  const ObjectSet wanted(FcObjectSetBuild(FC_CHARSET, static_cast<char*>(nullptr)));
  const FontSet fonts(FcFontList(nullptr, any.get(), wanted.get()));
  for (int i = 0; fonts != nullptr && i < fonts->nfont; ++i) {
    FcCharSet* one = nullptr;
    if (FcPatternGetCharSet(fonts->fonts[i], FC_CHARSET, 0, &one) == FcResultMatch) {
      FcCharSetMerge(all, one, nullptr);
    }
  }
  return all;
}

bool needs_no_glyph(char32_t c) {
  return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || (c >= 0x2000 && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) || c == 0x3000 ||
         (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || (c >= 0xe0100 && c <= 0xe01ef);
}

// Takes one character off the front; U+FFFD and one byte for anything that is not UTF-8.
char32_t take_character(std::string_view& rest) {
  FcChar32 c = 0;
  const int used = FcUtf8ToUcs4(reinterpret_cast<const FcChar8*>(rest.data()),
                                &c,
                                static_cast<int>(std::min<size_t>(rest.size(), 6)));
  if (used <= 0) {
    rest.remove_prefix(1);
    return 0xfffd;
  }
  rest.remove_prefix(static_cast<size_t>(used));
  return c;
}

std::string to_utf8(char32_t c) {
  FcChar8 bytes[FC_UTF8_MAX_LEN];
  const int count = FcUcs4ToUtf8(c, bytes);
  return {reinterpret_cast<const char*>(bytes), static_cast<size_t>(count)};
}

}  // namespace

std::vector<MissingGlyph> missing_glyphs(std::string_view utf8) {
  static const FcCharSet* const coverage = coverage_of_all_fonts();
  std::vector<MissingGlyph> missing;
  for (size_t position = 0; !utf8.empty(); ++position) {
    const char32_t c = take_character(utf8);
    if (needs_no_glyph(c) || FcCharSetHasChar(coverage, c) == FcTrue) {
      continue;
    }
    const bool known = std::any_of(
        missing.begin(), missing.end(), [c](const MissingGlyph& m) { return m.code_point == c; });
    if (!known) {
      missing.push_back({c, position});
    }
  }
  return missing;
}

Status check_glyphs(std::string_view utf8, std::string_view field) {
  const std::vector<MissingGlyph> missing = missing_glyphs(utf8);
  if (missing.empty()) {
    return {};
  }
  char code[16];
  std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(missing.front().code_point));
  return fail(
      ErrorCode::refused,
      "missing_glyph",
      std::string(field),
      {to_utf8(missing.front().code_point), code, std::to_string(missing.front().position + 1)});
}

}  // namespace gulou
