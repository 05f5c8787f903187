// The door to toml++.
#define TOML_HEADER_ONLY 0
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/settings/value.h"

#include <algorithm>
#include <sstream>
#include <type_traits>
#include <utility>

#include <toml++/toml.h>

namespace gulou {
namespace {

class Reader {
 public:
  explicit Reader(uint32_t first_line) : lines_before_(first_line - 1) {}

  TomlValue read(const toml::node& node) const {
    TomlValue out;
    out.line = node.source().begin.line + lines_before_;
    out.column = node.source().begin.column;
    if (const auto* table = node.as_table()) {
      out.value = members(*table);
    } else if (const auto* array = node.as_array()) {
      TomlValue::List items;
      for (const toml::node& item : *array) {
        items.push_back(read(item));
      }
      out.value = std::move(items);
    } else if (const auto text = node.value_exact<std::string>()) {
      out.value = *text;
    } else if (const auto number = node.value_exact<int64_t>()) {
      out.value = *number;
    } else if (const auto yes = node.value_exact<bool>()) {
      out.value = *yes;
    } else if (const auto fraction = node.value_exact<double>()) {
      out.value = *fraction;
    } else {
      out.value = as_written(node);
    }
    return out;
  }

 private:
  TomlValue::Table members(const toml::table& table) const {
    TomlValue::Table out;
    for (const auto& [key, node] : table) {
      out.push_back({std::string(key.str()), read(node)});
    }
    const auto place = [](const TomlValue::Member& member) {
      return std::pair(member.value.line, member.value.column);
    };
    std::ranges::stable_sort(out, {}, place);
    return out;
  }

  // Dates and times.
  static std::string as_written(const toml::node& node) {
    std::ostringstream out;
    if (const auto* date = node.as_date()) {
      out << date->get();
    } else if (const auto* time = node.as_time()) {
      out << time->get();
    } else if (const auto* both = node.as_date_time()) {
      out << both->get();
    }
    return out.str();
  }

  uint32_t lines_before_;
};

std::string base_name(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

}  // namespace

Result<TomlFile> parse_toml(std::string_view text, std::string_view name, uint32_t first_line) {
  try {
    const toml::table table = toml::parse(text, name);
    return TomlFile{std::string(name), Reader(first_line).read(table)};
  } catch (const toml::parse_error& error) {
    const TomlValue at{{}, error.source().begin.line + first_line - 1, error.source().begin.column};
    return fail(ErrorCode::invalid_argument,
                "settings_syntax",
                TomlFile{std::string(name), {}}.place(at),
                {std::string(error.description())});
  }
}

Result<TomlFile> load_toml(const std::string& path) {
  const std::string text = TRY(read_file(path, limits::settings_bytes_max));
  return parse_toml(text, base_name(path));
}

}  // namespace gulou
