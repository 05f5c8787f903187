// site.toml: what the portal's pages say about the site itself, in head, meta tags and foot. Read
// at start, immutable afterwards. What the national rules ask every government site to show is
// named by missing_marks(), so that `gulou doctor` can say what is not there.
#pragma once

#include "common/base/result.h"
#include "common/settings/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// Empty: left out.
struct SiteTable {
  std::string name;
  std::string line;        // beside the name
  std::string domain;      // empty: the host of the portal's base_url
  std::string id_code;     // 网站标识码
  std::string organiser;   // 主办单位
  std::string contractor;  // 承办单位
  std::string icp_no;      // ICP 备案号
  std::string police_no;   // 公安备案号
  std::string phone;       // 联系方式
  std::string address;
  std::string party_mark_url;  // 党政机关标识: where the mark leads
  std::string find_error_url;  // 我为政府网站找错
};

// path: site.toml. Errors: file_unreadable, settings_*, with file:line:column. `otherwise` where
// there is no such file.
Result<SiteTable> load_site(const std::string& path, const SiteTable& otherwise = {});
Status read_site_table(const TomlFile& file, const TomlValue& table, SiteTable& settings);

// Keys of what a government site must show in its foot and this one does not.
std::vector<std::string_view> missing_marks(const SiteTable& site);

// The file with comments in both languages.
std::string write_site(const SiteTable& settings);
SiteTable sample_site();  // of an invented county
std::string site_settings_help(bool chinese);

}  // namespace gulou
