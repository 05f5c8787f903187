#include "common/settings/principals.h"

#include "common/base/limits.h"
#include "common/settings/forms.h"
#include "common/settings/rows.h"

#include <map>

namespace gulou {
namespace {

constexpr std::string_view role_names[] = {"publisher", "adapter", "operator", "device", "relay"};
constexpr std::string_view rights_names[] = {"", "viewer", "operator", "admin"};
constexpr std::string_view state_names[] = {"valid", "not_yet", "over", "revoked"};
constexpr int64_t day_ms = 24LL * 3600 * 1000;

bool is_role(std::string_view text) {
  return std::ranges::find(role_names, text) != std::end(role_names);
}

bool is_rights(std::string_view text) {
  return std::ranges::find(rights_names, text) != std::end(rights_names);
}

// As the file has it.
struct Row {
  std::string name;
  std::string role;
  std::string key;
  std::string previous_key;
  std::string token_hash;
  std::vector<std::string> channels;
  std::vector<std::string> units;
  std::vector<std::string> columns;
  bool asserted = false;
  std::vector<Kind> kinds;
  uint32_t rate_per_minute = 0;
  std::string rights;
  std::string instance;
  std::string valid_from;
  std::string valid_until;
  bool revoked = false;
};

constexpr SettingRow<Row> rows[] = {
    {{.key = "name",
      .required = true,
      .form = forms::name,
      .zh = "名称，出现在回执、日志和存证中，启用后不可改。",
      .en = "Name in receipts, logs and evidence; never changed once in use."},
     reach<Row, &Row::name>},
    {{.key = "role",
      .required = true,
      .form = {"publisher | adapter | operator | device | relay", is_role},
      .zh = "角色：publisher 报送系统、adapter 渠道对接程序、operator 操作人员、device 终端、"
            "relay 上下级转发。",
      .en = "Role: publisher, adapter, operator, device or relay."},
     reach<Row, &Row::role>},
    {{.key = "key",
      .form = forms::public_key,
      .zh = "CURVE 公钥(Z85，40 个字符)，用于 ZeroMQ 连接。",
      .en = "CURVE public key (Z85, 40 characters), for ZeroMQ."},
     reach<Row, &Row::key>},
    {{.key = "previous_key",
      .form = forms::public_key,
      .zh = "更换密钥期间仍然有效的旧公钥；换完后删去。",
      .en = "The old public key, still admitted while it is being replaced; remove it then."},
     reach<Row, &Row::previous_key>},
    {{.key = "token_hash",
      .form = forms::hash,
      .zh = "令牌的 SHA-256(小写十六进制)，用于 HTTP 接口。",
      .en = "SHA-256 of the token (lower-case hexadecimal), for HTTP."},
     reach<Row, &Row::token_hash>},
    {{.key = "channels",
      .form = forms::short_id,
      .zh = "对接程序、终端、上下级转发：可服务的渠道。报送系统：其稿件可到达的渠道，留空为全部。",
      .en =
          "Adapter, device, relay: channels it may serve. Publisher: channels its releases may go "
          "to; empty: all."},
     reach<Row, &Row::channels>},
    {{.key = "units",
      .form = forms::short_id,
      .zh = "报送系统：可代为报送的单位；留空为全部。",
      .en = "Publisher: units it submits for; empty: all."},
     reach<Row, &Row::units>},
    {{.key = "columns",
      .form = forms::short_id,
      .zh = "报送系统：可使用的栏目；留空为全部。",
      .en = "Publisher: columns it may use; empty: all."},
     reach<Row, &Row::columns>},
    {{.key = "asserted",
      .zh = "报送系统、操作人员：审签以其声明为准，无须签名或扫描件；存证中注明“来源系统声明”。",
      .en = "Publisher, operator: its word stands for approvals, and evidence says so."},
     reach<Row, &Row::asserted>},
    {{.key = "kinds",
      .zh = "报送系统：可报送的类型；留空为全部。",
      .en = "Publisher: kinds it may submit; empty: all."},
     reach<Row, &Row::kinds>},
    {{.key = "rate_per_minute",
      .max = limits::submissions_per_minute_max,
      .zh = "报送系统：每分钟最多报送次数；0 为不限。",
      .en = "Publisher: submissions a minute at most; 0: no limit."},
     reach<Row, &Row::rate_per_minute>},
    {{.key = "rights",
      .form = {"viewer | operator | admin", is_rights},
      .zh = "操作人员的权限：viewer 只读、operator 操作员、admin 管理员。",
      .en = "Rights of an operator: viewer, operator or admin."},
     reach<Row, &Row::rights>},
    {{.key = "instance",
      .form = forms::name,
      .zh = "对接程序实例的名称；留空则同 name。",
      .en = "Name of the adapter instance; empty: as name."},
     reach<Row, &Row::instance>},
    {{.key = "valid_from",
      .form = forms::date,
      .zh = "生效日期；留空为立即生效。",
      .en = "First day it may connect; empty: at once."},
     reach<Row, &Row::valid_from>},
    {{.key = "valid_until",
      .form = forms::date,
      .zh = "有效期的最后一天；留空为长期有效。",
      .en = "Last day it may connect; empty: for good."},
     reach<Row, &Row::valid_until>},
    {{.key = "revoked",
      .zh = "已吊销：立即断开，不得再连接。",
      .en = "Revoked: disconnected at once and never admitted again."},
     reach<Row, &Row::revoked>},
};

template <class Enum, size_t N>
Enum index_in(const std::string_view (&names)[N], std::string_view name) {
  return static_cast<Enum>(std::ranges::find(names, name) - std::begin(names));
}

PrincipalSettings from_row(const Row& row) {
  PrincipalSettings principal;
  principal.name = row.name;
  principal.role = index_in<Role>(role_names, row.role);
  principal.key = row.key;
  principal.previous_key = row.previous_key;
  principal.token_hash = digest_from_hex(row.token_hash).value_or(Digest{});
  principal.channels = row.channels;
  principal.units = row.units;
  principal.columns = row.columns;
  principal.asserted = row.asserted;
  principal.kinds = row.kinds;
  principal.rate_per_minute = row.rate_per_minute;
  principal.rights = index_in<Rights>(rights_names, row.rights);
  principal.instance = row.instance.empty() ? row.name : row.instance;
  principal.valid_from = row.valid_from;
  principal.valid_until = row.valid_until;
  principal.revoked = row.revoked;
  return principal;
}

Row to_row(const PrincipalSettings& principal) {
  return {.name = principal.name,
          .role = std::string(name_of(principal.role)),
          .key = principal.key,
          .previous_key = principal.previous_key,
          .token_hash = principal.token_hash ? to_hex(principal.token_hash) : std::string(),
          .channels = principal.channels,
          .units = principal.units,
          .columns = principal.columns,
          .asserted = principal.asserted,
          .kinds = principal.kinds,
          .rate_per_minute = principal.rate_per_minute,
          .rights = std::string(name_of(principal.rights)),
          .instance = principal.instance == principal.name ? std::string() : principal.instance,
          .valid_from = principal.valid_from,
          .valid_until = principal.valid_until,
          .revoked = principal.revoked};
}

// One table of the file with what others must not repeat and what it must name rightly.
class Check {
 public:
  Check(const TomlFile& file, const CountySettings& county) : file_(file) {
    for (const auto& [id, unit] : county.units) {
      units_.push_back(id);
    }
    for (const auto& [id, column] : county.columns) {
      columns_.push_back(id);
    }
    for (const Channel& channel : county.channels) {
      channels_.push_back(channel.id);
    }
  }

