#include "common/settings/county.h"

#include "common/settings/forms.h"
#include "common/settings/rows.h"

#include <set>

namespace gulou {
namespace {

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

constexpr uint64_t day_ms = 24ULL * 3600 * 1000;

constexpr SettingRow<Channel> channel_rows[] = {
    {{.key = "id",
      .required = true,
      .form = forms::short_id,
      .zh = "渠道代码，启用后不可改。",
      .en = "Code of the channel; never changed once in use."},
     reach<Channel, &Channel::id>},
    {{.key = "name", .required = true, .form = forms::line, .zh = "渠道名称。", .en = "Name."},
     reach<Channel, &Channel::name>},
    {{.key = "portal",
      .zh = "是否门户网站：发布日期以首次在门户发布为准。",
      .en = "Whether it is the portal: published_on is set when it first goes there."},
     reach<Channel, &Channel::portal>},
    {{.key = "fleet",
      .zh = "是否终端群：每台终端各自接收。",
      .en = "Whether it is a fleet: every device receives for itself."},
     reach<Channel, &Channel::fleet>},
    {{.key = "columns",
      .form = forms::short_id,
      .zh = "发布哪些栏目；留空为全部。",
      .en = "Columns it takes; empty: all."},
     reach<Channel, &Channel::filter, &ChannelFilter::columns>},
    {{.key = "kinds",
      .zh = "发布哪些类型的稿件；留空为全部。",
      .en = "Kinds it takes; empty: all."},
     reach<Channel, &Channel::filter, &ChannelFilter::kinds>},
    {{.key = "imports",
      .zh = "是否发布导入的历史信息。",
      .en = "Whether it takes imported history."},
     reach<Channel, &Channel::filter, &ChannelFilter::imports>},
    {{.key = "drill", .zh = "是否发布演练信息。", .en = "Whether it takes drills."},
     reach<Channel, &Channel::filter, &ChannelFilter::drill>},
    {{.key = "title_chars_max",
      .max = 1000,
      .zh = "标题字数上限，超过时改用短标题；0 为不限。",
      .en = "Characters of a title; a longer one needs a short title. 0: no limit."},
     reach<Channel, &Channel::content_limits, &ChannelLimits::title_chars_max>},
    {{.key = "summary_chars_max",
      .max = 1000,
      .zh = "内容概述字数上限；0 为不限。",
      .en = "Characters of a summary. 0: no limit."},
     reach<Channel, &Channel::content_limits, &ChannelLimits::summary_chars_max>},
    {{.key = "body_chars_max",
      .max = 1'000'000,
      .zh = "正文字数上限；0 为不限。",
      .en = "Characters of a body. 0: no limit."},
     reach<Channel, &Channel::content_limits, &ChannelLimits::body_chars_max>},
    {{.key = "body_bytes_max",
      .zh = "正文字节数上限；0 为不限。",
      .en = "Bytes of a body. 0: no limit."},
     reach<Channel, &Channel::content_limits, &ChannelLimits::body_bytes_max>},
    {{.key = "attachment_bytes_max",
      .zh = "单个附件字节数上限；0 为不限。",
      .en = "Bytes of one attachment. 0: no limit."},
     reach<Channel, &Channel::content_limits, &ChannelLimits::attachment_bytes_max>},
    {{.key = "attempts_max",
      .min = 1,
      .max = 1000,
      .zh = "最多尝试次数，之后待人工处理。",
      .en = "Attempts before a person has to look."},
     reach<Channel, &Channel::attempts_max>},
    {{.key = "backoff_first_ms",
      .min = 10,
      .max = day_ms,
      .zh = "第一次重试前等待，毫秒；之后逐次加倍。",
      .en = "Wait before the first retry, milliseconds; doubled each time."},
     reach<Channel, &Channel::backoff_first_ms>},
    {{.key = "backoff_ms_max",
      .min = 10,
      .max = day_ms,
      .zh = "重试间隔上限，毫秒。",
      .en = "Longest wait between retries, milliseconds."},
     reach<Channel, &Channel::backoff_ms_max>},
    {{.key = "lease_ms",
      .min = 100,
      .max = day_ms,
      .zh = "办理时限，毫秒：逾期未报结果视为结果不明。",
      .en = "Lease, milliseconds: without a report until then the outcome is ambiguous."},
     reach<Channel, &Channel::lease_ms>},
    {{.key = "age_ms_max",
      .min = 1000,
      .max = 366 * day_ms,
      .zh = "一件稿件重试的最长总时间，毫秒。",
      .en = "Longest time a delivery is retried in all, milliseconds."},
     reach<Channel, &Channel::age_ms_max>},
};

// The tables [[unit]], [[column]] or [[channel]] of one file, with where each stands.
template <class S>
struct Listed {
  S settings;
  const TomlValue* table;
};

template <class S>
Result<std::vector<Listed<S>>> read_list(const TomlFile& file,
                                         std::string_view key,
                                         std::span<const SettingRow<S>> rows) {
  const std::string known[] = {std::string(key)};
  std::vector<Listed<S>> all;
  for (const auto& [name, value] : *file.root.table()) {
    if (name != key) {
      return fail(unknown_key(file, value, name, known));
    }
    if (value.list() == nullptr) {
      return fail(complaint(file, value, "settings_wants_tables", {std::string(key)}));
    }
    for (const TomlValue& table : *value.list()) {
      Listed<S> item{{}, &table};
      TRY(read_settings<S>(file, table, rows, {}, item.settings));
      for (const Listed<S>& other : all) {
        if (other.settings.id == item.settings.id) {
          return fail(complaint(file,
                                *table.find("id"),
                                "settings_duplicate",
                                {"id", item.settings.id, std::to_string(other.table->line)}));
        }
      }
      all.push_back(std::move(item));
    }
  }
  return all;
}

template <class Map>
std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [id, value] : map) {
    names.push_back(id);
  }
  return names;
}

// Every name of a list or text below `key` is known.
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
  const auto units = TRY(read_list<Unit>(file, "unit", unit_rows));
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
  const auto columns = TRY(read_list<Column>(column_file, "column", column_rows));
  const auto channels = TRY(read_list<Channel>(channel_file, "channel", channel_rows));
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
  return county;
}

std::string county_settings_help(bool chinese) {
  return "units.toml [[unit]]\n" + help_settings<Unit>(unit_rows, chinese) +
         "columns.toml [[column]]\n" + help_settings<Column>(column_rows, chinese) +
         "channels.toml [[channel]]\n" + help_settings<Channel>(channel_rows, chinese);
}

}  // namespace gulou
