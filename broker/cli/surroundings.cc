#include "broker/cli/surroundings.h"

#include <filesystem>
#include <system_error>

namespace gulou::cli {
namespace {

std::string default_home(const Surroundings& around) {
  const std::string data = around.variable("XDG_DATA_HOME");
  const std::string base = data.empty() ? around.variable("HOME") + "/.local/share" : data;
  return base + "/gulou-demo";
}

std::string absolute(const std::string& path) {
  std::error_code error;
  const std::filesystem::path full = std::filesystem::absolute(path, error).lexically_normal();
  const std::string text = error ? path : full.string();
  return text.size() > 1 && text.ends_with('/') ? text.substr(0, text.size() - 1) : text;
}

}  // namespace

Language language_of(const std::vector<std::string>& arguments, const Surroundings& around) {
  constexpr std::string_view option = "--lang";
  std::string asked;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == option && i + 1 < arguments.size()) {
      asked = arguments[i + 1];
    } else if (arguments[i].starts_with("--lang=")) {
      asked = arguments[i].substr(option.size() + 1);
    }
  }
  const std::string all = around.variable("LC_ALL");
  return choose_language(asked, all.empty() ? around.variable("LANG") : all);
}

std::string home_of(const std::string& given, const Surroundings& around) {
  const std::string variable = around.variable("GULOU_HOME");
  return absolute(!given.empty() ? given : !variable.empty() ? variable : default_home(around));
}

}  // namespace gulou::cli
