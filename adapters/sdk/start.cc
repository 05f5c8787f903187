#include "adapters/sdk/start.h"

#include "common/base/files.h"
#include "common/base/log.h"
#include "common/base/service.h"
#include "common/crypto/key_file.h"
#include "common/settings/home.h"
#include "common/text/catalogue.h"
#include "common/text/language.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace gulou::sdk {
namespace {

int complain(const std::string& name, const Error& error) {
  const char* all = std::getenv("LC_ALL");
  const char* lang = all != nullptr ? all : std::getenv("LANG");
  const Language language = choose_language({}, lang != nullptr ? lang : "");
  std::fprintf(stderr, "gulou-%s: %s\n", name.c_str(), sentence(language, error).c_str());
  return 1;
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.pop_back();
  }
  return text;
}

Result<int> start_with(const std::string& name, const std::string& file, const Run& run) {
  keep_memory_private();
  const int stop_fd = stop_signal_fd();
  const AdapterSettings settings = TRY(load_adapter(file));
  TRY(log::init("gulou-" + name, settings.log_level));
  const ShellOptions options = TRY(shell_options(name, settings));
  const auto home = std::filesystem::absolute(file).parent_path().parent_path();
  return run(settings, options, home.string(), stop_fd);
}

}  // namespace

Result<ShellOptions> shell_options(const std::string& name, const AdapterSettings& settings) {
  constexpr size_t key_bytes_max = 4096;
  ShellOptions options;
  options.runner.channel = settings.channel;
  options.runner.instance = settings.instance;
  options.runner.software = "gulou-" + name;
  options.endpoint = settings.broker_endpoint;
  options.server_public_key = trimmed(TRY(read_file(settings.broker_key_file, key_bytes_max)));
  options.keys.secret_key = trimmed(TRY(read_secret_file(settings.key_file)));
  options.keys.public_key = TRY(net::public_key_of(options.keys.secret_key));
  return options;
}

int start(const std::string& name, const std::vector<std::string>& arguments, const Run& run) {
  const char* home = std::getenv("GULOU_HOME");
  std::string file = home != nullptr ? Home{home}.adapter_settings(name) : "";
  for (size_t i = 0; i + 1 < arguments.size(); i += 2) {
    if (arguments[i] == "--home") {
      file = Home{arguments[i + 1]}.adapter_settings(name);
    } else if (arguments[i] == "--config") {
      file = arguments[i + 1];
    } else {
      file.clear();
    }
  }
  if (file.empty() || arguments.size() % 2 != 0) {
    std::fprintf(stderr, "gulou-%s --home DIR | --config FILE\n", name.c_str());
    return 2;
  }
  const auto code = start_with(name, file, run);
  return code ? *code : complain(name, code.error());
}

std::pair<std::string, uint16_t> host_and_port(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) {
    return {address, 0};
  }
  return {address.substr(0, colon),
          static_cast<uint16_t>(std::strtoul(address.c_str() + colon + 1, nullptr, 10))};
}

}  // namespace gulou::sdk
