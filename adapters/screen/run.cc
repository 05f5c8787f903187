#include "adapters/screen/run.h"

#include "adapters/screen/adapter.h"
#include "adapters/screen/agent_lease.h"
#include "adapters/screen/device_files.h"
#include "adapters/screen/enrol.h"
#include "adapters/screen/fleet_screen.h"
#include "adapters/screen/gateway.h"
#include "adapters/screen/limits.h"
#include "adapters/screen/played_report.h"
#include "adapters/screen/preview.h"
#include "adapters/sdk/callbacks.h"
#include "adapters/sdk/start.h"
#include "common/base/log.h"
#include "common/base/service.h"
#include "common/text/catalogue.h"
#include "common/text/language.h"

#include <cstdio>
#include <cstdlib>

namespace gulou {
namespace {

Status listen_on(HttpServer& server, const AdapterSettings& settings) {
  if (!settings.listen.empty()) {
    const auto [host, port] = sdk::host_and_port(settings.listen);
    TRY(server.listen(host, port));
    log::info("screen.ready", {{"url", settings.base_url}});
  }
  return {};
}

Result<int> run_device(const AdapterSettings& settings,
                       const sdk::ShellOptions& options,
                       int stop_fd) {
  PdfPages pdf_pages(settings.directory);
  const auto screen = TRY(FleetScreen::open(settings, options, {}, pdf_pages));
  HttpServer server({}, [&screen](const HttpRequest& request, Responder responder) {
    screen->answer(request, std::move(responder));
  });
  TRY(listen_on(server, settings));
  const net::Context context = TRY(net::Context::open(1));
  const int code = serve_devices({screen->seat([] {})}, context, stop_fd);
  server.stop();
  return code;
}

Result<int> run(const AdapterSettings& settings,
                const sdk::ShellOptions& options,
                const std::string& /*home*/,
                int stop_fd) {
  if (settings.screen.fleet) {
    return run_device(settings, options, stop_fd);
  }
  ScreenStore store = TRY(ScreenStore::open(settings.directory));
  const Played played = TRY(Played::open(settings.directory));
  Glass glass("display", playlist_rules_of(settings.screen));
  const std::string page_key = TRY(page_key_of(settings.directory));
  sdk::Callbacks callbacks;
  ScreenPages pages(
      settings.directory,
      {.name = settings.screen.name,
       .portal_url = settings.screen.portal_url,
       .page_key = page_key},
      glass,
      played,
      [&callbacks](const ScreenItem& item) {
        static_cast<void>(callbacks.called_back(shown_id(item.seq)));
      },
      [&callbacks](std::string_view key) {
        static_cast<void>(callbacks.called_back(off_id(key)));
      });
  ScreenLive live([&pages] { return pages.changes_at(); });
  AgentLease lease(settings.directory, boot_id(), glass, [&live] { live.changed(); });
  PdfPages pdf_pages(settings.directory);
  HttpServer server(
      {}, [&pages, &live, &pdf_pages](const HttpRequest& request, Responder responder) {
        answer_page(pages, live, pdf_pages, read_clocks().utc, request, std::move(responder));
      });
  TRY(listen_on(server, settings));
  const net::Context context = TRY(net::Context::open(1));
  const std::string url =
      settings.base_url.empty() ? "http://" + settings.listen : settings.base_url;
  ScreenAdapter adapter(
      std::move(store), url + "/", {&glass}, settings.screen.touch, played, [&live] {
        live.changed();
      });
  sdk::ShellOptions with_hooks = options;
  with_hooks.callbacks = &callbacks;
  with_hooks.runner.confirm_every_ms = limits::screen_confirm_every_ms;
  with_hooks.turn = [&lease](const sdk::LinkTurn& turn) {
    lease.step(turn, clock_is_synchronised());
  };
  const int code = sdk::serve(adapter, with_hooks, context, stop_fd);
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
    return enrolled ? (std::printf("%s\n", enrolled->c_str()), 0) : complain(enrolled.error());
  }
  if (!arguments.empty() && arguments.front() == "--gateway") {
    keep_memory_private();
    const int stop_fd = stop_signal_fd();
    const auto options = parse_gateway(arguments);
    const Result<int> code =
        options ? run_gateway(*options, stop_fd) : Result<int>(fail(options.error()));
    return code ? *code : complain(code.error());
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
