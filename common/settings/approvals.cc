#include "common/settings/approvals.h"

#include "common/base/limits.h"
#include "common/base/time.h"
#include "common/settings/forms.h"
#include "common/settings/lists.h"

#include <algorithm>

namespace gulou {
namespace {

constexpr std::string_view guard_words[] = {"refuse", "flag", "off"};

bool is_approval_role(std::string_view text) {
  return parse_approval_role(text).has_value();
}

bool is_level(std::string_view text) {
  return parse_approval_level(text).has_value();
}

bool is_action(std::string_view text) {
  return parse_two_person_act(text).has_value();
}

constexpr SettingForm role_form{"drafter | reviewer | secrecy_reviewer | approver | unit_head",
                                is_approval_role};
constexpr SettingForm level_form{"asserted | paper | signed", is_level};
constexpr SettingForm action_form{"erase | replay_duplicate | personal_data", is_action};
constexpr SettingForm date_form{"YYYY-MM-DD", is_date};

constexpr SettingRow<ApprovalSettings> general_rows[] = {
    {{.key = "review",
      .zh = "是否每次都须有保密审查记录(审查人、时间、结果、依据)。",
      .en = "Every bundle must bring the record of its secrecy review."},
     reach<ApprovalSettings, &ApprovalSettings::review>},
    {{.key = "id_card",
      .zh = "正文、附件名称中出现身份证号：refuse 退回、flag 收稿并记录、off 不查。",
      .en = "Identity card numbers in texts: refuse, flag or off."},
     choose<ApprovalSettings, guard_words, &ApprovalSettings::id_card>},
    {{.key = "bank_card", .zh = "出现银行卡号。", .en = "Bank card numbers."},
     choose<ApprovalSettings, guard_words, &ApprovalSettings::bank_card>},
    {{.key = "phone",
      .zh = "出现手机号；办事指南的咨询电话等处除外。",
      .en = "Mobile telephone numbers, but where an office's telephone is asked for."},
     choose<ApprovalSettings, guard_words, &ApprovalSettings::phone>},
    {{.key = "internal_types",
      .form = forms::line,
      .zh = "不予公开的文种(document_type)，依据《政府信息公开条例》第十六条。",
      .en = "Types of documents (document_type) that are internal and never published."},
     reach<ApprovalSettings, &ApprovalSettings::internal_types>},
    {{.key = "two_persons",
      .form = action_form,
      .zh = "须由第二人复核的操作：erase 彻底清除原文、replay_duplicate 可能重复的补发、"
            "personal_data 放行个人信息。",
      .en = "What a second operator has to confirm."},
     reach<ApprovalSettings, &ApprovalSettings::two_persons>},
};

// As the file has them.
struct RuleRow {
  ApprovalRule rule;
  std::vector<std::string> require;
  std::string lowest = "asserted";
};

struct PersonRow {
  ApprovalPerson person;
  std::vector<std::string> roles;
};

constexpr SettingRow<RuleRow> rule_rows[] = {
    {{.key = "kinds", .zh = "哪些稿件类型；留空为全部。", .en = "Kinds; empty: all."},
     reach<RuleRow, &RuleRow::rule, &ApprovalRule::kinds>},
    {{.key = "columns",
      .form = forms::short_id,
      .zh = "哪些栏目；留空为全部。",
      .en = "Columns; empty: all."},
     reach<RuleRow, &RuleRow::rule, &ApprovalRule::columns>},
    {{.key = "require",
      .form = role_form,
      .repeats = true,
      .zh =
          "须有哪些人审签：drafter 拟稿人、reviewer 审核人、secrecy_reviewer 保密审查人、approver "
          "签发人、unit_head 主要负责人；写两次即须两人。",
      .en = "Who has to approve; a role that stands twice needs two persons."},
     reach<RuleRow, &RuleRow::require>},
    {{.key = "distinct", .zh = "同一人不得以两种身份审签。", .en = "Nobody approves in two roles."},
     reach<RuleRow, &RuleRow::rule, &ApprovalRule::distinct>},
    {{.key = "lowest",
      .form = level_form,
      .zh = "最低审签方式：asserted 来源系统声明、paper 纸质签发、signed 已验签。",
      .en = "What must stand behind an approval at least."},
     reach<RuleRow, &RuleRow::lowest>},
    {{.key = "age_days_max",
      .max = 3660,
      .zh = "审签后多少天内须报送；0 为不限。",
      .en = "Days an approval holds until the bundle arrives; 0: any."},
     reach<RuleRow, &RuleRow::rule, &ApprovalRule::age_days_max>},
    {{.key = "interpretation",
      .zh = "政策文件须与解读同步报送，或附免予解读说明。",
      .en = "A policy document comes with its interpretation, or with a recorded exemption."},
     reach<RuleRow, &RuleRow::rule, &ApprovalRule::interpretation>},
    {{.key = "plan",
      .zh = "政策文件须附经主要负责人审签的解读方案。",
      .en = "A policy document brings its plan of interpretation, approved by the unit's head."},
     reach<RuleRow, &RuleRow::rule, &ApprovalRule::plan>},
};

constexpr SettingRow<PersonRow> person_rows[] = {
    {{.key = "name", .required = true, .form = forms::line, .zh = "姓名。", .en = "Name."},
     reach<PersonRow, &PersonRow::person, &ApprovalPerson::name>},
    {{.key = "key",
      .required = true,
      .form = forms::hash,
      .zh = "签名公钥(Ed25519，小写十六进制)，由 gulou approve --new-key 生成。",
      .en = "Ed25519 public key in hexadecimal, made by gulou approve --new-key."},
     reach<PersonRow, &PersonRow::person, &ApprovalPerson::key>},
    {{.key = "roles",
      .required = true,
      .form = role_form,
      .zh = "可以什么身份审签。",
      .en = "Roles this person may approve in."},
     reach<PersonRow, &PersonRow::roles>},
    {{.key = "units",
      .form = forms::short_id,
      .zh = "可为哪些单位的稿件审签；留空为全部。",
      .en = "For documents of these units; empty: all."},
     reach<PersonRow, &PersonRow::person, &ApprovalPerson::units>},
    {{.key = "from",
      .form = date_form,
      .zh = "启用日期；留空为不限。",
      .en = "First day the key holds; empty: always."},
     reach<PersonRow, &PersonRow::person, &ApprovalPerson::from>},
    {{.key = "until",
      .form = date_form,
      .zh = "停用日期；留空为不限。",
      .en = "Last day it holds."},
     reach<PersonRow, &PersonRow::person, &ApprovalPerson::until>},
    {{.key = "revoked",
      .zh = "密钥已吊销：此前签的也不再收。",
      .en = "The key is revoked: nothing it ever signed is taken any more."},
     reach<PersonRow, &PersonRow::person, &ApprovalPerson::revoked>},
};

std::vector<ApprovalRole> roles_of(const std::vector<std::string>& names) {
  std::vector<ApprovalRole> roles;
  roles.reserve(names.size());
  for (const std::string& name : names) {
    roles.push_back(*parse_approval_role(name));
  }
  return roles;
}

template <class Map>
std::vector<std::string> ids_of(const Map& map) {
  std::vector<std::string> ids;
  ids.reserve(map.size());
  for (const auto& [id, value] : map) {
    ids.push_back(id);
  }
  return ids;
}

// The last rule takes what no other does, so that nothing is left without one.
Status check_last(const TomlFile& file, const std::vector<Listed<RuleRow>>& rules) {
  const auto takes_all = [](const Listed<RuleRow>& row) {
    return row.settings.rule.kinds.empty() && row.settings.rule.columns.empty();
  };
  if (rules.empty() || !takes_all(rules.back())) {
    return fail(complaint(
        file, rules.empty() ? file.root : *rules.back().table, "settings_no_last_rule", {}));
  }
  for (size_t i = 0; i + 1 < rules.size(); ++i) {
    if (takes_all(rules[i])) {
      return fail(complaint(file, *rules[i + 1].table, "settings_rule_unreachable", {}));
    }
  }
  return {};
}

}  // namespace

ApprovalSettings default_approvals() {
  using enum ApprovalRole;
  ApprovalSettings settings;
  ApprovalRule document;
  document.kinds = {Kind::policy_document};
  document.require = {drafter, reviewer, secrecy_reviewer, approver, unit_head};
  document.interpretation = true;
  document.plan = true;
  ApprovalRule rest;
  rest.require = {drafter, secrecy_reviewer, approver};
  settings.rules = {document, rest};
  return settings;
}

Result<ApprovalSettings> load_approvals(const std::string& path, const CountySettings& county) {
  const auto loaded = load_toml(path);
  if (!loaded && loaded.error().code == ErrorCode::not_found) {
    return default_approvals();
  }
  const TomlFile file = TRY(Result<TomlFile>(loaded));
  constexpr std::string_view sections[] = {"rule", "person"};
  ApprovalSettings settings;
  TRY(read_settings<ApprovalSettings>(file, file.root, general_rows, sections, settings));
  const auto rules = TRY(read_tables<RuleRow>(file, "rule", rule_rows));
  TRY(check_last(file, rules));
  const std::vector<std::string> columns = ids_of(county.columns);
  for (const Listed<RuleRow>& row : rules) {
    TRY(check_references(file, *row.table, "columns", columns));
    ApprovalRule rule = row.settings.rule;
    rule.require = roles_of(row.settings.require);
    rule.lowest = *parse_approval_level(row.settings.lowest);
    settings.rules.push_back(std::move(rule));
  }
  const auto people = TRY(read_tables<PersonRow>(file, "person", person_rows));
  const std::vector<std::string> units = ids_of(county.units);
  for (const Listed<PersonRow>& row : people) {
    TRY(check_references(file, *row.table, "units", units));
    const ApprovalPerson& person = row.settings.person;
    if (const auto earlier = std::ranges::find(settings.people, person.key, &ApprovalPerson::key);
        earlier != settings.people.end()) {
      const auto& first = people[static_cast<size_t>(earlier - settings.people.begin())];
      return fail(complaint(file,
                            *row.table->find("key"),
                            "settings_duplicate",
                            {"key", person.key, std::to_string(first.table->line)}));
    }
    settings.people.push_back(person);
    settings.people.back().roles = roles_of(row.settings.roles);
  }
  return settings;
}

std::string approval_settings_help(bool chinese) {
  return "approvals.toml\n" + help_settings<ApprovalSettings>(general_rows, chinese) +
         "approvals.toml [[rule]]\n" + help_settings<RuleRow>(rule_rows, chinese) +
         "approvals.toml [[person]]\n" + help_settings<PersonRow>(person_rows, chinese);
}

}  // namespace gulou
