#include "adapters/screen/led.h"

#include "adapters/screen/item_json.h"
#include "adapters/screen/limits.h"
#include "common/base/utf8.h"
#include "common/text/catalogue.h"

#include <algorithm>

namespace gulou {
namespace {

constexpr Language zh = Language::zh;

// Punctuation that does not begin a line.
bool closes(std::string_view character) {
  constexpr std::string_view marks = "，。、；：！？）》」』”’】";
  return character.size() == 3 && marks.find(character) != std::string_view::npos;
}

std::string sentence_of(const ScreenItem& item) {
  const Release& release = item.release;
  std::string text = item_title(release, zh);
  if (release.priority == Priority::urgent) {
    text = "【" + std::string(word(zh, "priority_urgent")) + "】" + text;
    text += release.summary.empty() ? "" : "：" + release.summary;
  }
  return text + "（" + release.issuer.name + " " + format_shanghai_date(item.published_on) + "）";
}

void add_lines(std::string& out, std::string_view text, size_t width) {
  size_t used = 0;
  while (!text.empty()) {
    const size_t bytes = std::max<size_t>(1, utf8_at(text.data(), text.data() + text.size()).bytes);
    const std::string_view character = text.substr(0, bytes);
    const size_t columns = bytes >= 3 ? 2 : 1;
    if (width > 0 && used > 0 && used + columns > width && !closes(character)) {
      out += '\n';
      used = 0;
    }
    out += character;
    used += columns;
    text.remove_prefix(bytes);
  }
  out += '\n';
}

}  // namespace

std::string led_text(const Playlist& list, size_t width) {
  std::string out;
  for (const PlaylistEntry& entry : list.entries) {
    add_lines(out, sentence_of(*entry.item), width);
    if (out.size() > limits::screen_led_bytes_max) {
      break;
    }
  }
  return out;
}

}  // namespace gulou
