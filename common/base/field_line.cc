#include "common/base/field_line.h"

#include <charconv>
#include <cstdio>

namespace gulou {
namespace {

constexpr size_t checksum_chars = 16;
constexpr std::string_view checksum_mark = "#=";

// FNV-1a, 64 bits: against accidents, not against people.
std::string checksum(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  char text[checksum_chars + 1];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += c;
    }
  }
}

std::string unescaped(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      out += value[i];
      continue;
    }
    const char c = value[++i];
    out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
  }
  return out;
}

}  // namespace

std::optional<FieldLine> FieldLine::parse(std::string_view line) {
  if (line.size() < checksum_mark.size() + checksum_chars) {
    return std::nullopt;
  }
  std::string_view rest = line.substr(0, line.size() - checksum_chars);
  if (!rest.ends_with(checksum_mark) || checksum(rest) != line.substr(rest.size())) {
    return std::nullopt;
  }
  rest.remove_suffix(checksum_mark.size());
  FieldLine result;
  while (!rest.empty()) {
    const std::string_view field = rest.substr(0, rest.find('\t'));
    const size_t equals = field.find('=');
    if (equals == std::string_view::npos || field.size() == rest.size()) {
      return std::nullopt;
    }
    result.fields_.emplace_back(std::string(field.substr(0, equals)),
                                unescaped(field.substr(equals + 1)));
    rest.remove_prefix(field.size() + 1);
  }
  return result;
}

void FieldLine::add(std::string_view name, std::string_view value) {
  if (!value.empty()) {
    fields_.emplace_back(std::string(name), std::string(value));
  }
}

void FieldLine::add(std::string_view name, uint64_t value) {
  if (value != 0) {
    fields_.emplace_back(std::string(name), std::to_string(value));
  }
}

std::string FieldLine::line() const {
  std::string out;
  for (const auto& [name, value] : fields_) {
    out += name;
    out += '=';
    append_escaped(out, value);
    out += '\t';
  }
  out += checksum_mark;
  return out + checksum(out);
}

std::string FieldLine::get(std::string_view name) const {
  for (const auto& [known, value] : fields_) {
    if (known == name) {
      return value;
    }
  }
  return {};
}

uint64_t FieldLine::number(std::string_view name) const {
  const std::string text = get(name);
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<std::string> FieldLine::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [known, value] : fields_) {
    if (known == name) {
      values.push_back(value);
    }
  }
  return values;
}

}  // namespace gulou
