#include "adapters/portal/site_words.h"

#include "common/html/escape.h"
#include "common/text/catalogue.h"

#include <array>

namespace gulou {

Result<std::string> with_words(std::string_view name, std::string_view source) {
  std::string text;
  while (true) {
    const size_t open = source.find("[[");
    const size_t close = open == std::string_view::npos ? open : source.find("]]", open);
    if (close == std::string_view::npos) {
      return text += source;
    }
    const std::string_view key = source.substr(open + 2, close - open - 2);
    if (!has_word(key)) {
      return fail(
          ErrorCode::not_found, "template_word_missing", {}, {std::string(name), std::string(key)});
    }
    text += source.substr(0, open);
    append_escaped(text, page_word(key), Escape::html);
    source.remove_prefix(close + 2);
  }
}

std::string page_word(std::string_view key) {
  return std::string(word(Language::zh, key));
}

std::string page_sentence(std::string_view key, std::string first, std::string second) {
  const std::array<std::string, 2> values{std::move(first), std::move(second)};
  return sentence(Language::zh, key, {}, values);
}

}  // namespace gulou
