#include "adapters/screen/gateway.h"

#include "adapters/screen/fleet_screen.h"
#include "adapters/screen/limits.h"
#include "adapters/sdk/start.h"
#include "common/base/log.h"
#include "common/base/service.h"
#include "common/crypto/mac.h"
#include "common/net/context.h"
#include "common/settings/home.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

namespace gulou {
namespace {

namespace fs = std::filesystem;

constexpr size_t name_bytes_max = 32;

using Screens = std::vector<std::unique_ptr<FleetScreen>>;

// By name, so that the log of two starts reads the same.
std::vector<std::string> screen_homes(const std::string& home) {
  std::vector<std::string> homes;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(home + "/gateway", error)) {
    if (fs::exists(Home{entry.path().string()}.adapter_settings("screen"), error)) {
      homes.push_back(entry.path().string());
    }
  }
  std::sort(homes.begin(), homes.end());
  return homes;
}

Result<Screens> open_screens(const GatewayOptions& options,
                             const std::vector<AdapterSettings>& all,
                             PdfPages& pdf_pages) {
  Screens screens;
  for (const AdapterSettings& settings : all) {
    const sdk::ShellOptions link = TRY(sdk::shell_options("screen", settings));
    screens.push_back(TRY(FleetScreen::open(settings, link, options.home + "/content", pdf_pages)));
  }
  return screens;
}

HttpResponse not_here() {
  return text_answer(404, "text/plain; charset=utf-8", "404 Not Found\n");
}

// Whose secret it is, without telling by the time it takes how much of it was right.
FleetScreen* find_screen(const Screens& screens, std::string_view secret) {
  FleetScreen* found = nullptr;
  for (const auto& screen : screens) {
    if (equal_in_constant_time(screen->page_key(), secret)) {
      found = screen.get();
    }
  }
  return found;
}

void answer(const Screens& screens, HttpRequest request, Responder responder) {
  const auto [secret, rest] = parse_gateway_path(request.path);
  FleetScreen* screen = secret.empty() ? nullptr : find_screen(screens, secret);
  if (screen == nullptr) {
    return responder.answer(not_here());
  }
  if (rest.empty()) {
    HttpResponse moved = text_answer(308, "text/plain; charset=utf-8", {});
    moved.add("Location", request.path + "/");
    return responder.answer(std::move(moved));
  }
  // Who knows the secret is believed, wherever it is.
  std::erase_if(request.query, [](const auto& one) { return one.first == "key"; });
  request.query.emplace_back("key", screen->page_key());
  request.path = std::string(rest);
  screen->answer(request, std::move(responder));
}

}  // namespace

Result<GatewayOptions> parse_gateway(const std::vector<std::string>& arguments) {
  GatewayOptions options;
  const char* home = std::getenv("GULOU_HOME");
  options.home = home != nullptr ? home : "";
  bool known = arguments.size() % 2 == 0;
  for (size_t i = 0; i + 1 < arguments.size(); i += 2) {
    if (arguments[i] == "--gateway") {
      options.listen = arguments[i + 1];
    } else if (arguments[i] == "--home") {
      options.home = arguments[i + 1];
    } else {
      known = false;
    }
  }
  if (!known || options.home.empty() || options.listen.find(':') == std::string::npos) {
    return fail(ErrorCode::invalid_argument,
                "usage_wrong",
                {},
                {"gulou-screen --gateway HOST:PORT --home DIR"});
  }
  return options;
}

Result<std::string> gateway_screen_home(const std::string& home, const std::string& name) {
  const bool good = !name.empty() && name.size() <= name_bytes_max &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                    });
  if (!good) {
    return fail(ErrorCode::invalid_argument,
                "usage_wrong",
                {},
                {"--screen " + name + " ([a-z0-9-]{1,32})"});
  }
  return home + "/gateway/" + name;
}

GatewayPath parse_gateway_path(std::string_view path) {
  constexpr std::string_view before = "/s/";
  if (!path.starts_with(before)) {
    return {};
  }
  path.remove_prefix(before.size());
  const size_t end = std::min(path.find('/'), path.size());
  return {path.substr(0, end), path.substr(end)};
}

Result<int> run_gateway(const GatewayOptions& options, int stop_fd) {
  std::vector<AdapterSettings> all;
  for (const std::string& home : screen_homes(options.home)) {
    all.push_back(TRY(load_adapter(Home{home}.adapter_settings("screen"))));
  }
  if (all.empty() || all.size() > limits::screen_gateway_screens_max) {
    return fail(ErrorCode::invalid_argument,
                "gateway_screens",
                {},
                {options.home,
                 std::to_string(all.size()),
                 std::to_string(limits::screen_gateway_screens_max)});
  }
  TRY(log::init("gulou-screen", all.front().log_level));
  const std::string content = options.home + "/content";
  PdfPages pdf_pages(content);
  const Screens screens = TRY(open_screens(options, all, pdf_pages));
  HttpServer server({}, [&screens](HttpRequest request, Responder responder) {
    answer(screens, std::move(request), std::move(responder));
  });
  const auto [host, port] = sdk::host_and_port(options.listen);
  TRY(server.listen(host, port));
  log::info("gateway.ready", {{"listen", options.listen}, {"screens", screens.size()}});
  const net::Context context = TRY(net::Context::open(1));
  // What none of them holds any more leaves the disk at once.
  const auto sweep = [&screens, &content] {
    std::vector<const ScreenContent*> held;
    for (const auto& screen : screens) {
      held.push_back(&screen->content());
    }
    sweep_screen_files(content, held);
  };
  sweep();
  std::vector<DeviceSeat> seats;
  for (const auto& screen : screens) {
    seats.push_back(screen->seat(sweep));
  }
  const int code = serve_devices(std::move(seats), context, stop_fd);
  server.stop();
  return code;
}

}  // namespace gulou
