#include "adapters/screen/initials.h"

#include "common/base/utf8.h"
#include "screen_initials_embedded.h"

namespace gulou {

std::string pinyin_initials(std::string_view text) {
  constexpr char32_t first = 0x4E00;
  const std::string_view table = embedded::screen_initials[0].second;
  std::string letters;
  for_each_char(text, [&](char32_t point, size_t) {
    if (point >= first && point - first < table.size()) {
      const char letter = table[point - first];
      letters += letter == '-' ? "" : std::string(1, letter);
    } else if ((point >= 'a' && point <= 'z') || (point >= '0' && point <= '9')) {
      letters += static_cast<char>(point);
    } else if (point >= 'A' && point <= 'Z') {
      letters += static_cast<char>(point - 'A' + 'a');
    }
  });
  return letters;
}

}  // namespace gulou
