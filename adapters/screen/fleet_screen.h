// FleetScreen is one device of a fleet with its pages: store, marks, clock, and what a browser asks
// for. A box has one, a gateway one for each screen behind it. Made before all threads, outlives
// them: answer() runs on the web server's thread, what seat() names on the device's.
#pragma once

#include "adapters/screen/device_files.h"
#include "adapters/screen/device_shell.h"
#include "adapters/screen/glass.h"
#include "adapters/screen/live.h"
#include "adapters/screen/pages.h"
#include "adapters/screen/pdf_pages.h"
#include "adapters/screen/played.h"
#include "adapters/screen/store.h"
#include "adapters/sdk/shell.h"
#include "common/base/mailbox.h"
#include "common/http/server.h"
#include "common/settings/adapter_settings.h"

#include <functional>
#include <memory>
#include <string>

namespace gulou {

PlaylistRules playlist_rules_of(const ScreenTable& table);

// Made at the first start. Who opens the display on another machine shows it.
Result<std::string> page_key_of(const std::string& dir);

// A display, or the kiosk, or what they ask for.
void answer_page(ScreenPages& pages,
                 ScreenLive& live,
                 PdfPages& pdf_pages,
                 Utc now,
                 const HttpRequest& request,
                 Responder responder);

class FleetScreen {
 public:
  // shared_dir: where its items are kept together with those of others; empty: alone. pdf_pages
  // draws from there. Errors: those of store, files and keys.
  static Result<std::unique_ptr<FleetScreen>> open(const AdapterSettings& settings,
                                                   const sdk::ShellOptions& link,
                                                   const std::string& shared_dir,
                                                   PdfPages& pdf_pages);

  void answer(const HttpRequest& request, Responder responder);

  // changed: the store has, before pages are told.
  DeviceSeat seat(std::function<void()> changed);

  const std::string& page_key() const { return page_key_; }

  const std::string& name() const { return settings_.screen.name; }

  const ScreenContent& content() const { return store_.content(); }

 private:
  FleetScreen(AdapterSettings settings,
              sdk::ShellOptions link,
              ScreenStore store,
              const Played& played,
              std::string page_key,
              PdfPages& pdf_pages);

  AdapterSettings settings_;
  sdk::ShellOptions link_;
  void keep_marks() const;

  ScreenStore store_;
  Played played_;
  std::string page_key_;
  DeviceClock clock_;
  Mailbox<Seq> shown_;
  Glass glass_;
  ScreenPages pages_;
  ScreenLive live_;
  PdfPages& pdf_pages_;
};

}  // namespace gulou
