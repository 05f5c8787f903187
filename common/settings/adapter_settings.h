// What an operator may set of an adapter: adapters/NAME.toml of a home. One struct for all
// adapters; [site] is the portal's where a home has no site.toml, [screen] the screen's, [board]
// boards.h, [feed] and [weibo] outlet_tables.h, [wechat] wechat_table.h, [wordpress]
// wordpress_table.h. Read at start, immutable afterwards.
#pragma once

#include "common/base/result.h"
#include "common/model/release.h"
#include "common/settings/boards.h"
#include "common/settings/cms_tables.h"
#include "common/settings/outlet_tables.h"
#include "common/settings/site_settings.h"
#include "common/settings/wechat_table.h"
#include "common/settings/wordpress_table.h"

#include <string>
#include <vector>

namespace gulou {

struct ScreenTable {
  std::string name;        // where it hangs
  std::string portal_url;  // QR codes lead there; empty: none
  bool drill = false;      // shows drills
  bool touch = false;      // a kiosk at /kiosk.html: keeps PDFs too
  bool fleet = false;      // a device of a fleet, enrolled with a code
  uint32_t spread_s = 30;  // fleet: the first connection comes within, at random
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
  HttpTable http;            // the portal is a CMS of others where [http_create] is there
  WordpressTable wordpress;  // the portal is a WordPress where [wordpress] is there
  SiteTable site;            // of a home made before site.toml
  ScreenTable screen;
  BoardTable board;
  FeedTable feed;
  WeiboTable weibo;
  WechatTable wechat;
};

// Errors: file_unreadable, settings_*, with file:line:column.
Result<AdapterSettings> load_adapter(const std::string& path);

// The file with comments in both languages; paths are written as they are. sections: [screen] for
// a screen, [feed] for an outlet and so on.
std::string write_portal_adapter(const AdapterSettings& settings);
std::string write_wordpress_adapter(const AdapterSettings& settings);
std::string write_screen_adapter(const AdapterSettings& settings);
std::string write_board_adapter(const AdapterSettings& settings);
std::string write_feed_adapter(const AdapterSettings& settings);
std::string write_weibo_adapter(const AdapterSettings& settings);
std::string write_wechat_adapter(const AdapterSettings& settings);

// Those of the samples in config/adapters, with the names of an invented county.
AdapterSettings sample_portal_adapter();
AdapterSettings sample_wordpress_adapter();
AdapterSettings sample_screen_adapter();
AdapterSettings sample_board_adapter();
AdapterSettings sample_feed_adapter();
AdapterSettings sample_weibo_adapter();
AdapterSettings sample_wechat_adapter();

std::string adapter_settings_help(bool chinese);

}  // namespace gulou
