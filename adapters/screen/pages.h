// ScreenPages serves the display page and what it asks for: `/` the page, `/items.json` what to
// show now, `/files/<digest>/<name>` pictures. Used on the web server's thread; it reads the
// store's directory and shares nothing else with the adapter. The format of items.json stands in
// the README.
#pragma once

#include "adapters/screen/playlist.h"
#include "adapters/screen/store.h"
#include "common/base/result.h"
#include "common/http/message.h"

#include <memory>
#include <string>
#include <string_view>

namespace gulou {

struct ScreenSettings {
  std::string name;        // 青石县政务服务中心
  std::string portal_url;  // "http://127.0.0.1:8080": QR codes lead there; empty: no QR code
  bool drill = false;
};

class ScreenPages {
 public:
  ScreenPages(std::string dir, ScreenSettings settings);

  HttpResponse answer(const HttpRequest& request, Utc now);

 private:
  Status refresh(Utc now);
  std::string items_json(const Playlist& list) const;
  HttpResponse file(const HttpRequest& request, std::string_view rest) const;

  std::string dir_;
  ScreenSettings settings_;
  std::string seen_;  // what the index file looked like
  ScreenContent content_;
  SharedBytes json_;
  Utc json_until_;  // 0: until the store changes
};

}  // namespace gulou
