#include "common/settings/site_settings.h"

#include "common/settings/forms.h"
#include "common/settings/rows.h"

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

namespace gulou {
namespace {

constexpr SettingRow<SiteTable> site_rows[] = {
    {{.key = "name",
      .required = true,
      .form = forms::line,
      .zh = "网站名称。",
      .en = "Name of the site."},
     reach<SiteTable, &SiteTable::name>},
    {{.key = "line",
      .form = forms::line,
      .zh = "名称旁的一行字。",
      .en = "A line beside the name."},
     reach<SiteTable, &SiteTable::line>},
    {{.key = "domain",
      .form = forms::line,
      .zh = "网站域名；留空则取自 base_url。",
      .en = "Domain of the site; empty: the host of base_url."},
     reach<SiteTable, &SiteTable::domain>},
    {{.key = "id_code", .form = forms::line, .zh = "网站标识码。", .en = "Government site code."},
     reach<SiteTable, &SiteTable::id_code>},
    {{.key = "organiser", .form = forms::line, .zh = "主办单位。", .en = "Organiser."},
     reach<SiteTable, &SiteTable::organiser>},
    {{.key = "contractor", .form = forms::line, .zh = "承办单位。", .en = "Contractor."},
     reach<SiteTable, &SiteTable::contractor>},
    {{.key = "icp_no", .form = forms::line, .zh = "ICP 备案号。", .en = "ICP number."},
     reach<SiteTable, &SiteTable::icp_no>},
    {{.key = "police_no",
      .form = forms::line,
      .zh = "公安备案号。",
      .en = "Public security number."},
     reach<SiteTable, &SiteTable::police_no>},
    {{.key = "phone", .form = forms::line, .zh = "联系电话。", .en = "Phone."},
     reach<SiteTable, &SiteTable::phone>},
    {{.key = "address", .form = forms::line, .zh = "联系地址。", .en = "Address."},
     reach<SiteTable, &SiteTable::address>},
    {{.key = "party_mark_url",
      .form = forms::web_address,
      .zh = "党政机关标识所指的网址(由编制部门核发)。",
      .en = "Where the mark of a party or government organ leads; given by the staffing office."},
     reach<SiteTable, &SiteTable::party_mark_url>},
    {{.key = "find_error_url",
      .form = forms::web_address,
      .zh = "“我为政府网站找错”的网址。",
      .en = "Where errors of government sites are reported."},
     reach<SiteTable, &SiteTable::find_error_url>},
};

constexpr std::string_view heading =
    "# 鼓楼：门户网站的名称、页脚和标识。改动后重启 gulou-portal 生效；缺少哪一项，gulou doctor "
    "会指出。\n"
    "# Gulou: name, foot and marks of the portal. Changes take effect when gulou-portal is "
    "restarted;\n"
    "# gulou doctor names what is missing.\n\n";

}  // namespace

Status read_site_table(const TomlFile& file, const TomlValue& table, SiteTable& settings) {
  return read_settings<SiteTable>(file, table, site_rows, {}, settings);
}

Result<SiteTable> load_site(const std::string& path, const SiteTable& otherwise) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return otherwise;
  }
  const TomlFile file = TRY(load_toml(path));
  SiteTable settings;
  TRY(read_site_table(file, file.root, settings));
  return settings;
}

std::vector<std::string_view> missing_marks(const SiteTable& site) {
  const auto marks = std::to_array<std::pair<std::string_view, const std::string*>>({
      {"organiser", &site.organiser},
      {"phone", &site.phone},
      {"id_code", &site.id_code},
      {"icp_no", &site.icp_no},
      {"police_no", &site.police_no},
      {"party_mark_url", &site.party_mark_url},
      {"find_error_url", &site.find_error_url},
  });
  std::vector<std::string_view> missing;
  for (const auto& [key, value] : marks) {
    if (value->empty()) {
      missing.push_back(key);
    }
  }
  return missing;
}

std::string write_site(const SiteTable& settings) {
  return std::string(heading) + write_settings<SiteTable>(site_rows, settings);
}

SiteTable sample_site() {
  return {.name = "云溪县人民政府",
          .line = "政务公开 办事服务 互动交流",
          .id_code = "9901230001",
          .organiser = "云溪县人民政府办公室",
          .contractor = "云溪县大数据中心",
          .icp_no = "云溪ICP备00000000号",
          .police_no = "云溪公网安备 00000000000000号",
          .phone = "0999-6612345",
          .address = "云溪县春山路1号",
          .party_mark_url = "https://bszs.conac.cn",
          .find_error_url = "https://zfwzgl.www.gov.cn/exposure/jiucuo.html"};
}

std::string site_settings_help(bool chinese) {
  return "site.toml\n" + help_settings<SiteTable>(site_rows, chinese);
}

}  // namespace gulou
