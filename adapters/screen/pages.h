// ScreenPages serves one screen: the display page, the kiosk, the LED line and what they ask for,
// and takes what a page says it drew. Used on the web server's thread; it reads the store's
// directory, and with the adapter shares only the Glass. The formats stand in the README.
#pragma once

#include "adapters/screen/glass.h"
#include "adapters/screen/played.h"
#include "adapters/screen/playlist.h"
#include "adapters/screen/store.h"
#include "common/base/result.h"
#include "common/http/message.h"
#include "common/text/language.h"

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gulou {

struct ScreenSettings {
  std::string name;        // 青石县政务服务中心
  std::string portal_url;  // "http://127.0.0.1:8080": QR codes lead there; empty: no QR code
  // What a page on another machine shows to be believed: its address is "/?key=…". Empty: only
  // pages on this machine are.
  std::string page_key;
  // Of a preview: stands in a frame of its own, with these notes.
  bool framed = false;
  std::string notes;
};

class ScreenPages {
 public:
  // An item was drawn here for the first time.
  using Shown = std::function<void(const ScreenItem& item)>;
  // An item that is held no more has left a page.
  using Left = std::function<void(std::string_view key)>;

  ScreenPages(std::string dir,
              ScreenSettings settings,
              Glass& glass,
              Played played,
              Shown shown,
              Left left = {});

  HttpResponse answer(const HttpRequest& request, Utc now);

  // The page of a PDF that a path means, of an attachment that is held: PdfPages draws it.
  std::optional<std::pair<Digest, uint32_t>> pdf_page(std::string_view path) const;

  // When time alone changes next what is shown, as of the last look; 0: never. Any thread.
  Utc changes_at() const { return {changes_at_ms_}; }

 private:
  Status refresh(Utc now);
  bool part_leased(Utc now);
  void add_lease(HttpResponse& response) const;
  HttpResponse get(const HttpRequest& request, Utc now);

  // What the broker tells a fleet, or what the settings of a single screen say.
  const std::string& portal_url() const {
    return content_.portal_url.empty() ? settings_.portal_url : content_.portal_url;
  }

  std::string items_json(Language language) const;
  HttpResponse file(const HttpRequest& request, std::string_view rest) const;
  HttpResponse led(const HttpRequest& request) const;
  HttpResponse status(Utc now) const;
  HttpResponse take_report(const HttpRequest& request, Utc now);
  const ScreenItem* find(std::string_view key) const;

  std::string dir_;
  ScreenSettings settings_;
  Glass& glass_;
  Played played_;
  Shown shown_;
  Left left_;
  std::string seen_;  // what the index file looked like
  ScreenContent content_;
  // Items whose display lease has ended: as if they were not there, until contact.
  std::map<std::string, ScreenItem, std::less<>> dark_;
  Utc lease_ends_;  // of the next one, 0: of none
  int64_t channel_lease_ms_ = 0;
  Playlist list_;
  std::map<std::string, SharedBytes, std::less<>> made_;  // answers, until something changes
  std::atomic<int64_t> changes_at_ms_{0};
  std::map<std::string, Utc, std::less<>> faults_;  // what pages complain of, and when last
};

}  // namespace gulou
