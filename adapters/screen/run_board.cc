#include "adapters/screen/run_board.h"

#include "adapters/screen/board_adapter.h"
#include "adapters/screen/board_desk.h"
#include "adapters/screen/board_pages.h"
#include "adapters/screen/limits.h"
#include "adapters/sdk/callbacks.h"
#include "adapters/sdk/start.h"
#include "common/base/log.h"
#include "common/settings/home.h"
#include "common/text/catalogue.h"

#include <cstdio>

namespace gulou {
namespace {

Result<int> serve_boards(const AdapterSettings& settings,
                         const sdk::ShellOptions& options,
                         const std::string& /*home*/,
                         int stop_fd) {
  ScreenStore store = TRY(ScreenStore::open(settings.directory));
  BoardLedger ledger = TRY(BoardLedger::open(settings.directory));
  TRY(ledger.forget({read_clocks().utc.ms - limits::board_forget_ms}));
  const net::Context context = TRY(net::Context::open(1));
  BoardAdapter adapter(
      std::move(store), std::move(ledger), std::make_unique<BoardFile>(settings.board.boards_file));
  sdk::Callbacks callbacks;
  BoardPages pages(settings.directory,
                   TRY(BoardLedger::open(settings.directory)),
                   TRY(BoardLinks::open(settings.directory)),
                   std::make_unique<BoardFile>(settings.board.boards_file),
                   [&callbacks](BoardStep step, const std::string& publication, Seq seq) {
                     static_cast<void>(callbacks.called_back(
                         step == BoardStep::posted ? posted_id(seq) : down_id(publication)));
                   });
  HttpServer server({.body_bytes_max = limits::board_photo_bytes_max,
                     .requests_per_second_max = limits::board_requests_per_second_max,
                     .certificate_file = settings.board.certificate_file,
                     .key_file = settings.board.certificate_key_file},
                    [&pages](HttpRequest request, Responder responder) {
                      pages.ask(std::move(request), std::move(responder));
                    });
  if (!settings.listen.empty()) {
    const auto [host, port] = sdk::host_and_port(settings.listen);
    TRY(server.listen(host, port));
    log::info("board.ready", {{"url", settings.base_url}});
  }
  sdk::ShellOptions with_callbacks = options;
  with_callbacks.callbacks = &callbacks;
  const int code = sdk::serve(adapter, with_callbacks, context, stop_fd);
  server.stop();
  return code;
}

int answer(const std::vector<std::string>& arguments) {
  const Result<BoardAsked> asked = parse_board_asked(arguments);
  const Language language = asked ? asked->language : Language::zh;
  const auto settings = asked ? load_adapter(Home{asked->home}.adapter_settings("board"))
                              : Result<AdapterSettings>(fail(asked.error()));
  const auto text =
      settings ? answer_board(*asked, *settings) : Result<std::string>(fail(settings.error()));
  if (!text) {
    std::fprintf(stderr, "%s\n", sentence(language, text.error()).c_str());
    return text.error().reason == "board_usage" ? 2 : 1;
  }
  std::fputs(text->c_str(), stdout);
  return 0;
}

}  // namespace

int run_board(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && !arguments.front().starts_with("--")) {
    return answer(arguments);
  }
  return sdk::start("board", arguments, serve_boards);
}

}  // namespace gulou
