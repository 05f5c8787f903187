#include "common/json/parser.h"

#include "common/base/utf8.h"
#include "common/json/json_text.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace gulou {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Recursive descent; nesting is bounded by the rules. A false has left the reason and the place.
class Parser {
 public:
  Parser(std::string_view text, JsonRules rules)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), rules_(rules) {}

  Result<JsonValue> run() {
    JsonValue result;
    skip_blanks();
    bool good = value(result, 0);
    skip_blanks();
    if (good && at_ != end_) {
      good = wrong("json_trailing");
    }
    if (!good) {
      return fail(ErrorCode::invalid_argument, reason_, {}, {std::to_string(at_ - begin_)});
    }
    return result;
  }

 private:
  bool wrong(const char* reason) {
    reason_ = at_ == end_ ? "json_truncated" : reason;
    return false;
  }

  bool wrong_at(const char* place, const char* reason) {
    at_ = place;
    reason_ = reason;
    return false;
  }

  void skip_blanks() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) {
      ++at_;
    }
  }

  bool next_is(char c) const { return at_ < end_ && *at_ == c; }

  bool take(char c) {
    skip_blanks();
    if (!next_is(c)) {
      return wrong("json_syntax");
    }
    ++at_;
    return true;
  }

  bool value(JsonValue& out, size_t depth) {
    skip_blanks();
    switch (at_ < end_ ? *at_ : '\0') {
      case '"': {
        std::string text;
        if (!string(text)) {
          return false;
        }
        out = JsonValue(std::move(text));
        return true;
      }
      case '{':
        return object(out, depth + 1);
      case '[':
        return array(out, depth + 1);
      case 't':
        return word("true", out, JsonValue(true));
      case 'f':
        return word("false", out, JsonValue(false));
      case 'n':
        return rules_.canonical_values ? wrong("json_null") : word("null", out, JsonValue());
      default:
        return number(out);
    }
  }

  bool word(std::string_view expected, JsonValue& out, JsonValue meaning) {
    if (std::string_view(at_, static_cast<size_t>(end_ - at_)).substr(0, expected.size()) !=
        expected) {
      return wrong("json_syntax");
    }
    at_ += expected.size();
    out = std::move(meaning);
    return true;
  }

  bool object(JsonValue& out, size_t depth) {
    if (depth > rules_.depth_max) {
      return wrong("json_too_deep");
    }
    const char* const start = at_++;
    JsonValue::Object members;
    skip_blanks();
    if (!next_is('}')) {
      do {
        JsonValue::Member& member = members.emplace_back();
        skip_blanks();
        if (!next_is('"')) {
          return wrong("json_syntax");
        }
        if (!string(member.key) || !take(':') || !value(member.value, depth)) {
          return false;
        }
        skip_blanks();
      } while (next_is(',') && ++at_ != nullptr);
    }
    if (!take('}')) {
      return false;
    }
    std::vector<std::string_view> keys;
    for (const auto& member : members) {
      keys.push_back(member.key);
    }
    std::ranges::sort(keys);
    if (std::ranges::adjacent_find(keys) != keys.end()) {
      return wrong_at(start, "json_duplicate_key");
    }
    out = JsonValue(std::move(members));
    return true;
  }

  bool array(JsonValue& out, size_t depth) {
    if (depth > rules_.depth_max) {
      return wrong("json_too_deep");
    }
    ++at_;
    JsonValue::Array items;
    skip_blanks();
    if (!next_is(']')) {
      do {
        if (!value(items.emplace_back(), depth)) {
          return false;
        }
        skip_blanks();
      } while (next_is(',') && ++at_ != nullptr);
    }
    if (!take(']')) {
      return false;
    }
    out = JsonValue(std::move(items));
    return true;
  }

  bool string(std::string& text) {
    ++at_;
    for (;;) {
      const char* const start = at_;
      while (at_ < end_ && *at_ != '"' && *at_ != '\\' &&
             static_cast<unsigned char>(*at_) >= 0x20) {
        const size_t bytes = utf8_at(at_, end_).bytes;
        if (bytes == 0) {
          return wrong("json_not_utf8");
        }
        at_ += bytes;
      }
      text.append(start, at_);
      if (at_ == end_) {
        return wrong("json_truncated");
      }
      if (*at_ == '"') {
        ++at_;
        return true;
      }
      if (*at_ != '\\') {
        return wrong("json_control_character");
      }
      if (!escape(text)) {
        return false;
      }
    }
  }

  bool escape(std::string& text) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const char* const start = at_++;
    if (at_ == end_) {
      return wrong("json_truncated");
    }
    const char letter = *at_++;
    if (letter != 'u') {
      const size_t which = letters.find(letter);
      if (which == std::string_view::npos) {
        return wrong_at(start, "json_syntax");
      }
      text += meanings[which];
      return true;
    }
    std::optional<char32_t> point = code_unit();
    if (point && *point >= 0xD800 && *point < 0xDC00 && end_ - at_ >= 2 && at_[0] == '\\' &&
        at_[1] == 'u') {
      at_ += 2;
      const auto low = code_unit();
      point = low && *low >= 0xDC00 && *low < 0xE000
                  ? std::optional(0x10000 + ((*point - 0xD800) << 10) + (*low - 0xDC00))
                  : std::nullopt;
    }
    if (!point || (*point >= 0xD800 && *point < 0xE000)) {
      return wrong_at(start, "json_not_utf8");
    }
    append_utf8(text, *point);
    return true;
  }

  std::optional<char32_t> code_unit() {
    uint32_t unit = 0;
    if (end_ - at_ < 4 || std::from_chars(at_, at_ + 4, unit, 16).ptr != at_ + 4) {
      return std::nullopt;
    }
    at_ += 4;
    return unit;
  }

  bool digits() {
    const char* const start = at_;
    while (at_ < end_ && is_digit(*at_)) {
      ++at_;
    }
    return at_ != start;
  }

  bool number(JsonValue& out) {
    const char* const start = at_;
    at_ += next_is('-') ? 1 : 0;
    const bool zero = next_is('0');
    const char* const first = at_;
    if (!digits() || (zero && at_ - first > 1)) {
      return wrong_at(start, at_ == end_ && at_ == first ? "json_truncated" : "json_syntax");
    }
    bool whole = true;
    if (next_is('.')) {
      whole = false;
      ++at_;
      if (!digits()) {
        return wrong("json_syntax");
      }
    }
    if (next_is('e') || next_is('E')) {
      whole = false;
      ++at_;
      at_ += next_is('+') || next_is('-') ? 1 : 0;
      if (!digits()) {
        return wrong("json_syntax");
      }
    }
    return whole ? integer(start, out) : real(start, out);
  }

  bool integer(const char* start, JsonValue& out) {
    int64_t number = 0;
    const bool exact = std::from_chars(start, at_, number).ec == std::errc();
    const auto magnitude =
        number < 0 ? 0 - static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
    if (rules_.canonical_values && (!exact || magnitude > json_integer_max)) {
      return wrong_at(start, "json_integer_too_large");
    }
    if (!exact) {
      return real(start, out);
    }
    out = JsonValue(number);
    return true;
  }

  bool real(const char* start, JsonValue& out) {
    if (rules_.canonical_values) {
      return wrong_at(start, "json_float");
    }
    double number = 0;
    if (std::from_chars(start, at_, number).ec != std::errc()) {
      return wrong_at(start, "json_integer_too_large");
    }
    out = JsonValue(number);
    return true;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  JsonRules rules_;
  const char* reason_ = "json_syntax";
};

}  // namespace

Result<JsonValue> parse_json(std::string_view text, JsonRules rules) {
  return Parser(text, rules).run();
}

}  // namespace gulou
