#include "common/settings/wordpress_table.h"

#include "common/settings/forms.h"
#include "common/settings/rows.h"

namespace gulou {
namespace {

using W = WordpressTable;

constexpr SettingRow<W> rows[] = {
    {{.key = "api",
      .required = true,
      .form = forms::web_address,
      .zh = "WordPress 接口的地址，通常为 https://域名/wp-json；没有固定链接的网站写 "
            "https://域名/index.php?rest_route=。",
      .en = "Address of the interface, mostly https://HOST/wp-json; without pretty permalinks "
            "https://HOST/index.php?rest_route=."},
     reach<W, &W::api>},
    {{.key = "user",
      .required = true,
      .form = forms::line,
      .zh = "发布用的账号，角色须为“编辑”。",
      .en = "The account it publishes as; its role must be Editor."},
     reach<W, &W::user>},
    {{.key = "password_file",
      .required = true,
      .zh = "存放该账号应用程序密码(用户资料页生成，不是登录密码)的文件，权限须为 "
            "0600；更换后不必重启。",
      .en =
          "File of that account's application password (made on its profile page, not the one for "
          "logging in), mode 0600; no restart needed when it changes."},
     reach<W, &W::password_file>},
    {{.key = "type",
      .form = forms::short_id,
      .zh = "稿件在 WordPress 中的类型：posts 为文章。",
      .en = "What a publication becomes there; posts: a post."},
     reach<W, &W::type>},
    {{.key = "quota_wait_ms",
      .min = 1,
      .zh = "对方限制请求次数而没有给出时间时的等待时间，毫秒。",
      .en = "How long to wait at the limit, in ms, where the answer does not say."},
     reach<W, &W::quota_wait_ms>},
};

}  // namespace

Status read_wordpress_table(const TomlFile& file,
                            const TomlValue& table,
                            WordpressTable& settings) {
  return read_settings<W>(file, table, rows, {}, settings);
}

std::string write_wordpress_table(const WordpressTable& settings) {
  return write_settings<W>(rows, settings);
}

std::string help_wordpress_table(bool chinese) {
  return help_settings<W>(rows, chinese);
}

}  // namespace gulou
