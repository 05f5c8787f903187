#include "broker/cli/json_tree.h"

#include "common/json/writer.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace gulou::cli {
namespace {

std::string number_text(double number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  return {digits, end};
}

void write(JsonWriter& out, const JsonValue& value) {
  struct Visitor {
    JsonWriter& out;

    void operator()(std::monostate) const { out.null(); }

    void operator()(bool flag) const { out.value(flag); }

    void operator()(int64_t number) const { out.value(number); }

    void operator()(double number) const { out.raw(number_text(number)); }

    void operator()(const std::string& text) const { out.value(text); }

    void operator()(const JsonValue::Array& items) const {
      out.begin_array();
      for (const JsonValue& item : items) {
        write(out, item);
      }
      out.end_array();
    }

    void operator()(const JsonValue::Object& members) const {
      out.begin_object();
      for (const auto& [key, member] : members) {
        out.key(key);
        write(out, member);
      }
      out.end_object();
    }
  };

  std::visit(Visitor{out}, value.content());
}

auto place_of(Members& members, std::string_view key) {
  return std::ranges::find_if(members, [key](const auto& member) { return member.key == key; });
}

}  // namespace

JsonValue json_text(std::string text) {
  return JsonValue(JsonValue::Content(std::move(text)));
}

JsonValue json_number(int64_t number) {
  return JsonValue(JsonValue::Content(number));
}

JsonValue json_object(Members members) {
  return JsonValue(JsonValue::Content(std::move(members)));
}

JsonValue json_array(JsonValue::Array items) {
  return JsonValue(JsonValue::Content(std::move(items)));
}

const JsonValue* find(const Members& members, std::string_view key) {
  const auto found =
      std::ranges::find_if(members, [key](const auto& member) { return member.key == key; });
  return found == members.end() ? nullptr : &found->value;
}

void set(Members& members, std::string_view key, JsonValue value) {
  const auto found = place_of(members, key);
  if (found != members.end()) {
    found->value = std::move(value);
  } else {
    members.push_back({std::string(key), std::move(value)});
  }
}

void drop(Members& members, std::string_view key) {
  const auto found = place_of(members, key);
  if (found != members.end()) {
    members.erase(found);
  }
}

void fill(Members& members, const Members& defaults) {
  for (const auto& [key, value] : defaults) {
    const auto found = place_of(members, key);
    if (found == members.end()) {
      members.push_back({key, value});
    } else if (found->value.is_object() && value.is_object()) {
      Members inner = found->value.members();
      fill(inner, value.members());
      found->value = json_object(std::move(inner));
    }
  }
}

std::string to_text(const JsonValue& value) {
  JsonWriter out;
  write(out, value);
  return out.take();
}

}  // namespace gulou::cli
