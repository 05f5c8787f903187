#include "common/base/limits.h"
#include "common/json/canonical.h"
#include "common/json/json_text.h"
#include "common/json/parser.h"

#include <algorithm>

namespace gulou {
namespace {

void append_canonical(std::string& out, const JsonValue& value);

void append_object(std::string& out, const JsonValue::Object& object) {
  std::vector<const JsonValue::Member*> members;
  members.reserve(object.size());
  for (const auto& member : object) {
    members.push_back(&member);
  }
  std::ranges::sort(
      members, utf16_less, [](const auto* member) { return std::string_view(member->key); });
  out += '{';
  for (const auto* member : members) {
    if (member != members.front()) {
      out += ',';
    }
    append_quoted(out, member->key);
    out += ':';
    append_canonical(out, member->value);
  }
  out += '}';
}

void append_array(std::string& out, const JsonValue::Array& array) {
  out += '[';
  for (const auto& item : array) {
    if (&item != array.data()) {
      out += ',';
    }
    append_canonical(out, item);
  }
  out += ']';
}

void append_canonical(std::string& out, const JsonValue& value) {
  const JsonValue::Content& content = value.content();
  if (const auto* const text = std::get_if<std::string>(&content)) {
    append_quoted(out, *text);
  } else if (const auto* const integer = std::get_if<int64_t>(&content)) {
    out += std::to_string(*integer);
  } else if (const auto* const boolean = std::get_if<bool>(&content)) {
    out += *boolean ? "true" : "false";
  } else if (const auto* const array = std::get_if<JsonValue::Array>(&content)) {
    append_array(out, *array);
  } else if (const auto* const object = std::get_if<JsonValue::Object>(&content)) {
    append_object(out, *object);
  }
}

}  // namespace

Result<std::string> canonicalise(std::string_view json) {
  const JsonValue value =
      TRY(parse_json(json, {.depth_max = limits::json_depth_max, .canonical_values = true}));
  std::string out;
  out.reserve(json.size());
  append_canonical(out, value);
  return out;
}

}  // namespace gulou
