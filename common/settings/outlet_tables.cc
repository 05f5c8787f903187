#include "common/settings/outlet_tables.h"

#include "common/settings/forms.h"
#include "common/settings/rows.h"

namespace gulou {
namespace {

using F = FeedTable;
using W = WeiboTable;

bool is_weibo_text(std::string_view text) {
  return text.find("{url}") != std::string_view::npos &&
         text.find("{title}") != std::string_view::npos && forms::is_line(text);
}

bool is_sftp(std::string_view text) {
  constexpr std::string_view scheme = "sftp://";
  return text.starts_with(scheme) && text.find('@') == std::string_view::npos &&
         text.find('/', scheme.size()) != std::string_view::npos &&
         text.find("/~") == std::string_view::npos && forms::is_line(text);
}

bool is_mail_server(std::string_view text) {
  return text.starts_with("smtp://") || text.starts_with("smtps://");
}

constexpr SettingForm weibo_text{"… {title} … {url} …", is_weibo_text};
constexpr SettingForm sftp_address{"sftp://HOST:PORT/DIR", is_sftp};
constexpr SettingForm mail_server{"smtp://HOST:PORT | smtps://HOST:PORT", is_mail_server};

constexpr SettingRow<F> feed_rows[] = {
    {{.key = "name",
      .required = true,
      .form = forms::line,
      .zh = "媒体名称。",
      .en = "Name of the outlet."},
     reach<F, &F::name>},
    {{.key = "contact",
      .required = true,
      .form = forms::line,
      .zh = "供媒体联系核实的单位、科室和电话，写入每个稿件包。",
      .en = "Whom its editors ask; stands in every packet."},
     reach<F, &F::contact>},
    {{.key = "folder",
      .zh = "稿件包存入的目录，如共享文件夹；留空则不用。",
      .en = "Folder for the packets, such as a share; empty: none."},
     reach<F, &F::folder>},
    {{.key = "sftp",
      .form = sftp_address,
      .zh = "稿件包存入的 SFTP 目录(绝对路径)；留空则不用。",
      .en = "Directory on an SFTP server (an absolute path) for the packets; empty: none."},
     reach<F, &F::sftp>},
    {{.key = "sftp_user", .form = forms::line, .zh = "SFTP 用户名。", .en = "User there."},
     reach<F, &F::sftp_user>},
    {{.key = "sftp_key_file",
      .zh = "登录用的私钥文件(ed25519，无口令)，权限须为 0600；公钥交给媒体。",
      .en =
          "File of the private key to log in with (ed25519, no passphrase), mode 0600; the outlet "
          "gets the public half."},
     reach<F, &F::sftp_key_file>},
    {{.key = "sftp_known_hosts",
      .zh = "对方服务器公钥所在文件(known_hosts 格式)，须与媒体当面或电话核对；不符则不发送。",
      .en = "File with the server's key, as OpenSSH's known_hosts, checked with the outlet; to "
            "another server nothing is sent."},
     reach<F, &F::sftp_known_hosts>},
    {{.key = "mail_to",
      .form = forms::line,
      .zh = "收稿邮箱；留空则不用邮件。",
      .en = "Address for packets by mail; empty: no mail."},
     reach<F, &F::mail_to>},
    {{.key = "mail_from", .form = forms::line, .zh = "发件邮箱。", .en = "Sender of the mail."},
     reach<F, &F::mail_from>},
    {{.key = "mail_server", .form = mail_server, .zh = "发件服务器。", .en = "The mail server."},
     reach<F, &F::mail_server>},
    {{.key = "mail_user",
      .form = forms::line,
      .zh = "发件服务器的用户名；留空则不登录。",
      .en = "User there; empty: no login."},
     reach<F, &F::mail_user>},
    {{.key = "mail_password_file",
      .zh = "存放密码的文件，权限须为 0600。",
      .en = "File of the password, mode 0600."},
     reach<F, &F::mail_password_file>},
    {{.key = "webhook_url",
      .form = forms::web_address,
      .zh = "通知接口(Standard Webhooks)的地址；留空则不用。",
      .en = "Address for webhooks (Standard Webhooks); empty: none."},
     reach<F, &F::webhook_url>},
    {{.key = "webhook_secret_file",
      .zh = "存放签名密钥(whsec_ 加 Base64)的文件，权限须为 0600。",
      .en = "File of the secret that signs them (whsec_ and base64), mode 0600."},
     reach<F, &F::webhook_secret_file>},
    {{.key = "hub",
      .form = forms::web_address,
      .zh = "WebSub 中心的地址，供稿变动时即时通知订阅者；留空则不用。",
      .en = "Address of a WebSub hub that is told of every change of the feed; empty: none."},
     reach<F, &F::hub>},
    {{.key = "token_file",
      .zh = "存放订阅口令的文件，权限须为 0600；留空则不设口令。",
      .en = "File of the token that readers of the feed must show, mode 0600; empty: none."},
     reach<F, &F::token_file>},
    {{.key = "acknowledge",
      .zh = "撤稿是否须经媒体确认才算落实。",
      .en = "Whether a recall counts only once the outlet has acknowledged it."},
     reach<F, &F::acknowledge>},
    {{.key = "disable_after_ms",
      .min = 60'000,
      .zh = "持续失败多久后停用，毫秒；由人检查配置后恢复。",
      .en = "After failing for so long it is disabled until a person has looked, milliseconds."},
     reach<F, &F::disable_after_ms>},
};

constexpr SettingRow<W> weibo_rows[] = {
    {{.key = "api",
      .form = forms::web_address,
      .zh = "微博开放平台的地址。",
      .en = "Address of the platform."},
     reach<W, &W::api>},
    {{.key = "uid",
      .required = true,
      .form = forms::name,
      .zh = "账号的 uid。",
      .en = "The account's uid."},
     reach<W, &W::uid>},
    {{.key = "token_file",
      .required = true,
      .zh = "存放 access_token 的文件，权限须为 0600；重新授权后由人更新，不必重启。",
      .en = "File of the access_token, mode 0600; a person renews it, no restart needed."},
     reach<W, &W::token_file>},
    {{.key = "text",
      .form = weibo_text,
      .zh = "博文模板：{title} 标题、{url} 门户网址、{doc_no} 发文字号、{issuer} 发文机关。",
      .en = "What a post says: {title}, {url} of the portal, {doc_no}, {issuer}."},
     reach<W, &W::text>},
    {{.key = "ip",
      .form = forms::line,
      .zh = "操作者的公网地址，平台要求随博文提交。",
      .en = "Public address of the operator, which the platform wants to know."},
     reach<W, &W::ip>},
    {{.key = "picture",
      .zh = "是否附上稿件的第一张图片。",
      .en = "Whether the first picture of the release goes with it."},
     reach<W, &W::picture>},
    {{.key = "quota_wait_ms",
      .min = 100,
      .zh = "平台限额后暂缓多久再发，毫秒。",
      .en = "How long nothing is posted once the platform says it is enough, milliseconds."},
     reach<W, &W::quota_wait_ms>},
    {{.key = "destroy",
      .zh = "撤稿时是否由程序删除博文；否则待人工处理。",
      .en = "Whether posts are deleted by this program; otherwise a person does it."},
     reach<W, &W::destroy>},
};

}  // namespace

Status read_feed_table(const TomlFile& file, const TomlValue& table, FeedTable& settings) {
  return read_settings<F>(file, table, feed_rows, {}, settings);
}

Status read_weibo_table(const TomlFile& file, const TomlValue& table, WeiboTable& settings) {
  return read_settings<W>(file, table, weibo_rows, {}, settings);
}

std::string write_feed_table(const FeedTable& settings) {
  return write_settings<F>(feed_rows, settings);
}

std::string write_weibo_table(const WeiboTable& settings) {
  return write_settings<W>(weibo_rows, settings);
}

std::string help_feed_table(bool chinese) {
  return help_settings<F>(feed_rows, chinese);
}

std::string help_weibo_table(bool chinese) {
  return help_settings<W>(weibo_rows, chinese);
}

}  // namespace gulou
