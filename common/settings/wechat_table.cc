#include "common/settings/wechat_table.h"

#include "common/settings/forms.h"
#include "common/settings/rows.h"

namespace gulou {
namespace {

using W = WechatTable;

constexpr size_t author_characters_max = 16;

bool is_author(std::string_view text) {
  const auto begins = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; };
  return forms::is_line(text) &&
         static_cast<size_t>(std::ranges::count_if(text, begins)) <= author_characters_max;
}

constexpr SettingForm author{"UTF-8, 1-16", is_author};
constexpr std::string_view mode_words[] = {"api", "draft"};

constexpr SettingRow<W> rows[] = {
    {{.key = "api",
      .form = forms::web_address,
      .zh = "微信公众平台接口的地址。",
      .en = "Address of the platform."},
     reach<W, &W::api>},
    {{.key = "appid",
      .required = true,
      .form = forms::name,
      .zh = "公众号的 AppID。",
      .en = "The account's AppID."},
     reach<W, &W::appid>},
    {{.key = "secret_file",
      .required = true,
      .zh = "存放 AppSecret 的文件，权限须为 0600；更换后不必重启。",
      .en = "File of the AppSecret, mode 0600; no restart needed when it changes."},
     reach<W, &W::secret_file>},
    {{.key = "mode",
      .zh = "api 由程序发布；draft 程序备好草稿、人工在公众平台发布(账号没有发布接口权限时用)。",
      .en = "api: published by the program; draft: prepared by it and published by a person, for "
            "accounts without the right to publish."},
     choose<W, mode_words, &W::mode>},
    {{.key = "author",
      .form = author,
      .zh = "文章作者，最多 16 字；留空则用发文机关(超过 16 字则不写)。",
      .en =
          "Author of every article; empty: the issuing body, where it has at most 16 characters."},
     reach<W, &W::author>},
    {{.key = "event_token_file",
      .zh = "存放公众平台“服务器配置”中令牌(Token)的文件，权限须为 0600；留空则不接收事件推送。",
      .en = "File of the token of the account's server settings, mode 0600; empty: no events."},
     reach<W, &W::event_token_file>},
    {{.key = "poll_ms",
      .min = 100,
      .zh = "没有收到事件推送时，多久后查询发布结果，毫秒。",
      .en = "Without an event the end of a job is asked for after so long, milliseconds."},
     reach<W, &W::poll_ms>},
    {{.key = "settle_ms",
      .min = 100,
      .zh = "提交结果不明时，查找多久后才再次提交同一草稿，毫秒。",
      .en = "An unclear submission is looked for so long before the same draft is submitted again, "
            "milliseconds."},
     reach<W, &W::settle_ms>},
    {{.key = "quota_wait_ms",
      .min = 100,
      .zh = "平台限额后最多暂缓多久再试，毫秒；次日零点恢复时不再等待。",
      .en = "How long nothing is published at most once the day's quota is used, milliseconds; the "
            "next day ends it too."},
     reach<W, &W::quota_wait_ms>},
    {{.key = "watch_ms",
      .min = 100,
      .zh = "draft 方式下，多久查看一次人工发布了哪些，毫秒。",
      .en = "With draft: between looks at what a person has published, milliseconds."},
     reach<W, &W::watch_ms>},
    {{.key = "polls_per_day",
      .zh = "每天最多查询发布结果的次数。",
      .en = "How often a day the end of a job may be asked for."},
     reach<W, &W::polls_per_day>},
    {{.key = "lists_per_day",
      .zh = "每天最多查询已发布列表的次数。",
      .en = "How often a day the list of what is published may be asked for."},
     reach<W, &W::lists_per_day>},
    {{.key = "deletes_per_day",
      .zh = "每天最多删除已发布文章的次数。",
      .en = "How often a day an article may be taken down."},
     reach<W, &W::deletes_per_day>},
    {{.key = "remove",
      .zh = "撤稿和更正时是否由程序删除文章；否则待人工处理。",
      .en = "Whether articles are taken down by this program; otherwise a person does it."},
     reach<W, &W::remove>},
};

}  // namespace

Status read_wechat_table(const TomlFile& file, const TomlValue& table, WechatTable& settings) {
  return read_settings<W>(file, table, rows, {}, settings);
}

std::string write_wechat_table(const WechatTable& settings) {
  return write_settings<W>(rows, settings);
}

std::string help_wechat_table(bool chinese) {
  return help_settings<W>(rows, chinese);
}

}  // namespace gulou
