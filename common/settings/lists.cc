#include "common/settings/lists.h"

#include <algorithm>

namespace gulou {

Result<std::vector<const TomlValue*>> tables_of(const TomlFile& file, std::string_view name) {
  const TomlValue* value = file.root.find(name);
  std::vector<const TomlValue*> tables;
  if (value == nullptr) {
    return tables;
  }
  if (value->list() == nullptr) {
    return fail(complaint(file, *value, "settings_wants_tables", {std::string(name)}));
  }
  for (const TomlValue& table : *value->list()) {
    tables.push_back(&table);
  }
  return tables;
}

Status check_names(const TomlFile& file, std::span<const std::string_view> names) {
  const std::vector<std::string> known(names.begin(), names.end());
  for (const auto& [name, value] : *file.root.table()) {
    if (std::ranges::find(names, name) == names.end()) {
      return fail(unknown_key(file, value, name, known));
    }
  }
  return {};
}

Status check_references(const TomlFile& file,
                        const TomlValue& table,
                        std::string_view key,
                        std::span<const std::string> known) {
  const TomlValue* value = table.find(key);
  if (value == nullptr) {
    return {};
  }
  const TomlValue::List alone{*value};
  for (const TomlValue& item : value->list() != nullptr ? *value->list() : alone) {
    const std::string& name = *item.text();
    if (!name.empty() && std::ranges::find(known, name) == known.end()) {
      return fail(unknown_reference(file, item, key, name, known));
    }
  }
  return {};
}

}  // namespace gulou
