#include "common/settings/rows.h"

#include "common/settings/nearest.h"

#include <algorithm>

namespace gulou {
namespace {

Status check_text(const TomlFile& file,
                  const TomlValue& value,
                  const SettingRule& rule,
                  std::string_view text) {
  const bool empty_is_absent = text.empty() && !rule.required;
  if (rule.form.fits == nullptr || empty_is_absent || rule.form.fits(text)) {
    return {};
  }
  return fail(complaint(file,
                        value,
                        "settings_bad_value",
                        {std::string(rule.key), std::string(text), std::string(rule.form.name)}));
}

Error wrong_type(const TomlFile& file,
                 const TomlValue& value,
                 const SettingRule& rule,
                 std::string reason) {
  return complaint(file, value, std::move(reason), {std::string(rule.key)});
}

Result<std::vector<std::string>> texts_of(const TomlFile& file,
                                          const TomlValue& value,
                                          const SettingRule& rule) {
  if (value.list() == nullptr) {
    return fail(wrong_type(file, value, rule, "settings_wants_list"));
  }
  std::vector<std::string> texts;
  for (const TomlValue& item : *value.list()) {
    if (item.text() == nullptr) {
      return fail(wrong_type(file, item, rule, "settings_wants_list"));
    }
    if (!rule.repeats && std::ranges::find(texts, *item.text()) != texts.end()) {
      return fail(
          complaint(file, item, "settings_listed_twice", {std::string(rule.key), *item.text()}));
    }
    texts.push_back(*item.text());
  }
  return texts;
}

Result<uint64_t> number_of(const TomlFile& file, const TomlValue& value, const SettingRule& rule) {
  const int64_t* number = value.number();
  if (number == nullptr) {
    return fail(wrong_type(file, value, rule, "settings_wants_number"));
  }
  if (*number < 0 || static_cast<uint64_t>(*number) < rule.min ||
      static_cast<uint64_t>(*number) > rule.max) {
    return fail(complaint(file,
                          value,
                          "settings_out_of_range",
                          {std::string(rule.key),
                           std::to_string(*number),
                           std::to_string(rule.min),
                           std::to_string(rule.max)}));
  }
  return static_cast<uint64_t>(*number);
}

// "now | current | all"
std::string listed(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) {
    out.append(out.empty() ? "" : " | ").append(word);
  }
  return out;
}

// Stores a value in the kind of target it has.
struct Store {
  const TomlFile& file;
  const TomlValue& value;
  const SettingRule& rule;

  Status operator()(std::string* target) const {
    if (value.text() == nullptr) {
      return fail(wrong_type(file, value, rule, "settings_wants_text"));
    }
    TRY(check_text(file, value, rule, *value.text()));
    *target = *value.text();
    return {};
  }

  Status operator()(bool* target) const {
    if (value.yes() == nullptr) {
      return fail(wrong_type(file, value, rule, "settings_wants_yes_no"));
    }
    *target = *value.yes();
    return {};
  }

  template <class Number>
  Status operator()(Number* target) const {
    *target = static_cast<Number>(TRY(number_of(file, value, rule)));
    return {};
  }

  Status operator()(const SettingChoice& choice) const {
    if (value.text() == nullptr) {
      return fail(wrong_type(file, value, rule, "settings_wants_text"));
    }
    const auto at = std::ranges::find(choice.words, *value.text());
    if (at == choice.words.end()) {
      return fail(complaint(file,
                            value,
                            "settings_bad_value",
                            {std::string(rule.key), *value.text(), listed(choice.words)}));
    }
    *choice.chosen = static_cast<uint8_t>(at - choice.words.begin());
    return {};
  }

  Status operator()(std::vector<std::string>* target) const {
    std::vector<std::string> texts = TRY(texts_of(file, value, rule));
    for (size_t i = 0; i < texts.size(); ++i) {
      TRY(check_text(file, (*value.list())[i], rule, texts[i]));
    }
    *target = std::move(texts);
    return {};
  }

  Status operator()(std::vector<Kind>* target) const {
    const std::vector<std::string> texts = TRY(texts_of(file, value, rule));
    std::vector<std::string> known;
    for (const Kind kind : all_kinds) {
      known.emplace_back(name_of(kind));
    }
    target->clear();
    for (size_t i = 0; i < texts.size(); ++i) {
      const auto kind = parse_kind(texts[i]);
      if (!kind) {
        return fail(unknown_reference(file, (*value.list())[i], rule.key, texts[i], known));
      }
      target->push_back(*kind);
    }
    return {};
  }
};

std::string as_list(const std::vector<std::string>& items) {
  std::string out = "[";
  for (size_t i = 0; i < items.size(); ++i) {
    out += (i == 0 ? "" : ", ") + toml_quoted(items[i]);
  }
  return out + "]";
}

struct Write {
  std::string operator()(const std::string* text) const { return toml_quoted(*text); }

  std::string operator()(const bool* yes) const { return *yes ? "true" : "false"; }

  std::string operator()(const std::vector<std::string>* items) const { return as_list(*items); }

  template <class Number>
  std::string operator()(const Number* number) const {
    return std::to_string(*number);
  }

  std::string operator()(const SettingChoice& choice) const {
    return toml_quoted(choice.words[*choice.chosen]);
  }

  std::string operator()(const std::vector<Kind>* kinds) const {
    std::vector<std::string> names;
    for (const Kind kind : *kinds) {
      names.emplace_back(name_of(kind));
    }
    return as_list(names);
  }
};

}  // namespace

Error complaint(const TomlFile& file,
                const TomlValue& where,
                std::string reason,
                std::vector<std::string> args) {
  return {ErrorCode::invalid_argument, std::move(reason), file.place(where), std::move(args)};
}

Error unknown_key(const TomlFile& file,
                  const TomlValue& where,
                  std::string_view key,
                  std::span<const std::string> known) {
  const std::string near = nearest_name(key, known);
  if (near.empty()) {
    return complaint(file, where, "settings_unknown_key", {std::string(key)});
  }
  return complaint(file, where, "settings_unknown_key_near", {std::string(key), near});
}

Error unknown_reference(const TomlFile& file,
                        const TomlValue& where,
                        std::string_view key,
                        std::string_view name,
                        std::span<const std::string> known) {
  const std::string near = nearest_name(name, known);
  std::vector<std::string> args{std::string(key), std::string(name)};
  if (near.empty()) {
    return complaint(file, where, "settings_unknown_reference", std::move(args));
  }
  args.push_back(near);
  return complaint(file, where, "settings_unknown_reference_near", std::move(args));
}

Status read_setting(const TomlFile& file,
                    const TomlValue& value,
                    const SettingRule& rule,
                    SettingTarget target) {
  return std::visit(Store{file, value, rule}, target);
}

std::string assigned(const SettingRule& rule, SettingTarget target) {
  const std::string value = std::visit(Write{}, target);
  if (value == "\"\"" || value == "[]" || value == "0" || value == "false") {
    return {};
  }
  return std::string(rule.key) + " = " + value + "\n";
}

std::string written(const SettingRule& rule, SettingTarget target) {
  std::string out;
  out.append("# ").append(rule.zh).append("\n# ").append(rule.en).append("\n");
  return out.append(rule.key).append(" = ").append(std::visit(Write{}, target)).append("\n");
}

std::string help_of(const SettingRule& rule, SettingTarget target, bool chinese) {
  std::string out = "  ";
  out.append(rule.key).append(" = ").append(std::visit(Write{}, target)).append("\n      ");
  return out.append(chinese ? rule.zh : rule.en).append("\n");
}

}  // namespace gulou
