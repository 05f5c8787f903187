#include "adapters/screen/fleet_screen.h"

#include "adapters/screen/limits.h"
#include "common/crypto/key_file.h"
#include "common/crypto/random.h"

#include <utility>

namespace gulou {

PlaylistRules playlist_rules_of(const ScreenTable& table) {
  PlaylistRules rules{.drill = table.drill};
  if (!table.kinds.empty()) {
    rules.kinds = table.kinds;
  }
  return rules;
}

Result<std::string> page_key_of(const std::string& dir) {
  constexpr size_t key_bytes = 16;
  const std::string path = dir + "/page.key";
  Result<std::string> key = read_secret_file(path);
  if (!key && key.error().code == ErrorCode::not_found) {
    TRY(create_secret_file(path, to_hex(random_bytes(key_bytes))));
    key = read_secret_file(path);
  }
  return key;
}

void answer_page(ScreenPages& pages,
                 ScreenLive& live,
                 PdfPages& pdf_pages,
                 Utc now,
                 const HttpRequest& request,
                 Responder responder) {
  if (request.method == "GET" && request.path == "/events") {
    return live.join(responder.start_events());
  }
  if (const auto page = pages.pdf_page(request.path); page && request.method == "GET") {
    return pdf_pages.ask(page->first, page->second, std::move(responder));
  }
  responder.answer(pages.answer(request, now));
}

Result<std::unique_ptr<FleetScreen>> FleetScreen::open(const AdapterSettings& settings,
                                                       const sdk::ShellOptions& link,
                                                       const std::string& shared_dir,
                                                       PdfPages& pdf_pages) {
  Result<ScreenStore> store = ScreenStore::open(settings.directory, shared_dir);
  if (!store) {
    return fail(std::move(store.error()));
  }
  const Played played = TRY(Played::open(settings.directory));
  std::string page_key = TRY(page_key_of(settings.directory));
  return std::unique_ptr<FleetScreen>(
      new FleetScreen(settings, link, std::move(*store), played, std::move(page_key), pdf_pages));
}

FleetScreen::FleetScreen(AdapterSettings settings,
                         sdk::ShellOptions link,
                         ScreenStore store,
                         const Played& played,
                         std::string page_key,
                         PdfPages& pdf_pages)
    : settings_(std::move(settings)),
      link_(std::move(link)),
      store_(std::move(store)),
      played_(played),
      page_key_(std::move(page_key)),
      clock_(settings_.directory),
      shown_(limits::screen_items_max),
      glass_("display", playlist_rules_of(settings_.screen)),
      pages_(settings_.directory,
             {.name = settings_.screen.name,
              .portal_url = settings_.screen.portal_url,
              .page_key = page_key_},
             glass_,
             played,
             [this](const ScreenItem& item) { static_cast<void>(shown_.try_send(Seq{item.seq})); }),
      live_([this] { return pages_.changes_at(); }),
      pdf_pages_(pdf_pages) {
  // A page may ask before the device's thread has begun.
  glass_.set_lease(DisplayLease(boot_id(), read_lease(settings_.directory)).view());
}

void FleetScreen::answer(const HttpRequest& request, Responder responder) {
  answer_page(
      pages_, live_, pdf_pages_, clock_.now(read_clocks().utc), request, std::move(responder));
}

// Marks of what is held no more go.
void FleetScreen::keep_marks() const {
  std::vector<Digest> held;
  for (const auto& [publication, item] : store_.content().items) {
    held.push_back(item.digest);
  }
  played_.keep_only(held);
}

DeviceSeat FleetScreen::seat(std::function<void()> changed) {
  std::vector<Seq> marked;
  for (const auto& [publication, item] : store_.content().items) {
    if (item.shown == Shown::no && played_.first_shown(item.digest, glass_.name())) {
      marked.push_back(item.seq);
    }
  }
  return {.device = {settings_.channel, settings_.instance, "gulou-screen", boot_id()},
          .store = store_,
          .clock = clock_,
          .shown = shown_,
          .marked = std::move(marked),
          .glass = glass_,
          .endpoint = link_.endpoint,
          .server_key = link_.server_public_key,
          .keys = link_.keys,
          .dir = settings_.directory,
          .touch = settings_.screen.touch,
          .spread_ms = int64_t{settings_.screen.spread_s} * 1000,
          .changed = [this, changed = std::move(changed)] {
            changed();
            keep_marks();
            live_.changed();
          }};
}

}  // namespace gulou
