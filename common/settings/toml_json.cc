#include "common/settings/toml_json.h"

#include <charconv>

namespace gulou {
namespace {

void append_text(std::string& out, std::string_view text) {
  constexpr char hex_digits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += hex_digits[byte >> 4];
      out += hex_digits[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_number(std::string& out, double number) {
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  const std::string_view text(digits, static_cast<size_t>(end - digits));
  const bool finite = text.find_first_of("in") == std::string_view::npos;
  out += finite ? text : std::string_view("null");
  if (finite && text.find_first_of(".e") == std::string_view::npos) {
    out += ".0";
  }
}

void append_list(std::string& out, const TomlValue::List& list) {
  out += '[';
  for (size_t i = 0; i < list.size(); ++i) {
    out += i == 0 ? "" : ",";
    append_json(out, list[i]);
  }
  out += ']';
}

void append_table(std::string& out, const TomlValue::Table& table) {
  out += '{';
  for (size_t i = 0; i < table.size(); ++i) {
    out += i == 0 ? "" : ",";
    append_text(out, table[i].key);
    out += ':';
    append_json(out, table[i].value);
  }
  out += '}';
}

}  // namespace

void append_json(std::string& out, const TomlValue& value) {
  if (const std::string* text = value.text()) {
    append_text(out, *text);
  } else if (const int64_t* number = value.number()) {
    out += std::to_string(*number);
  } else if (const bool* yes = value.yes()) {
    out += *yes ? "true" : "false";
  } else if (const auto* list = value.list()) {
    append_list(out, *list);
  } else if (const auto* table = value.table()) {
    append_table(out, *table);
  } else if (const double* fraction = std::get_if<double>(&value.value)) {
    append_number(out, *fraction);
  }
}

Result<std::string> toml_to_json(std::string_view text,
                                 std::string_view name,
                                 uint32_t first_line) {
  const TomlFile file = TRY(parse_toml(text, name, first_line));
  std::string out;
  append_json(out, file.root);
  return out;
}

}  // namespace gulou
