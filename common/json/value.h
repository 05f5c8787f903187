// JsonValue: a JSON text as a tree, for answers of HTTP and platforms and for command lines.
// Releases do not go through it (release_json.h). Values own what they hold. Reading goes by path
// and never fails: what is absent or of another type gives the value named as otherwise. Any
// thread.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gulou {

class JsonValue {
 public:
  struct Member;
  using Array = std::vector<JsonValue>;
  using Object = std::vector<Member>;  // in the order of the text, keys unique
  using Content = std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object>;

  // Refuses bad UTF-8, duplicate keys and deep nesting; first argument: the byte offset.
  static Result<JsonValue> parse(std::string_view text);

  JsonValue() noexcept;  // null
  explicit JsonValue(Content content);

  const Content& content() const { return content_; }

  bool is_null() const { return std::holds_alternative<std::monostate>(content_); }

  bool is_text() const { return std::holds_alternative<std::string>(content_); }

  bool is_object() const { return std::holds_alternative<Object>(content_); }

  bool is_array() const { return std::holds_alternative<Array>(content_); }

  // Paths: "title", "parts[0].title", "" for the value itself. Absent: null.
  const JsonValue& at(std::string_view path) const;

  std::string_view text(std::string_view path = {}, std::string_view otherwise = {}) const;
  int64_t integer(std::string_view path = {}, int64_t otherwise = 0) const;
  double number(std::string_view path = {}, double otherwise = 0) const;
  bool boolean(std::string_view path = {}, bool otherwise = false) const;
  const Array& items(std::string_view path = {}) const;
  const Object& members(std::string_view path = {}) const;

 private:
  Content content_;
};

struct JsonValue::Member {
  std::string key;
  JsonValue value;
};

// Here, because a vector of members wants to know what a member is.
inline JsonValue::JsonValue() noexcept = default;

inline JsonValue::JsonValue(Content content) : content_(std::move(content)) {}

}  // namespace gulou
