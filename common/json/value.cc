#include "common/json/value.h"

#include "common/base/limits.h"
#include "common/json/parser.h"

#include <algorithm>
#include <charconv>

namespace gulou {
namespace {

const JsonValue& null_value() {
  static const JsonValue value;
  return value;
}

const JsonValue* member(const JsonValue& object, std::string_view key) {
  const auto* const members = std::get_if<JsonValue::Object>(&object.content());
  if (members == nullptr) {
    return nullptr;
  }
  const auto found = std::ranges::find(*members, key, &JsonValue::Member::key);
  return found == members->end() ? nullptr : &found->value;
}

const JsonValue* element(const JsonValue& array, std::string_view number) {
  const auto* const items = std::get_if<JsonValue::Array>(&array.content());
  size_t index = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
  const bool valid = error == std::errc() && end == number.data() + number.size();
  return items != nullptr && valid && index < items->size() ? &(*items)[index] : nullptr;
}

}  // namespace

Result<JsonValue> JsonValue::parse(std::string_view text) {
  return parse_json(text, {.depth_max = limits::json_answer_depth_max});
}

const JsonValue& JsonValue::at(std::string_view path) const {
  const JsonValue* value = this;
  while (!path.empty() && value != nullptr) {
    if (path.front() == '[') {
      const size_t close = std::min(path.find(']'), path.size());
      value = element(*value, path.substr(1, close - 1));
      path.remove_prefix(std::min(close + 1, path.size()));
    } else {
      path.remove_prefix(path.front() == '.' ? 1 : 0);
      const size_t stop = std::min(path.find_first_of(".["), path.size());
      value = member(*value, path.substr(0, stop));
      path.remove_prefix(stop);
    }
  }
  return value == nullptr ? null_value() : *value;
}

std::string_view JsonValue::text(std::string_view path, std::string_view otherwise) const {
  const auto* const found = std::get_if<std::string>(&at(path).content());
  return found == nullptr ? otherwise : *found;
}

int64_t JsonValue::integer(std::string_view path, int64_t otherwise) const {
  const auto* const found = std::get_if<int64_t>(&at(path).content());
  return found == nullptr ? otherwise : *found;
}

double JsonValue::number(std::string_view path, double otherwise) const {
  const Content& found = at(path).content();
  if (const auto* const whole = std::get_if<int64_t>(&found)) {
    return static_cast<double>(*whole);
  }
  const auto* const real = std::get_if<double>(&found);
  return real == nullptr ? otherwise : *real;
}

bool JsonValue::boolean(std::string_view path, bool otherwise) const {
  const auto* const found = std::get_if<bool>(&at(path).content());
  return found == nullptr ? otherwise : *found;
}

const JsonValue::Array& JsonValue::items(std::string_view path) const {
  static const Array none;
  const auto* const found = std::get_if<Array>(&at(path).content());
  return found == nullptr ? none : *found;
}

const JsonValue::Object& JsonValue::members(std::string_view path) const {
  static const Object none;
  const auto* const found = std::get_if<Object>(&at(path).content());
  return found == nullptr ? none : *found;
}

}  // namespace gulou
