// What an operator may set of a portal that is somebody else's system: [http] and its calls
// ([http_create] …), for any CMS by template. Tables of adapters/portal.toml, read with it by
// adapter_settings.h. Plain data; secrets stand in files of their own, which are named here.
#pragma once

#include "common/base/result.h"
#include "common/settings/value.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gulou {

enum class CmsEncoding : uint8_t { json, xml, form };

// One call. URL, headers and body are Mustache templates; the URL is escaped for addresses, the
// body by the encoding. An empty url: the system has no such call.
struct CmsCall {
  std::string method = "POST";
  std::string url;
  std::string body;
  std::string body_file;  // in place of body, for long ones
  std::string
      id_at;  // where in the answer the id stands: "data.id", "xml:result/id", "header:location"
  std::string url_at;       // the same of the page's public address; empty: page_url is used
  std::string revision_at;  // of find: the revision that is there; empty: not known
};

// An answer is judged by its body's code where there is one that is named here, else by its status.
struct HttpTable {
  CmsEncoding encoding = CmsEncoding::json;
  std::vector<std::string> headers;  // "Name: value", templates
  std::string secret_file;           // {{secret}} in headers, addresses and bodies
  std::string page_url;              // public address, a template; {{platform_id}} and the rest
  std::string code_at;               // where the body's code stands; empty: only statuses count
  std::vector<std::string> ok = {"200", "201", "202", "204"};  // "200", or "code:0"
  std::vector<std::string> exists = {"409"};  // it is there already: look, then update
  std::vector<std::string> absent = {"404", "410"};
  std::vector<std::string> transient;  // nothing was done
  std::vector<std::string> quota = {"429"};
  std::vector<std::string> auth = {"401"};
  std::vector<std::string> misconfigured = {"403"};
  std::vector<std::string> content = {"400", "413", "422"};
  int64_t quota_wait_ms = 60'000;
  std::string gone_text;  // a page of status 200 with these words is as good as gone
  CmsCall find, create, update, remove, mark, upload;
};

// Names of the tables, all but [http] itself: "http_find" and so on.
std::span<const std::string_view> cms_call_tables();

Status read_http_table(const TomlFile& file, const TomlValue& table, HttpTable& settings);
Status read_cms_call(const TomlFile& file,
                     const TomlValue& table,
                     std::string_view name,
                     HttpTable& settings);
std::string help_cms_tables(bool chinese);

}  // namespace gulou
