#include "common/settings/adapter_settings.h"

#include "common/settings/forms.h"
#include "common/settings/rows.h"

namespace gulou {
namespace {

using S = AdapterSettings;

constexpr SettingRow<S> rows[] = {
    {{.key = "channel",
      .required = true,
      .form = forms::short_id,
      .zh = "所服务的渠道，channels.toml 中的 id。",
      .en = "The channel it serves: an id of channels.toml."},
     reach<S, &S::channel>},
    {{.key = "instance",
      .required = true,
      .form = forms::name,
      .zh = "本程序实例的名称，出现在运行概览和日志中。",
      .en = "Name of this instance in status and logs."},
     reach<S, &S::instance>},
    {{.key = "broker_endpoint",
      .required = true,
      .form = forms::endpoint,
      .zh = "发布总线的地址，即 broker.toml 中的 adapter_endpoint。",
      .en = "The broker: adapter_endpoint of broker.toml."},
     reach<S, &S::broker_endpoint>},
    {{.key = "broker_key_file",
      .required = true,
      .zh = "发布总线的公钥文件。相对路径以本文件所在目录为准。",
      .en = "File of the broker's public key. Relative to this file."},
     reach<S, &S::broker_key_file>},
    {{.key = "key_file",
      .required = true,
      .zh = "本实例的私钥文件，权限须为 0600。",
      .en = "File of this instance's own secret key, mode 0600."},
     reach<S, &S::key_file>},
    {{.key = "directory",
      .required = true,
      .zh = "本程序存放网站页面或显示内容的目录。",
      .en = "Directory of what it keeps: the site's pages, the screen's items."},
     reach<S, &S::directory>},
    {{.key = "listen",
      .form = forms::address,
      .zh = "自带网页服务的监听地址；留空则不开启(由其他网页服务器提供)。",
      .en = "Where its own web server listens; empty: another server serves the directory."},
     reach<S, &S::listen>},
    {{.key = "base_url",
      .form = forms::web_address,
      .zh = "公众访问的网址，末尾不带斜杠；发布后据此回查。",
      .en = "How citizens reach it, without a slash at the end; read-back goes there."},
     reach<S, &S::base_url>},
    {{.key = "log_level",
      .form = forms::log_level,
      .zh = "日志级别：debug、info、warn 或 error。",
      .en = "Level of the log: debug, info, warn or error."},
     reach<S, &S::log_level>},
};

constexpr SettingRow<ScreenTable> screen_rows[] = {
    {{.key = "name",
      .required = true,
      .form = forms::line,
      .zh = "显示屏所在的场所。",
      .en = "The place where the screen hangs."},
     reach<ScreenTable, &ScreenTable::name>},
    {{.key = "portal_url",
      .form = forms::web_address,
      .zh = "门户网站网址，二维码指向该处；留空则不显示二维码。",
      .en = "The portal, where QR codes lead; empty: no QR codes."},
     reach<ScreenTable, &ScreenTable::portal_url>},
    {{.key = "drill", .zh = "是否显示演练信息。", .en = "Whether drills are shown."},
     reach<ScreenTable, &ScreenTable::drill>},
    {{.key = "touch",
      .zh = "是否供触摸查询(/kiosk.html)，查询机另存 PDF 附件。",
      .en = "Whether people look things up by touch (/kiosk.html): PDF attachments are kept too."},
     reach<ScreenTable, &ScreenTable::touch>},
    {{.key = "fleet",
      .zh = "是否终端群中的一台终端，由 gulou-screen --enrol 入网时写入。",
      .en = "Whether it is a device of a fleet; written when it enrols."},
     reach<ScreenTable, &ScreenTable::fleet>},
    {{.key = "spread_s",
      .max = 600,
      .zh = "终端启动后在多少秒内随机连接，避免同时涌入。",
      .en = "A device connects within so many seconds after its start, at random."},
     reach<ScreenTable, &ScreenTable::spread_s>},
    {{.key = "kinds",
      .zh = "轮播的信息类型，紧急信息不论类型都播；留空为通知公告、公示和办事指南。",
      .en = "Kinds shown in turn, urgent ones of any kind besides; empty: notices, public notices "
            "and guides."},
     reach<ScreenTable, &ScreenTable::kinds>},
};

constexpr std::string_view sections[] = {"site",
                                         "http",
                                         "http_find",
                                         "http_create",
                                         "http_update",
                                         "http_remove",
                                         "http_mark",
                                         "http_upload",
                                         "wordpress",
                                         "screen",
                                         "board",
                                         "feed",
                                         "weibo",
                                         "wechat"};

void resolve(std::string& path, const std::string& dir) {
  if (!path.empty() && path.front() != '/') {
    path = dir + "/" + path;
  }
}

constexpr std::string_view heading =
    "# 鼓楼：渠道对接程序。改动后重启程序生效。\n"
    "# Gulou: an adapter. Changes take effect when the program is restarted.\n\n";

}  // namespace

Result<AdapterSettings> load_adapter(const std::string& path) {
  const TomlFile file = TRY(load_toml(path));
  AdapterSettings settings;
  TRY(read_settings<S>(file, file.root, rows, sections, settings));
  if (const TomlValue* site = file.root.find("site")) {
    TRY(read_site_table(file, *site, settings.site));
  }
  if (const TomlValue* http = file.root.find("http")) {
    TRY(read_http_table(file, *http, settings.http));
  }
  for (const std::string_view name : cms_call_tables()) {
    if (const TomlValue* call = file.root.find(name)) {
      TRY(read_cms_call(file, *call, name, settings.http));
    }
  }
  if (const TomlValue* wordpress = file.root.find("wordpress")) {
    TRY(read_wordpress_table(file, *wordpress, settings.wordpress));
  }
  if (const TomlValue* screen = file.root.find("screen")) {
    TRY(read_settings<ScreenTable>(file, *screen, screen_rows, {}, settings.screen));
  }
  if (const TomlValue* board = file.root.find("board")) {
    TRY(read_board_table(file, *board, settings.board));
  }
  if (const TomlValue* feed = file.root.find("feed")) {
    TRY(read_feed_table(file, *feed, settings.feed));
  }
  if (const TomlValue* weibo = file.root.find("weibo")) {
    TRY(read_weibo_table(file, *weibo, settings.weibo));
  }
  if (const TomlValue* wechat = file.root.find("wechat")) {
    TRY(read_wechat_table(file, *wechat, settings.wechat));
  }
  const size_t slash = path.rfind('/');
  const std::string dir = slash == std::string::npos ? "." : path.substr(0, slash);
  resolve(settings.broker_key_file, dir);
  resolve(settings.key_file, dir);
  resolve(settings.directory, dir);
  for (std::string* named : {&settings.http.secret_file,
                             &settings.board.boards_file,
                             &settings.board.certificate_file,
                             &settings.board.certificate_key_file,
                             &settings.http.create.body_file,
                             &settings.http.update.body_file,
                             &settings.http.mark.body_file,
                             &settings.wordpress.password_file,
                             &settings.feed.folder,
                             &settings.feed.sftp_key_file,
                             &settings.feed.sftp_known_hosts,
                             &settings.feed.mail_password_file,
                             &settings.feed.webhook_secret_file,
                             &settings.feed.token_file,
                             &settings.weibo.token_file,
                             &settings.wechat.secret_file,
                             &settings.wechat.event_token_file}) {
    resolve(*named, dir);
  }
  return settings;
}

std::string write_portal_adapter(const AdapterSettings& settings) {
  return std::string(heading) + write_settings<S>(rows, settings);
}

std::string write_wordpress_adapter(const AdapterSettings& settings) {
  return std::string(heading) + write_settings<S>(rows, settings) + "\n[wordpress]\n" +
         write_wordpress_table(settings.wordpress);
}

std::string write_screen_adapter(const AdapterSettings& settings) {
  return std::string(heading) + write_settings<S>(rows, settings) + "\n[screen]\n" +
         write_settings<ScreenTable>(screen_rows, settings.screen);
}

std::string write_board_adapter(const AdapterSettings& settings) {
  return std::string(heading) + write_settings<S>(rows, settings) + "\n[board]\n" +
         write_board_table(settings.board);
}

std::string write_feed_adapter(const AdapterSettings& settings) {
  return std::string(heading) + write_settings<S>(rows, settings) + "\n[feed]\n" +
         write_feed_table(settings.feed);
}

std::string write_weibo_adapter(const AdapterSettings& settings) {
  return std::string(heading) + write_settings<S>(rows, settings) + "\n[weibo]\n" +
         write_weibo_table(settings.weibo);
}

std::string write_wechat_adapter(const AdapterSettings& settings) {
  return std::string(heading) + write_settings<S>(rows, settings) + "\n[wechat]\n" +
         write_wechat_table(settings.wechat);
}

AdapterSettings sample_board_adapter() {
  AdapterSettings settings;
  settings.channel = "board";
  settings.instance = "board-1";
  settings.key_file = "../keys/board-1.secret";
  settings.directory = "../board";
  settings.listen = "127.0.0.1:8097";
  settings.base_url = "http://127.0.0.1:8097";
  settings.board.portal_url = "http://127.0.0.1:8080";
  return settings;
}

AdapterSettings sample_feed_adapter() {
  AdapterSettings settings;
  settings.channel = "rongmei";
  settings.instance = "feed-1";
  settings.key_file = "../keys/feed-1.secret";
  settings.directory = "../feed";
  settings.listen = "127.0.0.1:8095";
  settings.base_url = "http://127.0.0.1:8095";
  settings.feed = {.name = "云溪县融媒体中心",
                   .contact = "云溪县人民政府办公室信息科 0999-6612345",
                   .folder = "../feed/outbox"};
  return settings;
}

AdapterSettings sample_weibo_adapter() {
  AdapterSettings settings;
  settings.channel = "weibo";
  settings.instance = "weibo-1";
  settings.key_file = "../keys/weibo-1.secret";
  settings.directory = "../weibo";
  settings.weibo = {.uid = "1000000001", .token_file = "../keys/weibo.token"};
  return settings;
}

AdapterSettings sample_wechat_adapter() {
  AdapterSettings settings;
  settings.channel = "wechat";
  settings.instance = "wechat-1";
  settings.key_file = "../keys/wechat-1.secret";
  settings.directory = "../wechat";
  settings.listen = "127.0.0.1:8096";
  settings.wechat = {.appid = "wx1234567890abcdef",
                     .secret_file = "../keys/wechat.secret",
                     .event_token_file = "../keys/wechat.event-token"};
  return settings;
}

AdapterSettings sample_portal_adapter() {
  AdapterSettings settings;
  settings.channel = "portal";
  settings.instance = "portal-1";
  settings.key_file = "../keys/portal-1.secret";
  settings.directory = "../site";
  settings.listen = "127.0.0.1:8080";
  settings.base_url = "http://127.0.0.1:8080";
  return settings;
}

AdapterSettings sample_wordpress_adapter() {
  AdapterSettings settings = sample_portal_adapter();
  settings.listen.clear();
  settings.base_url = "https://www.example.gov.cn";
  settings.wordpress = {.api = "https://www.example.gov.cn/wp-json",
                        .user = "gulou",
                        .password_file = "../keys/wordpress.password"};
  return settings;
}

AdapterSettings sample_screen_adapter() {
  AdapterSettings settings;
  settings.channel = "screen";
  settings.instance = "screen-1";
  settings.key_file = "../keys/screen-1.secret";
  settings.directory = "../screen";
  settings.listen = "127.0.0.1:8090";
  settings.base_url = "http://127.0.0.1:8090";
  settings.screen = {.name = "云溪县政务服务中心", .portal_url = "http://127.0.0.1:8080"};
  return settings;
}

std::string adapter_settings_help(bool chinese) {
  return "adapters/NAME.toml\n" + help_settings<S>(rows, chinese) + help_cms_tables(chinese) +
         "[wordpress]\n" + help_wordpress_table(chinese) + "[screen]\n" +
         help_settings<ScreenTable>(screen_rows, chinese) + help_board_table(chinese) + "[feed]\n" +
         help_feed_table(chinese) + "[weibo]\n" + help_weibo_table(chinese) + "[wechat]\n" +
         help_wechat_table(chinese);
}

}  // namespace gulou
