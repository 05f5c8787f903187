// What an operator may set of an adapter: adapters/NAME.toml of a home. One struct for all
// adapters; [site] is the portal's, [screen] the screen's, [feed] and [weibo] outlet_tables.h. Read
// at start, immutable afterwards.
#pragma once

#include "common/base/result.h"
#include "common/model/release.h"
#include "common/settings/outlet_tables.h"

#include <string>
#include <vector>

namespace gulou {

// What the portal's pages say about the site. Empty: left out.
struct SiteTable {
  std::string name;
  std::string line;        // beside the name
  std::string domain;      // empty: the host of base_url
  std::string id_code;     // 网站标识码
  std::string organiser;   // 主办单位
  std::string contractor;  // 承办单位
  std::string icp_no;      // ICP 备案号
  std::string police_no;   // 公安备案号
  std::string phone;
  std::string address;
};

struct ScreenTable {
  std::string name;        // where it hangs
  std::string portal_url;  // QR codes lead there; empty: none
  bool drill = false;      // shows drills
  // What the display shows in turn besides what is urgent; empty: notices, public notices, guides.
  std::vector<Kind> kinds;
};

struct AdapterSettings {
  std::string channel;  // id in channels.toml
  std::string instance;
  std::string broker_endpoint = "tcp://127.0.0.1:7012";
  // Paths: absolute once loaded, in the file relative to the file.
  std::string broker_key_file = "../keys/broker.public";
  std::string key_file;
  std::string directory;  // what the adapter keeps: the static site, the screen's copy
  std::string listen;     // HOST:PORT of its own web server; empty: none
  std::string base_url;   // how citizens reach what it publishes
  std::string log_level = "info";
  SiteTable site;
  ScreenTable screen;
  FeedTable feed;
  WeiboTable weibo;
};

// Errors: file_unreadable, settings_*, with file:line:column.
Result<AdapterSettings> load_adapter(const std::string& path);

// The file with comments in both languages; paths are written as they are. sections: [site] for the
// portal, [screen] for a screen.
std::string write_portal_adapter(const AdapterSettings& settings);
std::string write_screen_adapter(const AdapterSettings& settings);
std::string write_feed_adapter(const AdapterSettings& settings);
std::string write_weibo_adapter(const AdapterSettings& settings);

// Those of the samples in config/adapters, with the names of an invented county.
AdapterSettings sample_portal_adapter();
AdapterSettings sample_screen_adapter();
AdapterSettings sample_feed_adapter();
AdapterSettings sample_weibo_adapter();

std::string adapter_settings_help(bool chinese);

}  // namespace gulou
