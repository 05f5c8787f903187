// A TOML file as plain values that know where they stand, so that every complaint can name file,
// line and column. Made by load.cc, the door to toml++; read by this room, by front matter of
// `gulou publish` and by whoever needs TOML. Plain data.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gulou {

struct TomlValue {
  struct Member;
  using List = std::vector<TomlValue>;
  using Table = std::vector<Member>;  // in file order

  // Dates and times are strings as TOML writes them.
  std::variant<std::string, int64_t, double, bool, List, Table> value;
  uint32_t line = 0;
  uint32_t column = 0;

  const std::string* text() const { return std::get_if<std::string>(&value); }

  const int64_t* number() const { return std::get_if<int64_t>(&value); }

  const bool* yes() const { return std::get_if<bool>(&value); }

  const List* list() const { return std::get_if<List>(&value); }

  const Table* table() const { return std::get_if<Table>(&value); }

  // A member of a table; null where there is none.
  const TomlValue* find(std::string_view key) const;
};

struct TomlValue::Member {
  std::string key;
  TomlValue value;
};

// A file that was read: its name is part of every complaint about it.
struct TomlFile {
  std::string name;
  TomlValue root;

  // "units.toml:12:3"
  std::string place(const TomlValue& value) const;
};

// first_line: where the text begins in its file, for front matter. Errors: settings_syntax.
Result<TomlFile> parse_toml(std::string_view text, std::string_view name, uint32_t first_line = 1);
// Errors: file_unreadable, file_too_large, settings_syntax.
Result<TomlFile> load_toml(const std::string& path);

// TOML text of a string, quoted and escaped.
std::string toml_quoted(std::string_view text);

}  // namespace gulou
