// JsonWriter: writes a JSON answer from front to back. Commas, quotes and escapes are its matter;
// begin and end must match. Text that is not UTF-8 comes out with U+FFFD, so that the answer is
// always JSON. A value type of one thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace gulou {

class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);

  JsonWriter& value(const char* text) { return value(std::string_view(text)); }

  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }

  JsonWriter& value(bool flag) { return raw(flag ? "true" : "false"); }

  template <std::integral Integer>

  requires(!std::same_as<Integer, bool>) JsonWriter& value(Integer number) {
    return raw(std::to_string(number));
  }

  JsonWriter& null() { return raw("null"); }

  // A JSON text that is valid by itself, such as a release.
  JsonWriter& raw(std::string_view json);

  template <class Value>
  JsonWriter& member(std::string_view name, const Value& content) {
    key(name);
    return value(content);
  }

  // Left out when empty.
  JsonWriter& text_member(std::string_view name, std::string_view text) {
    return text.empty() ? *this : member(name, text);
  }

  const std::string& text() const { return out_; }

  std::string take() { return std::move(out_); }

 private:
  void separate();

  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace gulou
