#include "common/text/language.h"

#include <algorithm>
#include <string>

namespace gulou {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

// "q=0.8" in thousandths; 1000 when absent, 0 when not understood.
int quality_of(std::string_view parameters) {
  const size_t at = parameters.find("q=");
  if (at == std::string_view::npos) {
    return 1000;
  }
  int value = 0;
  int unit = 1000;
  for (const char c : parameters.substr(at + 2)) {
    if (c == '.') {
      continue;
    }
    if (c < '0' || c > '9' || unit == 0) {
      break;
    }
    value += (c - '0') * unit;
    unit /= 10;
  }
  return std::min(value, 1000);
}

}  // namespace

std::string_view name_of(Language language) {
  switch (language) {
    case Language::zh:
      return "zh-CN";
    case Language::en:
      return "en";
  }
  return "zh-CN";
}

std::optional<Language> parse_language(std::string_view text) {
  const std::string_view main = text.substr(0, text.find_first_of("-_.@"));
  std::string lower(main);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (lower == "zh") {
    return Language::zh;
  }
  if (lower == "en") {
    return Language::en;
  }
  return std::nullopt;
}

Language choose_language(std::string_view lang_option, std::string_view environment) {
  if (const auto asked = parse_language(lang_option)) {
    return *asked;
  }
  return parse_language(environment).value_or(Language::zh);
}

Language choose_language_http(std::string_view accept_language) {
  Language best = Language::zh;
  int best_quality = 0;
  while (!accept_language.empty()) {
    const std::string_view item = accept_language.substr(0, accept_language.find(','));
    accept_language.remove_prefix(std::min(item.size() + 1, accept_language.size()));
    const size_t semicolon = std::min(item.find(';'), item.size());
    const auto language = parse_language(trimmed(item.substr(0, semicolon)));
    const int quality = quality_of(item.substr(semicolon));
    if (language && quality > best_quality) {
      best = *language;
      best_quality = quality;
    }
  }
  return best;
}

}  // namespace gulou
