#include "broker/cli/home.h"

#include "broker/cli/certificate.h"
#include "common/base/files.h"
#include "common/crypto/key_file.h"
#include "common/settings/broker_settings.h"
#include "common/settings/home.h"

#include <algorithm>
#include <charconv>

namespace gulou::cli {
namespace {

constexpr size_t ports_bytes_max = 4096;

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

std::string in_home(const std::string& home, std::string_view name) {
  return home + "/" + std::string(name);
}

// Plain lines `name = number`, which the scripts read as well.
Result<Ports> read_ports(const std::string& home) {
  const std::string path = in_home(home, home_files::ports);
  const auto bytes = read_file(path, ports_bytes_max);
  if (!bytes) {
    return fail(ErrorCode::not_found, "home_missing", {}, {home});
  }
  Ports ports;
  std::string_view rest = *bytes;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::string_view text = trimmed(line.substr(0, line.find('#')));
    if (text.empty()) {
      continue;
    }
    const size_t equals = text.find('=');
    const std::string_view number = trimmed(text.substr(std::min(equals, text.size() - 1) + 1));
    uint16_t port = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), port);
    if (equals == std::string_view::npos || error != std::errc{} ||
        end != number.data() + number.size()) {
      return fail(ErrorCode::invalid_argument, "ports_malformed", path, {std::string(text)});
    }
    ports.emplace(trimmed(text.substr(0, equals)), port);
  }
  return ports;
}

std::string write_ports(const Ports& ports) {
  std::string text;
  for (const auto& [name, port] : ports) {
    text += name + " = " + std::to_string(port) + "\n";
  }
  return text;
}

Result<std::string> broker_url(const std::string& home) {
  const Ports ports = TRY(read_ports(home));
  const auto http = ports.find("http");
  if (http == ports.end()) {
    return fail(
        ErrorCode::invalid_argument, "ports_malformed", in_home(home, home_files::ports), {"http"});
  }
  const std::string place = ":" + std::to_string(http->second);
  return broker_certificate(home).empty() ? "http://127.0.0.1" + place
                                          : "https://localhost" + place;
}

std::string broker_certificate(const std::string& home) {
  const auto settings = load_broker(Home{home}.broker_settings());
  return settings ? settings->http_certificate : std::string();
}

Result<std::string> read_token(const std::string& home) {
  const std::string token = TRY(read_secret_file(in_home(home, home_files::token)));
  return std::string(trimmed(token));
}

}  // namespace gulou::cli
