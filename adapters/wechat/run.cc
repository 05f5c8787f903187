#include "adapters/wechat/run.h"

#include "adapters/sdk/start.h"
#include "adapters/wechat/adapter.h"
#include "adapters/wechat/owner.h"
#include "adapters/wechat/watch.h"
#include "common/base/files.h"
#include "common/base/log.h"
#include "common/crypto/key_file.h"
#include "common/http/server.h"

#include <memory>
#include <optional>

namespace gulou {
namespace {

Result<std::string> event_token(const WechatTable& settings) {
  std::string token;
  if (!settings.event_token_file.empty()) {
    token = TRY(read_secret_file(settings.event_token_file));
    token.erase(token.find_last_not_of(" \r\n") + 1);
  }
  return token;
}

Result<int> run(const AdapterSettings& settings,
                const sdk::ShellOptions& given,
                const std::string& /*home*/,
                int stop_fd) {
  TRY(make_directory(settings.directory));
  const AccountOwner owner = TRY(AccountOwner::take(settings.directory));
  sdk::Callbacks callbacks;
  sdk::ShellOptions options = given;
  options.callbacks = &callbacks;
  WechatEvents events;
  const Utc now = read_clocks().utc;
  WechatApi api(settings.wechat, TRY(DayCounters::open(settings.directory + "/counters", now)));
  std::unique_ptr<WechatWatch> watch;
  if (settings.wechat.mode == WechatMode::draft) {
    watch = std::make_unique<WechatWatch>(
        WechatApi(settings.wechat, TRY(DayCounters::open({}, now))), callbacks);
  }
  const std::string token = TRY(event_token(settings.wechat));
  const WechatEndpoint endpoint(token, events, callbacks, [&watch] {
    if (watch) {
      watch->wake();
    }
  });
  HttpServer server({.body_bytes_max = limits::wechat_event_bytes_max},
                    [&endpoint](const HttpRequest& request, Responder responder) {
                      responder.answer(endpoint.answer(request));
                    });
  if (!settings.listen.empty() && !token.empty()) {
    const auto [host, port] = sdk::host_and_port(settings.listen);
    TRY(server.listen(host, port));
    log::info("wechat.events", {{"listen", settings.listen}});
  }
  const net::Context context = TRY(net::Context::open(1));
  WechatAdapter adapter(std::move(api), events);
  const int code = sdk::serve(adapter, options, context, stop_fd);
  server.stop();
  return code;
}

}  // namespace

int run_wechat(const std::vector<std::string>& arguments) {
  return sdk::start("wechat", arguments, run);
}

}  // namespace gulou
