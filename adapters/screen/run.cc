#include "adapters/screen/run.h"

#include "adapters/screen/adapter.h"
#include "adapters/screen/device_shell.h"
#include "adapters/screen/enrol.h"
#include "adapters/screen/live.h"
#include "adapters/screen/pages.h"
#include "adapters/screen/pdf_pages.h"
#include "adapters/screen/played_report.h"
#include "adapters/screen/preview.h"
#include "adapters/sdk/callbacks.h"
#include "adapters/sdk/start.h"
#include "common/base/log.h"
#include "common/base/service.h"
#include "common/crypto/key_file.h"
#include "common/crypto/random.h"
#include "common/http/server.h"
#include "common/text/catalogue.h"
#include "common/text/language.h"

#include <cstdio>
#include <cstdlib>

namespace gulou {
namespace {

PlaylistRules rules_of(const ScreenTable& table) {
  PlaylistRules rules{.drill = table.drill};
  if (!table.kinds.empty()) {
    rules.kinds = table.kinds;
  }
  return rules;
}

// Made at the first start. Who opens the display on another machine adds it to the address.
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

int serve_fleet(const AdapterSettings& settings,
                const sdk::ShellOptions& options,
                const net::Context& context,
                ScreenStore& store,
                DeviceClock& clock,
                Mailbox<Seq>& shown,
                ScreenLive& live,
                int stop_fd) {
  const std::function<void()> changed = [&live] { live.changed(); };
  return serve_device({settings.channel, settings.instance, "gulou-screen"},
                      store,
                      clock,
                      shown,
                      {options.endpoint,
                       options.server_public_key,
                       options.keys,
                       settings.directory,
                       settings.screen.touch,
                       int64_t{settings.screen.spread_s} * 1000},
                      context,
                      changed,
                      stop_fd);
}

// What an item that was drawn means: to a fleet's broker its entry, to the SDK a call-back.
ScreenPages::Shown told_to(sdk::Callbacks& callbacks, Mailbox<Seq>& shown, bool fleet) {
  return [&callbacks, &shown, fleet](const ScreenItem& item) {
    static_cast<void>(fleet ? shown.try_send(Seq{item.seq})
                            : callbacks.called_back(shown_id(item.seq)));
  };
}

Result<int> run(const AdapterSettings& settings,
                const sdk::ShellOptions& options,
                const std::string& /*home*/,
                int stop_fd) {
  ScreenStore store = TRY(ScreenStore::open(settings.directory));
  const Played played = TRY(Played::open(settings.directory));
  Glass glass("display", rules_of(settings.screen));
  const std::string page_key = TRY(page_key_of(settings.directory));
  sdk::Callbacks callbacks;
  Mailbox<Seq> shown(limits::screen_items_max);  // of a device
  DeviceClock clock(settings.directory);
  const bool fleet = settings.screen.fleet;
  ScreenPages pages(settings.directory,
                    {.name = settings.screen.name,
                     .portal_url = settings.screen.portal_url,
                     .page_key = page_key},
                    glass,
                    played,
                    told_to(callbacks, shown, fleet),
                    [&callbacks](std::string_view key) {
                      static_cast<void>(callbacks.called_back(off_id(key)));
                    });
  ScreenLive live([&pages] { return pages.changes_at(); });
  PdfPages pdf_pages(settings.directory);
  HttpServer server(
      {}, [&pages, &live, &pdf_pages, &clock](const HttpRequest& request, Responder responder) {
        if (request.method == "GET" && request.path == "/events") {
          return live.join(responder.start_events());
        }
        if (const auto page = pages.pdf_page(request.path); page && request.method == "GET") {
          return pdf_pages.ask(page->first, page->second, std::move(responder));
        }
        responder.answer(pages.answer(request, clock.now(read_clocks().utc)));
      });
  const std::string url =
      settings.base_url.empty() ? "http://" + settings.listen : settings.base_url;
  if (!settings.listen.empty()) {
    const auto [host, port] = sdk::host_and_port(settings.listen);
    TRY(server.listen(host, port));
    log::info("screen.ready", {{"url", url}});
  }
  const net::Context context = TRY(net::Context::open(1));
  if (fleet) {
    const int code = serve_fleet(settings, options, context, store, clock, shown, live, stop_fd);
    server.stop();
    return code;
  }
  ScreenAdapter adapter(
      std::move(store), url + "/", {&glass}, settings.screen.touch, played, [&live] {
        live.changed();
      });
  sdk::ShellOptions with_callbacks = options;
  with_callbacks.callbacks = &callbacks;
  const int code = sdk::serve(adapter, with_callbacks, context, stop_fd);
  server.stop();
  return code;
}

int complain(const Error& error) {
  const char* lang = std::getenv("LANG");
  std::fprintf(stderr,
               "gulou-screen: %s\n",
               sentence(choose_language({}, lang != nullptr ? lang : ""), error).c_str());
  return 2;
}

}  // namespace

int run_screen(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments.front() == "--played") {
    const auto report = played_report(arguments);
    return report ? (std::fputs(report->c_str(), stdout), 0) : complain(report.error());
  }
  if (!arguments.empty() && arguments.front() == "--enrol") {
    const auto options = parse_enrol(arguments);
    const Result<std::string> enrolled = options ? enrol_screen(*options, stop_signal_fd())
                                                 : Result<std::string>(fail(options.error()));
    if (!enrolled) {
      return complain(enrolled.error());
    }
    const char* lang = std::getenv("LANG");
    const std::vector<std::string> told{*enrolled, options->home};
    std::printf(
        "%s\n",
        sentence(choose_language({}, lang != nullptr ? lang : ""), "device_enrolled", {}, told)
            .c_str());
    return 0;
  }
  if (!arguments.empty() && arguments.front() == "--preview") {
    const int stop_fd = stop_signal_fd();
    const auto options = parse_preview(arguments);
    const Result<int> code =
        options ? preview_screen(*options, stop_fd) : Result<int>(fail(options.error()));
    return code ? *code : complain(code.error());
  }
  return sdk::start("screen", arguments, run);
}

}  // namespace gulou
