#include "common/json/canonical.h"

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/json/json_text.h"

#include <cstring>

namespace gulou {
namespace {

// Whether one of eight bytes ends a run of plain ASCII: a quote, a backslash, a control character
// or the start of something longer.
bool has_special(const char* at) {
  constexpr uint64_t ones = 0x0101010101010101;
  constexpr uint64_t high = ones * 0x80;
  uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  const auto zero = [](uint64_t x) { return (x - ones) & ~x & high; };
  const uint64_t below_blank = (bytes - ones * 0x20) & ~bytes & high;
  return ((bytes & high) | below_blank | zero(bytes ^ (ones * '"')) |
          zero(bytes ^ (ones * '\\'))) != 0;
}

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct Key {
  std::string_view raw;  // between the quotes
  bool escaped = false;
};

// Of canonical escapes only.
std::string unescaped(std::string_view raw) {
  constexpr std::string_view letters = "\"\\btnfr";
  constexpr std::string_view meanings = "\"\\\b\t\n\f\r";
  const auto hex = [](char c) { return is_digit(c) ? c - '0' : c - 'a' + 10; };
  std::string text;
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      text += raw[i];
    } else if (raw[++i] == 'u') {
      text += static_cast<char>(hex(raw[i + 3]) * 16 + hex(raw[i + 4]));
      i += 4;
    } else {
      text += meanings[letters.find(raw[i])];
    }
  }
  return text;
}

bool less(const Key& left, const Key& right) {
  if (!left.escaped && !right.escaped) {
    return utf16_less(left.raw, right.raw);
  }
  return utf16_less(unescaped(left.raw), unescaped(right.raw));
}

// Walks over the text once. A method that returns false has left the reason, and at_ on the place.
class Checker {
 public:
  explicit Checker(std::string_view json)
      : begin_(json.data()), at_(begin_), end_(begin_ + json.size()) {}

  Status run() {
    if (value(0) && (at_ == end_ || wrong(misplaced("json_trailing")))) {
      return {};
    }
    return fail(ErrorCode::invalid_argument, reason_, {}, {std::to_string(at_ - begin_)});
  }

 private:
  bool wrong(const char* reason) {
    reason_ = reason;
    return false;
  }

  // What stands here instead of a token.
  const char* misplaced(const char* otherwise) const {
    if (at_ == end_) {
      return "json_truncated";
    }
    return is_blank(*at_) ? "json_not_canonical_blank" : otherwise;
  }

  bool next_is(char c) { return at_ < end_ && *at_ == c; }

  bool take(char c) {
    if (!next_is(c)) {
      return wrong(misplaced("json_syntax"));
    }
    ++at_;
    return true;
  }

  bool value(size_t depth) {
    switch (at_ < end_ ? *at_ : '\0') {
      case '"': {
        Key ignored;
        return string(ignored);
      }
      case '{':
        return object(depth + 1);
      case '[':
        return array(depth + 1);
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return wrong("json_null");
      default:
        return next_is('-') || (at_ < end_ && is_digit(*at_)) ? number()
                                                              : wrong(misplaced("json_syntax"));
    }
  }

  bool word(std::string_view expected) {
    if (std::string_view(at_, static_cast<size_t>(end_ - at_)).substr(0, expected.size()) !=
        expected) {
      return wrong("json_syntax");
    }
    at_ += expected.size();
    return true;
  }

  bool object(size_t depth) {
    if (depth > limits::json_depth_max) {
      return wrong("json_too_deep");
    }
    ++at_;
    if (next_is('}')) {
      ++at_;
      return true;
    }
    Key last;
    for (bool first = true;; first = false) {
      const char* const start = at_;
      Key key;
      if (!next_is('"')) {
        return wrong(misplaced("json_syntax"));
      }
      if (!string(key)) {
        return false;
      }
      if (!first && !less(last, key)) {
        at_ = start;
        return wrong(less(key, last) ? "json_not_canonical_order" : "json_duplicate_key");
      }
      last = key;
      if (!take(':') || !value(depth)) {
        return false;
      }
      if (next_is('}')) {
        ++at_;
        return true;
      }
      if (!take(',')) {
        return false;
      }
    }
  }

  bool array(size_t depth) {
    if (depth > limits::json_depth_max) {
      return wrong("json_too_deep");
    }
    ++at_;
    if (next_is(']')) {
      ++at_;
      return true;
    }
    for (;;) {
      if (!value(depth)) {
        return false;
      }
      if (next_is(']')) {
        ++at_;
        return true;
      }
      if (!take(',')) {
        return false;
      }
    }
  }

  bool string(Key& key) {
    const char* const start = ++at_;
    for (;;) {
      while (end_ - at_ >= 8 && !has_special(at_)) {
        at_ += 8;
      }
      if (at_ == end_) {
        return wrong("json_truncated");
      }
      const auto c = static_cast<unsigned char>(*at_);
      if (c >= 0x80) {
        if (!beyond_ascii()) {
          return false;
        }
      } else if (c == '"') {
        key.raw = {start, static_cast<size_t>(at_ - start)};
        ++at_;
        return true;
      } else if (c == '\\') {
        key.escaped = true;
        if (!escape()) {
          return false;
        }
      } else if (c < 0x20) {
        return wrong("json_control_character");
      } else {
        ++at_;
      }
    }
  }

  // A run of characters that are not ASCII.
  bool beyond_ascii() {
    do {
      if (const char* const past = past_common(at_, end_); past != at_) {
        at_ = past;
        continue;
      }
      const size_t bytes = utf8_at(at_, end_).bytes;
      if (bytes == 0) {
        return wrong("json_not_utf8");
      }
      at_ += bytes;
    } while (at_ < end_ && static_cast<unsigned char>(*at_) >= 0x80);
    return true;
  }

  bool escape() {
    const auto left = static_cast<size_t>(end_ - at_);
    if (left < 2) {
      return wrong("json_truncated");
    }
    if (std::string_view("\"\\btnfr").find(at_[1]) != std::string_view::npos) {
      at_ += 2;
      return true;
    }
    const bool control = left >= 6 && std::string_view(at_, 4) == "\\u00" &&
                         (at_[4] == '0' || at_[4] == '1') &&
                         (is_digit(at_[5]) || (at_[5] >= 'a' && at_[5] <= 'f'));
    const bool has_short_form = control && at_[4] == '0' &&
                                std::string_view("89acd").find(at_[5]) != std::string_view::npos;
    if (!control || has_short_form) {
      return wrong("json_not_canonical_escape");
    }
    at_ += 6;
    return true;
  }

  bool number() {
    const char* const start = at_;
    const bool negative = next_is('-');
    at_ += negative ? 1 : 0;
    const char* const digits = at_;
    uint64_t magnitude = 0;
    for (; at_ < end_ && is_digit(*at_); ++at_) {
      magnitude = magnitude > json_integer_max ? magnitude
                                               : magnitude * 10 + static_cast<uint64_t>(*at_ - '0');
    }
    const char* reason = nullptr;
    if (at_ == digits || (*digits == '0' && at_ - digits > 1)) {
      reason = "json_syntax";
    } else if (at_ < end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E')) {
      reason = "json_float";
    } else if (magnitude > json_integer_max) {
      reason = "json_integer_too_large";
    } else if (negative && magnitude == 0) {
      reason = "json_not_canonical_number";
    }
    if (reason != nullptr) {
      at_ = start;
      return wrong(reason);
    }
    return true;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* reason_ = "json_syntax";
};

}  // namespace

Status check_canonical(std::string_view json) {
  return Checker(json).run();
}

}  // namespace gulou
