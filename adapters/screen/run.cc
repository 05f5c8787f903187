#include "adapters/screen/run.h"

#include "adapters/screen/adapter.h"
#include "adapters/screen/pages.h"
#include "adapters/sdk/start.h"
#include "common/base/log.h"
#include "common/http/server.h"

namespace gulou {
namespace {

Result<int> run(const AdapterSettings& settings,
                const sdk::ShellOptions& options,
                const std::string& /*home*/,
                int stop_fd) {
  ScreenStore store = TRY(ScreenStore::open(settings.directory));
  ScreenPages pages(settings.directory,
                    {settings.screen.name, settings.screen.portal_url, settings.screen.drill});
  HttpServer server({}, [&pages](const HttpRequest& request, Responder responder) {
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
  ScreenAdapter adapter(std::move(store), url + "/");
  const int code = sdk::serve(adapter, options, context, stop_fd);
  server.stop();
  return code;
}

}  // namespace

int run_screen(const std::vector<std::string>& arguments) {
  return sdk::start("screen", arguments, run);
}

}  // namespace gulou