  Status one(const TomlValue& table, const Row& row) {
    TRY(unique(table, "name", "name", row.name));
    TRY(unique(table, "key", "key", row.key));
    TRY(unique(table, "previous_key", "key", row.previous_key));
    TRY(unique(table, "token_hash", "token_hash", row.token_hash));
    TRY(known(table, "channels", channels_));
    TRY(known(table, "units", units_));
    TRY(known(table, "columns", columns_));
    if (!row.valid_from.empty() && !row.valid_until.empty() && row.valid_until < row.valid_from) {
      return fail(complaint(file_,
                            *table.find("valid_until"),
                            "settings_over_before_begin",
                            {row.valid_until, row.valid_from}));
    }
    const bool serves = row.role == "adapter" || row.role == "device" || row.role == "relay";
    if (serves && row.key.empty()) {
      return missing(table, "key");
    }
    if (serves && row.channels.empty()) {
      return missing(table, "channels");
    }
    if (row.role == "operator" && row.token_hash.empty()) {
      return missing(table, "token_hash");
    }
    if (row.role == "operator" && row.rights.empty()) {
      return missing(table, "rights");
    }
    if (row.role == "publisher" && row.key.empty() && row.token_hash.empty()) {
      return missing(table, "key | token_hash");
    }
    return {};
  }

