#include "adapters/feed/run.h"

#include "adapters/feed/adapter.h"
#include "adapters/feed/web.h"
#include "adapters/sdk/start.h"
#include "common/base/log.h"
#include "common/crypto/key_file.h"
#include "common/http/server.h"

namespace gulou {
namespace {

Result<std::string> token_of(const FeedTable& settings) {
  std::string token;
  if (!settings.token_file.empty()) {
    token = TRY(read_secret_file(settings.token_file));
    token.erase(token.find_last_not_of(" \r\n") + 1);
  }
  return token;
}

Result<int> run(const AdapterSettings& settings,
                const sdk::ShellOptions& options,
                const std::string& /*home*/,
                int stop_fd) {
  const std::string base_url =
      settings.base_url.empty() ? "http://" + settings.listen : settings.base_url;
  const std::string author = settings.feed.contact.substr(0, settings.feed.contact.find(' '));
  FeedStore store = TRY(FeedStore::open(settings.directory,
                                        {base_url, settings.feed.name, author, settings.feed.hub}));
  FeedSecrets secrets = TRY(read_feed_secrets(settings.feed));
  const std::string token = TRY(token_of(settings.feed));
  const FeedWeb web(settings.directory, token, base_url, settings.feed.hub);
  HttpServer server({}, [&web](const HttpRequest& request, Responder responder) {
    responder.answer(web.answer(request));
  });
  if (!settings.listen.empty()) {
    const auto [host, port] = sdk::host_and_port(settings.listen);
    TRY(server.listen(host, port));
    log::info("feed.ready", {{"url", base_url}});
  }
  const net::Context context = TRY(net::Context::open(1));
  FeedAdapter adapter(std::move(store), FeedWays(settings.feed, std::move(secrets)), base_url);
  const int code = sdk::serve(adapter, options, context, stop_fd);
  server.stop();
  return code;
}

}  // namespace

int run_feed(const std::vector<std::string>& arguments) {
  return sdk::start("feed", arguments, run);
}

}  // namespace gulou
