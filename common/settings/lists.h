// Lists of tables in a file, [[channel]] after [[channel]], each with where it stands, so that what
// is checked between them can name file, line and column. Used by this room only; pure.
#pragma once

#include "common/settings/rows.h"

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gulou {

template <class S>
struct Listed {
  S settings;
  const TomlValue* table;  // within the TomlFile it was read from
};

// The tables of this name; nothing where there are none. Errors: settings_wants_tables.
Result<std::vector<const TomlValue*>> tables_of(const TomlFile& file, std::string_view name);

// Only these names stand in the file. Errors: settings_unknown_key.
Status check_names(const TomlFile& file, std::span<const std::string_view> names);

// Every name of the list or text below `key` is known. Errors: settings_unknown_reference.
Status check_references(const TomlFile& file,
                        const TomlValue& table,
                        std::string_view key,
                        std::span<const std::string> known);

template <class S>
Result<std::vector<Listed<S>>> read_tables(const TomlFile& file,
                                           std::string_view name,
                                           std::span<const SettingRow<S>> rows) {
  std::vector<Listed<S>> all;
  const std::vector<const TomlValue*> tables = TRY(tables_of(file, name));
  for (const TomlValue* table : tables) {
    Listed<S> item{{}, table};
    TRY(read_settings<S>(file, *table, rows, {}, item.settings));
    all.push_back(std::move(item));
  }
  return all;
}

// The same, told apart by the setting of the first row. Errors: settings_duplicate.
template <class S>
Result<std::vector<Listed<S>>> read_list(const TomlFile& file,
                                         std::string_view name,
                                         std::span<const SettingRow<S>> rows) {
  std::vector<Listed<S>> all = TRY(read_tables<S>(file, name, rows));
  const auto id_of = [&rows](S& settings) -> const std::string& {
    return *std::get<std::string*>(rows.front().target(settings));
  };
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t earlier = 0; earlier < i; ++earlier) {
      const std::string& id = id_of(all[i].settings);
      if (id_of(all[earlier].settings) == id) {
        const std::string key(rows.front().rule.key);
        return fail(complaint(file,
                              *all[i].table->find(key),
                              "settings_duplicate",
                              {key, id, std::to_string(all[earlier].table->line)}));
      }
    }
  }
  return all;
}

}  // namespace gulou