 private:
  Status missing(const TomlValue& table, std::string key) const {
    return fail(complaint(file_, table, "settings_missing", {std::move(key)}));
  }

  // space: both keys of all principals must differ.
  Status unique(const TomlValue& table,
                const std::string& key,
                const std::string& space,
                const std::string& value) {
    if (value.empty()) {
      return {};
    }
    const auto [first, is_new] = seen_.emplace(space + " " + value, table.line);
    if (is_new) {
      return {};
    }
    return fail(complaint(file_,
                          *table.find(key),
                          "settings_duplicate",
                          {key, value, std::to_string(first->second)}));
  }

  Status known(const TomlValue& table,
               std::string_view key,
               const std::vector<std::string>& names) const {
    const TomlValue* list = table.find(key);
    if (list == nullptr) {
      return {};
    }
    for (const TomlValue& item : *list->list()) {
      if (std::ranges::find(names, *item.text()) == names.end()) {
        return fail(unknown_reference(file_, item, key, *item.text(), names));
      }
    }
    return {};
  }

  const TomlFile& file_;
  std::vector<std::string> units_;
  std::vector<std::string> columns_;
  std::vector<std::string> channels_;
  std::map<std::string, uint32_t> seen_;
};

}  // namespace

std::string_view name_of(Role role) {
  return role_names[static_cast<size_t>(role)];
}

std::string_view name_of(Rights rights) {
  return rights_names[static_cast<size_t>(rights)];
}

std::string_view name_of(PrincipalState state) {
  return state_names[static_cast<size_t>(state)];
}

PrincipalState validity_of(const PrincipalSettings& principal, Utc now) {
  if (principal.revoked) {
    return PrincipalState::revoked;
  }
  const auto from = parse_shanghai_date(principal.valid_from);
  const auto until = parse_shanghai_date(principal.valid_until);
  if (from && now < *from) {
    return PrincipalState::not_yet;
  }
  return until && now.ms >= until->ms + day_ms ? PrincipalState::over : PrincipalState::valid;
}

namespace {

Result<std::vector<PrincipalSettings>> principals_in(const TomlFile& file,
                                                     const CountySettings& county) {
  const std::string tables[] = {"principal"};
  std::vector<PrincipalSettings> principals;
  Check check(file, county);
  for (const auto& [key, value] : *file.root.table()) {
    if (key != tables[0]) {
      return fail(unknown_key(file, value, key, tables));
    }
    if (value.list() == nullptr) {
      return fail(complaint(file, value, "settings_wants_tables", {key}));
    }
    for (const TomlValue& table : *value.list()) {
      Row row;
      TRY(read_settings<Row>(file, table, rows, {}, row));
      TRY(check.one(table, row));
      principals.push_back(from_row(row));
    }
  }
  return principals;
}

}  // namespace

Result<std::vector<PrincipalSettings>> load_principals(const std::string& path,
                                                       const CountySettings& county) {
  const TomlFile file = TRY(load_toml(path));
  return principals_in(file, county);
}

Result<std::vector<PrincipalSettings>> parse_principals(std::string_view text,
                                                        std::string_view name,
                                                        const CountySettings& county) {
  const TomlFile file = TRY(parse_toml(text, name));
  return principals_in(file, county);
}

std::string write_principal(const PrincipalSettings& principal) {
  std::string out = "\n[[principal]]\n";
  Row row = to_row(principal);
  for (const SettingRow<Row>& setting : rows) {
    out += assigned(setting.rule, setting.target(row));
  }
  return out;
}

std::string write_principals(std::span<const PrincipalSettings> principals) {
  std::string out =
      "# 鼓楼：可以连接的系统和人员。密钥和令牌由 gulou init 生成，此处只有公钥和令牌的校验值。\n"
      "# Gulou: who may connect. Only public keys and hashes of tokens stand here.\n#\n";
  for (const SettingRow<Row>& row : rows) {
    out.append("#   ").append(row.rule.key).append("\n#     ").append(row.rule.zh);
    out.append("\n#     ").append(row.rule.en).append("\n");
  }
  for (const PrincipalSettings& principal : principals) {
    out += write_principal(principal);
  }
  return out;
}

std::string principal_settings_help(bool chinese) {
  return "principals.toml [[principal]]\n" + help_settings<Row>(rows, chinese);
}

}  // namespace gulou
