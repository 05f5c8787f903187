// A setting is one row of a schema table: its key, where it lives in its struct, what it may be and
// what it means, in both languages. Reading, `--help` and the commented sample are made from the
// same rows, so they cannot disagree. Used by this room only; pure.
#pragma once

#include "common/base/result.h"
#include "common/model/release.h"
#include "common/settings/value.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gulou {

// One of a few words, written in the order of an enum of one byte (or false, true).
struct SettingChoice {
  std::span<const std::string_view> words;
  uint8_t* chosen = nullptr;
};

// Where a value goes.
using SettingTarget = std::variant<std::string*,
                                   uint32_t*,
                                   uint64_t*,
                                   int64_t*,
                                   bool*,
                                   std::vector<std::string>*,
                                   std::vector<Kind>*,
                                   SettingChoice>;

// What a text, or each text of a list, must look like; `name` is shown when it does not.
struct SettingForm {
  std::string_view name;
  bool (*fits)(std::string_view text) = nullptr;
};

struct SettingRule {
  std::string_view key;
  bool required = false;
  SettingForm form;      // texts
  bool repeats = false;  // the same text may stand twice in a list
  uint64_t min = 0;      // numbers
  uint64_t max = INT64_MAX;
  std::string_view zh;
  std::string_view en;
};

template <class S>
struct SettingRow {
  SettingRule rule;
  SettingTarget (*target)(S& settings);
};

// The place of a member, of a member of a member …: reach<Channel, &Channel::filter, …>.
template <class S, auto... Members>
SettingTarget reach(S& settings) {
  return &(settings.*....*Members);
}

// The same of an enum or a yes and no that is written as one of these words.
template <class S, const auto& words, auto... Members>
SettingTarget choose(S& settings) {
  auto& member = (settings.*....*Members);
  static_assert(sizeof(member) == 1);
  return SettingChoice{words, reinterpret_cast<uint8_t*>(&member)};
}

// A complaint about a value; field is "file:line:column".
Error complaint(const TomlFile& file,
                const TomlValue& where,
                std::string reason,
                std::vector<std::string> args);
// settings_unknown_key, or …_near with what was probably meant.
Error unknown_key(const TomlFile& file,
                  const TomlValue& where,
                  std::string_view key,
                  std::span<const std::string> known);
// settings_unknown_reference, or …_near.
Error unknown_reference(const TomlFile& file,
                        const TomlValue& where,
                        std::string_view key,
                        std::string_view name,
                        std::span<const std::string> known);

// Checks one value by its rule and stores it.
Status read_setting(const TomlFile& file,
                    const TomlValue& value,
                    const SettingRule& rule,
                    SettingTarget target);
// "key = value\n", or nothing for an empty value, zero and false.
std::string assigned(const SettingRule& rule, SettingTarget target);
// "# 中文\n# English\nkey = value\n".
std::string written(const SettingRule& rule, SettingTarget target);
// "  key = default\n      sentence\n".
std::string help_of(const SettingRule& rule, SettingTarget target, bool chinese);

// Fills settings from a table. sections: names of tables within it that others read.
template <class S>
Status read_settings(const TomlFile& file,
                     const TomlValue& table,
                     std::span<const SettingRow<S>> rows,
                     std::span<const std::string_view> sections,
                     S& settings) {
  std::vector<std::string> known(sections.begin(), sections.end());
  for (const SettingRow<S>& row : rows) {
    known.emplace_back(row.rule.key);
  }
  if (table.table() == nullptr) {
    return fail(complaint(file, table, "settings_wants_table", {}));
  }
  for (const auto& [key, value] : *table.table()) {
    const SettingRow<S>* match = nullptr;
    for (const SettingRow<S>& row : rows) {
      match = row.rule.key == key ? &row : match;
    }
    if (match != nullptr) {
      TRY(read_setting(file, value, match->rule, match->target(settings)));
    } else if (std::find(sections.begin(), sections.end(), key) == sections.end()) {
      return fail(unknown_key(file, value, key, known));
    }
  }
  for (const SettingRow<S>& row : rows) {
    if (row.rule.required && table.find(row.rule.key) == nullptr) {
      return fail(complaint(file, table, "settings_missing", {std::string(row.rule.key)}));
    }
  }
  return {};
}

template <class S>
std::string write_settings(std::span<const SettingRow<S>> rows, S settings) {
  std::string out;
  for (const SettingRow<S>& row : rows) {
    out += (out.empty() ? "" : "\n") + written(row.rule, row.target(settings));
  }
  return out;
}

template <class S>
std::string help_settings(std::span<const SettingRow<S>> rows, bool chinese) {
  S defaults;
  std::string out;
  for (const SettingRow<S>& row : rows) {
    out += help_of(row.rule, row.target(defaults), chinese);
  }
  return out;
}

}  // namespace gulou
