#include "common/settings/value.h"

#include <algorithm>

namespace gulou {

const TomlValue* TomlValue::find(std::string_view key) const {
  const Table* members = table();
  if (members == nullptr) {
    return nullptr;
  }
  const auto found = std::ranges::find(*members, key, &Member::key);
  return found == members->end() ? nullptr : &found->value;
}

std::string TomlFile::place(const TomlValue& value) const {
  return name + ":" + std::to_string(value.line) + ":" + std::to_string(value.column);
}

std::string toml_quoted(std::string_view text) {
  constexpr char hex_digits[] = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += hex_digits[byte >> 4];
      out += hex_digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace gulou
