#include "common/settings/county.h"

#include "common/settings/approvals.h"
#include "common/settings/channels.h"
#include "common/settings/forms.h"
#include "common/settings/lists.h"

#include <set>

namespace gulou {
namespace {

constexpr std::string_view unit_name = "unit";
constexpr std::string_view column_name = "column";

constexpr SettingRow<Unit> unit_rows[] = {
    {{.key = "id",
      .required = true,
      .form = forms::short_id,
      .zh = "简称，供其他配置引用。",
      .en = "Short key other settings refer to."},
     reach<Unit, &Unit::id>},
    {{.key = "name", .required = true, .form = forms::line, .zh = "单位全称。", .en = "Full name."},
     reach<Unit, &Unit::name>},
    {{.key = "org_code",
      .required = true,
      .form = forms::code,
      .zh = "组织机构代码(9 位)或统一社会信用代码(18 位)。",
      .en = "Organisation code (9 characters) or unified social credit code (18)."},
     reach<Unit, &Unit::org_code>},
    {{.key = "area",
      .required = true,
      .form = forms::area_code,
      .zh = "统计用区划代码，12 位。",
      .en = "Division code, 12 digits."},
     reach<Unit, &Unit::area>},
    {{.key = "parent",
      .form = forms::short_id,
      .zh = "上级单位的 id；留空为无。",
      .en = "Id of the parent unit; empty: none."},
     reach<Unit, &Unit::parent>},
    {{.key = "phone",
      .form = forms::line,
      .zh = "值班电话，撤稿需要人工处理时给出；留空为无。",
      .en = "Telephone on duty, shown where a withdrawal needs a person; empty: none."},
     reach<Unit, &Unit::phone>},
};

constexpr SettingRow<Column> column_rows[] = {
    {{.key = "id",
      .required = true,
      .form = forms::short_id,
      .zh = "栏目代码，稿件的 column 字段用它。",
      .en = "Code of the column, the release's field column."},
     reach<Column, &Column::id>},
    {{.key = "name", .required = true, .form = forms::line, .zh = "栏目名称。", .en = "Name."},
     reach<Column, &Column::name>},
    {{.key = "path",
      .form = forms::line,
      .zh = "在网站上的位置，从外到内。",
      .en = "Where it stands on the site, outermost first."},
     reach<Column, &Column::path>},
    {{.key = "responsible_unit",
      .required = true,
      .form = forms::short_id,
      .zh = "责任单位的 id。",
      .en = "Id of the responsible unit."},
     reach<Column, &Column::responsible_unit>},
    {{.key = "supervising_unit",
      .form = forms::short_id,
      .zh = "监督单位的 id。",
      .en = "Id of the supervising unit."},
     reach<Column, &Column::supervising_unit>},
    {{.key = "kinds",
      .zh = "可收的稿件类型；留空为全部。",
      .en = "Kinds of releases it takes; empty: all."},
     reach<Column, &Column::kinds>},
    {{.key = "freshness_days_max",
      .max = 3660,
      .zh = "更新时限，天；0 为不限。",
      .en = "Days within which it must be updated; 0: none."},
     reach<Column, &Column::freshness_days_max>},
    {{.key = "mandatory_channels",
      .form = forms::short_id,
      .zh = "必须发布的渠道。",
      .en = "Channels its releases must reach."},
     reach<Column, &Column::mandatory_channels>},
};

template <class Map>
std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> names;
  names.reserve(map.size());
  for (const auto& [id, value] : map) {
    names.push_back(id);
  }
  return names;
}

Status check_parents(const TomlFile& file,
                     const std::vector<Listed<Unit>>& units,
                     const CountySettings& county) {
  for (const Listed<Unit>& unit : units) {
    std::set<std::string> seen{unit.settings.id};
    for (std::string up = unit.settings.parent; !up.empty(); up = county.units.at(up).parent) {
      if (!seen.insert(up).second) {
        return fail(complaint(file, *unit.table, "settings_parent_cycle", {unit.settings.id}));
      }
    }
  }
  return {};
}

Status read_units(const std::string& path, CountySettings& county) {
  const TomlFile file = TRY(load_toml(path));
  TRY(check_names(file, {&unit_name, 1}));
  const auto units = TRY(read_list<Unit>(file, unit_name, unit_rows));
  for (const Listed<Unit>& unit : units) {
    county.units.emplace(unit.settings.id, unit.settings);
  }
  const std::vector<std::string> known = names_of(county.units);
  std::map<std::string, uint32_t> codes;
  for (const Listed<Unit>& unit : units) {
    TRY(check_references(file, *unit.table, "parent", known));
    const auto [first, is_new] = codes.emplace(unit.settings.org_code, unit.table->line);
    if (!is_new) {
      return fail(complaint(file,
                            *unit.table->find("org_code"),
                            "settings_duplicate",
                            {"org_code", unit.settings.org_code, std::to_string(first->second)}));
    }
  }
  return check_parents(file, units, county);
}

}  // namespace

Result<CountySettings> load_county(const std::string& dir) {
  CountySettings county;
  TRY(read_units(dir + "/units.toml", county));
  const TomlFile column_file = TRY(load_toml(dir + "/columns.toml"));
  const TomlFile channel_file = TRY(load_toml(dir + "/channels.toml"));
  TRY(check_names(column_file, {&column_name, 1}));
  const auto columns = TRY(read_list<Column>(column_file, column_name, column_rows));
  const auto channels = TRY(read_channels(channel_file));
  std::vector<std::string> channel_names;
  for (const Listed<Channel>& channel : channels) {
    county.channels.push_back(channel.settings);
    channel_names.push_back(channel.settings.id);
  }
  const std::vector<std::string> unit_names = names_of(county.units);
  for (const Listed<Column>& column : columns) {
    TRY(check_references(column_file, *column.table, "responsible_unit", unit_names));
    TRY(check_references(column_file, *column.table, "supervising_unit", unit_names));
    TRY(check_references(column_file, *column.table, "mandatory_channels", channel_names));
    county.columns.emplace(column.settings.id, column.settings);
  }
  const std::vector<std::string> column_names = names_of(county.columns);
  for (const Listed<Channel>& channel : channels) {
    TRY(check_references(channel_file, *channel.table, "columns", column_names));
  }
  TRY(check_channels(channel_file, channels));
  county.approvals = TRY(load_approvals(dir + "/approvals.toml", county));
  return county;
}

std::string county_settings_help(bool chinese) {
  return "units.toml [[unit]]\n" + help_settings<Unit>(unit_rows, chinese) +
         "columns.toml [[column]]\n" + help_settings<Column>(column_rows, chinese) +
         approval_settings_help(chinese) + channel_settings_help(chinese);
}

}  // namespace gulou
