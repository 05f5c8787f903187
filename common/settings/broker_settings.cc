#include "common/settings/broker_settings.h"

#include "common/settings/forms.h"
#include "common/settings/rows.h"

namespace gulou {
namespace {

using S = BrokerSettings;

constexpr uint64_t mib = 1024 * 1024;

constexpr SettingRow<S> rows[] = {
    {{.key = "http_address",
      .required = true,
      .form = forms::address,
      .zh = "管理与报送接口(HTTP)的监听地址。除本机外的地址须同时配置证书。",
      .en = "Where the HTTP API listens. Give a certificate when it is not the loopback address."},
     reach<S, &S::http_address>},
    {{.key = "http_certificate",
      .zh = "HTTPS 证书链文件(PEM)；留空则不加密。相对路径以本文件所在目录为准。",
      .en =
          "PEM file of the certificate chain for HTTPS; empty: plain HTTP. Relative to this file."},
     reach<S, &S::http_certificate>},
    {{.key = "http_key", .zh = "证书的私钥文件(PEM)。", .en = "PEM file of the certificate's key."},
     reach<S, &S::http_key>},
    {{.key = "http_requests_per_second_max",
      .max = 1'000'000,
      .zh = "同一令牌、同一来源地址每秒最多请求次数；0 为不限。",
      .en = "Requests a second of one token, and of one address, at most; 0: no limit."},
     reach<S, &S::http_requests_per_second_max>},
    {{.key = "publisher_endpoint",
      .form = forms::endpoint,
      .zh = "报送系统的 ZeroMQ 监听地址。",
      .en = "Where publishers connect by ZeroMQ."},
     reach<S, &S::publisher_endpoint>},
    {{.key = "adapter_endpoint",
      .required = true,
      .form = forms::endpoint,
      .zh = "渠道对接程序的 ZeroMQ 监听地址。",
      .en = "Where adapters connect by ZeroMQ."},
     reach<S, &S::adapter_endpoint>},
    {{.key = "device_endpoint",
      .form = forms::endpoint,
      .zh = "显示屏等终端的 ZeroMQ 监听地址。",
      .en = "Where devices connect by ZeroMQ."},
     reach<S, &S::device_endpoint>},
    {{.key = "device_address",
      .zh = "终端连接的地址(HOST:PORT)，写入入网码；不写则为监听地址。",
      .en = "HOST:PORT by which devices reach it, told by their codes; empty: as it is bound."},
     reach<S, &S::device_address>},
    {{.key = "log_level",
      .form = forms::log_level,
      .zh = "日志级别：debug、info、warn 或 error。",
      .en = "Level of the log: debug, info, warn or error."},
     reach<S, &S::log_level>},
    {{.key = "facts_threads",
      .min = 1,
      .max = 64,
      .zh = "核对报送内容(校验值、正文格式)的线程数。",
      .en = "Threads that check submissions (digests, markup)."},
     reach<S, &S::facts_threads>},
    {{.key = "write_buffer_bytes",
      .min = 4 * mib,
      .max = 1024 * mib,
      .zh = "存储写缓冲，字节。",
      .en = "Memory of the store for writing, bytes."},
     reach<S, &S::write_buffer_bytes>},
    {{.key = "block_cache_bytes",
      .min = 4 * mib,
      .max = 16'384 * mib,
      .zh = "存储读缓存，字节。",
      .en = "Memory of the store for reading, bytes."},
     reach<S, &S::block_cache_bytes>},
    {{.key = "disk_free_bytes_min",
      .zh = "磁盘剩余低于此字节数时停止收稿，已收的继续分发。",
      .en = "Below this many free bytes nothing is accepted any more; delivery goes on."},
     reach<S, &S::disk_free_bytes_min>},
    {{.key = "disk_free_percent_min",
      .max = 50,
      .zh = "磁盘剩余低于此百分比时停止收稿。",
      .en = "Below this percentage of free disk nothing is accepted any more."},
     reach<S, &S::disk_free_percent_min>},
};

std::string in_directory(const std::string& dir, const std::string& path) {
  return path.empty() || path.front() == '/' ? path : dir + "/" + path;
}

}  // namespace

namespace {

// "127.0.0.1:7010", "localhost:7010", "[::1]:7010"
bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("localhost:") ||
         address.starts_with("[::1]:");
}

}  // namespace

Result<BrokerSettings> load_broker(const std::string& path) {
  const TomlFile file = TRY(load_toml(path));
  BrokerSettings settings;
  TRY(read_settings<S>(file, file.root, rows, {}, settings));
  if (settings.http_certificate.empty() != settings.http_key.empty()) {
    const bool lacks_key = settings.http_key.empty();
    return fail(complaint(file,
                          *file.root.find(lacks_key ? "http_certificate" : "http_key"),
                          "settings_missing",
                          {lacks_key ? "http_key" : "http_certificate"}));
  }
  if (settings.http_certificate.empty() && !is_loopback(settings.http_address)) {
    return fail(complaint(file,
                          *file.root.find("http_address"),
                          "settings_needs_certificate",
                          {settings.http_address}));
  }
  const size_t slash = path.rfind('/');
  settings.home = slash == std::string::npos ? "." : path.substr(0, slash);
  settings.http_certificate = in_directory(settings.home, settings.http_certificate);
  settings.http_key = in_directory(settings.home, settings.http_key);
  return settings;
}

std::string write_broker(const BrokerSettings& settings) {
  return "# 鼓楼：发布总线。改动后重启 gulou-broker 生效。\n"
         "# Gulou: the broker. Changes take effect when gulou-broker is restarted.\n\n" +
         write_settings<S>(rows, settings);
}

std::string broker_settings_help(bool chinese) {
  return "broker.toml\n" + help_settings<S>(rows, chinese);
}

}  // namespace gulou
