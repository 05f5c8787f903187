#include "adapters/screen/enrol.h"

#include "adapters/screen/device_shell.h"
#include "adapters/screen/fleet_screen.h"
#include "adapters/screen/gateway.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/crypto/key_file.h"
#include "common/net/device_code.h"
#include "common/net/poller.h"
#include "common/settings/adapter_settings.h"
#include "common/settings/home.h"
#include "common/text/catalogue.h"
#include "common/text/language.h"
#include "common/wire/codec.h"

#include <chrono>
#include <cstdlib>
#include <optional>

namespace gulou {
namespace {

constexpr int64_t answer_ms_max = 60'000;

struct Asked {
  std::optional<wire::Enrol> enrolled;
  std::optional<Error> refused;
  bool key_refused = false;  // by the handshake
};

void take(const net::Incoming& incoming, Asked& asked) {
  const auto message = wire::decode(incoming.views());
  if (!message) {
    return;
  }
  if (const auto* enrol = std::get_if<wire::Enrol>(&message->body)) {
    asked.enrolled = *enrol;
  } else if (const auto* error = std::get_if<wire::ErrorMessage>(&message->body)) {
    asked.refused = error->error;
  }
}

// Asks with these keys that `key` be the device's own.
Result<Asked> ask(const net::Context& context,
                  const net::DealerOptions& link,
                  const std::string& key,
                  int stop_fd) {
  net::DealerSocket socket = TRY(net::DealerSocket::open(context, link));
  net::Poller poller;
  poller.add(socket.socket());
  const size_t stop = poller.add(stop_fd);
  wire::Enrol body;
  body.key = key;
  const wire::Encoded encoded = wire::encode({1, body});
  const net::OutFrame frame(encoded.envelope);
  const int64_t until_ms = read_clocks().mono.ms + answer_ms_max;
  Asked asked;
  for (bool said = false; read_clocks().mono.ms < until_ms;) {
    while (auto incoming = socket.receive()) {
      take(*incoming, asked);
    }
    asked.key_refused = socket.link().auth_failures > 0;
    if (asked.enrolled || asked.refused || asked.key_refused) {
      return asked;
    }
    if (!said && socket.link().connected) {
      said = socket.send({&frame, 1}) == net::SendOutcome::sent;
    }
    static_cast<void>(poller.wait(std::chrono::milliseconds(200)));
    if (poller.readable(stop)) {
      return fail(ErrorCode::unavailable, "adapter_stopping");
    }
  }
  return fail(ErrorCode::timed_out, "enrol_silent", {}, {link.endpoint});
}

// The key it made before, or a new one. It is on disk before the broker hears of it.
Result<net::KeyPair> own_keys(const Home& home, const std::string& path) {
  TRY(make_directory(home.dir + "/keys"));
  net::KeyPair keys;
  if (auto known = read_secret_file(path)) {
    while (!known->empty() && known->back() == '\n') {
      known->pop_back();
    }
    keys.secret_key = *std::move(known);
    keys.public_key = TRY(net::public_key_of(keys.secret_key));
    return keys;
  }
  keys = net::generate_keys();
  TRY(create_secret_file(path, keys.secret_key + "\n"));
  return keys;
}

Status write_home(const Home& home,
                  const EnrolOptions& options,
                  const net::DeviceCode& code,
                  const wire::Enrol& enrolled) {
  TRY(replace_file(home.dir + "/keys/broker.public", code.server_key + "\n"));
  TRY(make_directory(home.dir + "/adapters"));
  AdapterSettings settings = sample_screen_adapter();
  settings.channel = enrolled.channel;
  settings.instance = enrolled.name;
  settings.broker_endpoint = "tcp://" + code.address;
  settings.broker_key_file = "../keys/broker.public";
  settings.key_file = "../keys/device.secret";
  settings.directory = "../screen";
  settings.listen = options.listen;
  settings.base_url = options.listen.empty() ? "" : "http://" + options.listen;
  settings.screen.name = enrolled.place.empty() ? enrolled.name : enrolled.place;
  settings.screen.portal_url = "";
  settings.screen.fleet = true;
  return replace_file(home.adapter_settings("screen"), write_screen_adapter(settings));
}

// The next step, for whoever stands in front of it.
Result<std::string> told(const EnrolOptions& options,
                         const Home& home,
                         const wire::Enrol& enrolled) {
  const char* lang = std::getenv("LANG");
  const Language language = choose_language({}, lang != nullptr ? lang : "");
  std::vector<std::string> values{
      enrolled.name + (enrolled.place.empty() ? "" : "  " + enrolled.place), options.home};
  if (options.screen.empty()) {
    return sentence(language, "device_enrolled", {}, values);
  }
  const std::string directory = home.dir + "/screen";
  TRY(make_directory(directory));
  values.push_back("/s/" + TRY(page_key_of(directory)) + "/");
  return sentence(language, "device_enrolled_behind", {}, values);
}

}  // namespace

Result<EnrolOptions> parse_enrol(const std::vector<std::string>& arguments) {
  EnrolOptions options;
  const char* home = std::getenv("GULOU_HOME");
  options.home = home != nullptr ? home : "";
  for (size_t i = 0; i + 1 < arguments.size(); i += 2) {
    if (arguments[i] == "--enrol") {
      options.code = arguments[i + 1];
    } else if (arguments[i] == "--home") {
      options.home = arguments[i + 1];
    } else if (arguments[i] == "--listen") {
      options.listen = arguments[i + 1];
    } else if (arguments[i] == "--screen") {
      options.screen = arguments[i + 1];
      options.listen.clear();
    } else {
      options.code.clear();
    }
  }
  if (options.code.empty() || options.home.empty() || arguments.size() % 2 != 0) {
    return fail(ErrorCode::invalid_argument,
                "usage_wrong",
                {},
                {"gulou-screen --enrol CODE --home DIR [--listen HOST:PORT | --screen NAME]"});
  }
  return options;
}

Result<std::string> enrol_screen(const EnrolOptions& options, int stop_fd) {
  const net::DeviceCode code = TRY(net::parse_device_code(options.code));
  Home home;
  home.dir = options.screen.empty() ? options.home
                                    : TRY(gateway_screen_home(options.home, options.screen));
  TRY(make_directory(home.dir));
  const net::KeyPair own = TRY(own_keys(home, home.dir + "/keys/device.secret"));
  const net::Context context = TRY(net::Context::open(1));
  const std::string endpoint = "tcp://" + code.address;
  Asked asked =
      TRY(ask(context, device_link(endpoint, code.server_key, code.keys), own.public_key, stop_fd));
  if (!asked.enrolled) {
    // The code was used already: perhaps by this device, whose answer was lost.
    const auto again =
        TRY(ask(context, device_link(endpoint, code.server_key, own), own.public_key, stop_fd));
    if (!again.enrolled) {
      return fail(asked.refused.value_or(Error{ErrorCode::refused, "code_used", {}, {}}));
    }
    asked = again;
  }
  TRY(write_home(home, options, code, *asked.enrolled));
  return told(options, home, *asked.enrolled);
}

}  // namespace gulou
