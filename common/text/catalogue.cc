#include "common/text/catalogue.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace gulou {
namespace {

constexpr CatalogueLine sentence_lines[] = {
#define SENTENCE(reason, zh, en) {#reason, zh, en},
#include "common/text/catalogue.inc"
#undef SENTENCE
};

constexpr CatalogueLine word_lines[] = {
#define WORD(key, zh, en) {#key, zh, en},
#include "common/text/words.inc"
#undef WORD
};

using Index = std::unordered_map<std::string_view, const CatalogueLine*>;

Index index_of(std::span<const CatalogueLine> lines) {
  Index index;
  for (const CatalogueLine& line : lines) {
    index.emplace(line.key, &line);
  }
  return index;
}

const CatalogueLine* find(const Index& index, std::string_view key) {
  const auto found = index.find(key);
  return found == index.end() ? nullptr : found->second;
}

const CatalogueLine* find_sentence(std::string_view reason) {
  static const Index index = index_of(sentence_lines);
  return find(index, reason);
}

const CatalogueLine* find_word(std::string_view key) {
  static const Index index = index_of(word_lines);
  return find(index, key);
}

std::string_view text_of(const CatalogueLine& line, Language language) {
  return language == Language::zh ? line.zh : line.en;
}

// What {name} stands for; {0:role} is the word of that group. A number out of range stands for
// nothing.
std::string_view value_of(Language language,
                          std::string_view name,
                          std::string_view field,
                          std::span<const std::string> args) {
  if (name == "field") {
    return field;
  }
  const size_t colon = name.find(':');
  if (colon != std::string_view::npos) {
    const std::string_view value = value_of(language, name.substr(0, colon), field, args);
    return word(language, name.substr(colon + 1), value);
  }
  const bool is_digit = name.size() == 1 && name[0] >= '0' && name[0] <= '9';
  const size_t at = is_digit ? static_cast<size_t>(name[0] - '0') : args.size();
  return at < args.size() ? std::string_view(args[at]) : std::string_view();
}

std::string fill(Language language,
                 std::string_view pattern,
                 std::string_view field,
                 std::span<const std::string> args) {
  std::string text;
  while (!pattern.empty()) {
    const size_t open = pattern.find('{');
    const size_t close = open == std::string_view::npos ? open : pattern.find('}', open);
    if (close == std::string_view::npos) {
      break;
    }
    text += pattern.substr(0, open);
    text += value_of(language, pattern.substr(open + 1, close - open - 1), field, args);
    pattern.remove_prefix(close + 1);
  }
  return text += pattern;
}

}  // namespace

std::string sentence(Language language,
                     std::string_view reason,
                     std::string_view field,
                     std::span<const std::string> args) {
  if (const CatalogueLine* line = find_sentence(reason)) {
    return fill(language, text_of(*line, language), field, args);
  }
  std::string text(reason);
  if (!field.empty()) {
    text.append(" ").append(field);
  }
  for (const std::string& arg : args) {
    text.append(" ").append(arg);
  }
  return text;
}

std::string sentence(Language language, const Error& error) {
  return sentence(language, error.reason, error.field, error.args);
}

bool has_sentence(std::string_view reason) {
  return find_sentence(reason) != nullptr;
}

std::string explanation(Language language, std::string_view reason, std::string_view detail) {
  std::vector<std::string> values;
  for (size_t from = 0; !detail.empty() && detail != reason && from <= detail.size();) {
    const size_t end = std::min(detail.find(detail_separator, from), detail.size());
    values.emplace_back(detail.substr(from, end - from));
    from = end + detail_separator.size();
  }
  std::string text = has_sentence(reason) ? sentence(language, reason, {}, values)
                                          : std::string(word(language, "reason", reason));
  for (const std::string& value : values) {
    if (text.find(value) == std::string::npos) {
      text.append(text.empty() ? "" : detail_separator).append(word(language, "read_back", value));
    }
  }
  return text;
}

std::string_view word(Language language, std::string_view key) {
  const CatalogueLine* line = find_word(key);
  return line != nullptr ? text_of(*line, language) : key;
}

std::string_view word(Language language, std::string_view group, std::string_view name) {
  const CatalogueLine* line = find_word(std::string(group).append("_").append(name));
  return line != nullptr ? text_of(*line, language) : name;
}

bool has_word(std::string_view key) {
  return find_word(key) != nullptr;
}

std::span<const CatalogueLine> sentences() {
  return sentence_lines;
}

std::span<const CatalogueLine> words() {
  return word_lines;
}

}  // namespace gulou
