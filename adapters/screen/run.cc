#include "adapters/screen/run.h"

#include "adapters/screen/adapter.h"
#include "adapters/screen/live.h"
#include "adapters/screen/pages.h"
#include "adapters/sdk/callbacks.h"
#include "adapters/sdk/start.h"
#include "common/base/log.h"
#include "common/http/server.h"

namespace gulou {
namespace {

PlaylistRules rules_of(const ScreenTable& table) {
  PlaylistRules rules{.drill = table.drill};
  if (!table.kinds.empty()) {
    rules.kinds = table.kinds;
  }
  return rules;
}

Result<int> run(const AdapterSettings& settings,
                const sdk::ShellOptions& options,
                const std::string& /*home*/,
                int stop_fd) {
  ScreenStore store = TRY(ScreenStore::open(settings.directory));
  const Played played = TRY(Played::open(settings.directory));
  Glass glass("display", rules_of(settings.screen));
  sdk::Callbacks callbacks;
  ScreenPages pages(settings.directory,
                    {settings.screen.name, settings.screen.portal_url},
                    glass,
                    played,
                    [&callbacks](const ScreenItem& item) {
                      static_cast<void>(callbacks.called_back(shown_id(item.seq)));
                    });
  ScreenLive live([&pages] { return pages.changes_at(); });
  HttpServer server({}, [&pages, &live](const HttpRequest& request, Responder responder) {
    if (request.method == "GET" && request.path == "/events") {
      return live.join(responder.start_events());
    }
    responder.answer(pages.answer(request, read_clocks().utc));
  });
  const std::string url =
      settings.base_url.empty() ? "http://" + settings.listen : settings.base_url;
  if (!settings.listen.empty()) {
    const auto [host, port] = sdk::host_and_port(settings.listen);
    TRY(server.listen(host, port));
    log::info("screen.ready", {{"url", url}});
  }
  const net::Context context = TRY(net::Context::open(1));
  ScreenAdapter adapter(std::move(store), url + "/", {&glass}, played, [&live] { live.changed(); });
  sdk::ShellOptions with_callbacks = options;
  with_callbacks.callbacks = &callbacks;
  const int code = sdk::serve(adapter, with_callbacks, context, stop_fd);
  server.stop();
  return code;
}

}  // namespace

int run_screen(const std::vector<std::string>& arguments) {
  return sdk::start("screen", arguments, run);
}

}  // namespace gulou
