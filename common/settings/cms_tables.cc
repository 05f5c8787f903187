#include "common/settings/cms_tables.h"

#include "common/settings/forms.h"
#include "common/settings/rows.h"

#include <algorithm>
#include <array>

namespace gulou {
namespace {

using H = HttpTable;
using C = CmsCall;

constexpr std::array<std::string_view, 3> encodings{"json", "xml", "form"};

bool is_answer(std::string_view text) {
  constexpr std::string_view code = "code:";
  if (text.starts_with(code)) {
    return text.size() > code.size();
  }
  return text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_header(std::string_view text) {
  const size_t colon = text.find(": ");
  return colon != std::string_view::npos && colon > 0 && text.find('\n') == std::string_view::npos;
}

bool is_method(std::string_view text) {
  return text == "GET" || text == "POST" || text == "PUT" || text == "PATCH" || text == "DELETE";
}

constexpr SettingForm answer{"200 | code:0", is_answer};
constexpr SettingForm header{"Name: value", is_header};
constexpr SettingForm method{"GET | POST | PUT | PATCH | DELETE", is_method};

constexpr SettingRow<H> http_rows[] = {
    {{.key = "encoding",
      .zh = "请求正文的转义方式：json、xml 或 form。",
      .en = "How values are escaped in bodies: json, xml or form."},
     choose<H, encodings, &H::encoding>},
    {{.key = "headers",
      .form = header,
      .zh = "每次请求的报头，可用 {{secret}}。",
      .en = "Headers of every request; {{secret}} may stand in them."},
     reach<H, &H::headers>},
    {{.key = "secret_file",
      .zh = "存放口令的文件，权限须为 0600。",
      .en = "File of the secret, mode 0600."},
     reach<H, &H::secret_file>},
    {{.key = "page_url",
      .form = forms::line,
      .zh = "页面的公开网址模板；url_at 未设置时使用。",
      .en = "Template of a page's public address, where url_at does not name it."},
     reach<H, &H::page_url>},
    {{.key = "code_at",
      .form = forms::line,
      .zh = "返回正文中业务代码的位置；留空则只看状态码。",
      .en = "Where the code stands in the body of an answer; empty: only statuses count."},
     reach<H, &H::code_at>},
    {{.key = "ok",
      .form = answer,
      .zh = "表示成功的状态码或业务代码(code:…)。",
      .en = "Statuses, or codes as code:…, that mean done."},
     reach<H, &H::ok>},
    {{.key = "exists",
      .form = answer,
      .zh = "表示已存在：先查询，再更新。",
      .en = "It is there already: look, then update."},
     reach<H, &H::exists>},
    {{.key = "absent", .form = answer, .zh = "表示不存在。", .en = "It is not there."},
     reach<H, &H::absent>},
    {{.key = "transient",
      .form = answer,
      .zh = "表示没有执行、可稍后重试。",
      .en = "Nothing was done; it may work later."},
     reach<H, &H::transient>},
    {{.key = "quota", .form = answer, .zh = "表示超出限额。", .en = "Over the limit."},
     reach<H, &H::quota>},
    {{.key = "auth",
      .form = answer,
      .zh = "表示授权失效，须由人重新授权。",
      .en = "The authorisation ended; a person must renew it."},
     reach<H, &H::auth>},
    {{.key = "misconfigured",
      .form = answer,
      .zh = "表示配置或权限有误。",
      .en = "Settings or rights are wrong."},
     reach<H, &H::misconfigured>},
    {{.key = "content",
      .form = answer,
      .zh = "表示内容被拒绝，转人工处理。",
      .en = "This content is refused; it is parked."},
     reach<H, &H::content>},
    {{.key = "quota_wait_ms",
      .min = 1,
      .zh = "超出限额后的等待时间，毫秒；对方给出时间时以对方为准。",
      .en = "How long to wait at the limit, in ms, where the answer does not say."},
     reach<H, &H::quota_wait_ms>},
    {{.key = "gone_text",
      .form = forms::line,
      .zh = "状态码为 200 而实际已撤下的页面所含文字。",
      .en = "Words of a page that is gone and still answers with status 200."},
     reach<H, &H::gone_text>},
};

constexpr SettingRow<C> call_rows[] = {
    {{.key = "method", .form = method, .zh = "请求方法。", .en = "The method."},
     reach<C, &C::method>},
    {{.key = "url",
      .required = true,
      .form = forms::line,
      .zh = "请求地址模板。",
      .en = "Template of the address."},
     reach<C, &C::url>},
    {{.key = "body", .zh = "请求正文模板。", .en = "Template of the body."}, reach<C, &C::body>},
    {{.key = "body_file",
      .zh = "请求正文模板所在文件，代替 body。",
      .en = "File with the template of the body, in place of body."},
     reach<C, &C::body_file>},
    {{.key = "id_at",
      .form = forms::line,
      .zh = "返回中编号的位置：data.id、xml:result/id 或 header:location。",
      .en = "Where the id stands in the answer: data.id, xml:result/id or header:location."},
     reach<C, &C::id_at>},
    {{.key = "url_at",
      .form = forms::line,
      .zh = "返回中公开网址的位置。",
      .en = "Where the page's public address stands in the answer."},
     reach<C, &C::url_at>},
    {{.key = "revision_at",
      .form = forms::line,
      .zh = "查询返回中版本号的位置；留空则一律更新。",
      .en = "Where an answer to find says the revision; empty: it is always updated."},
     reach<C, &C::revision_at>},
};

constexpr std::array<std::string_view, 6> calls{
    "http_find", "http_create", "http_update", "http_remove", "http_mark", "http_upload"};

CmsCall& call_named(HttpTable& settings, std::string_view name) {
  const std::array<CmsCall*, calls.size()> members{&settings.find,
                                                   &settings.create,
                                                   &settings.update,
                                                   &settings.remove,
                                                   &settings.mark,
                                                   &settings.upload};
  return *members[static_cast<size_t>(std::ranges::find(calls, name) - calls.begin())];
}

}  // namespace

std::span<const std::string_view> cms_call_tables() {
  return calls;
}

Status read_http_table(const TomlFile& file, const TomlValue& table, HttpTable& settings) {
  return read_settings<H>(file, table, http_rows, {}, settings);
}

Status read_cms_call(const TomlFile& file,
                     const TomlValue& table,
                     std::string_view name,
                     HttpTable& settings) {
  return read_settings<C>(file, table, call_rows, {}, call_named(settings, name));
}

std::string help_cms_tables(bool chinese) {
  return "[http]\n" + help_settings<H>(http_rows, chinese) + "[http_create] …\n" +
         help_settings<C>(call_rows, chinese);
}

}  // namespace gulou
