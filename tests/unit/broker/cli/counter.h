// Counter is a command line at the counter of an Office: the real program's words against a real
// broker, with what it prints and what a person would type. One thread.
#pragma once

#include "broker/cli/command_line.h"
#include "tests/unit/broker/admin/office.h"

#include <optional>
#include <string>
#include <vector>

namespace gulou::test {

struct Counter {
  Office office;
  std::string out;
  std::string err;
  std::optional<std::string> typed;  // nothing: no terminal

  explicit Counter(std::vector<Channel> channels = office_channels())
      : office(AdminOptions{}, std::move(channels)) {}

  int run(std::vector<std::string> arguments) {
    out.clear();
    err.clear();
    const std::string url = "http://127.0.0.1:" + std::to_string(office.admin.port());
    arguments.insert(arguments.begin(), {"--url", url, "--lang", "en"});
    cli::Surroundings around;
    around.variable = [](const std::string& name) {
      return name == "GULOU_TOKEN" ? std::string(operator_token) : std::string();
    };
    around.out = [this](std::string_view text) { out += text; };
    around.err = [this](std::string_view text) { err += text; };
    if (typed) {
      around.read_line = [this] { return typed; };
    }
    return cli::run_command_line(arguments, around);
  }

  JsonValue json(std::vector<std::string> arguments, int code = 0) {
    arguments.emplace_back("--json");
    EXPECT_EQ(run(std::move(arguments)), code) << out << err;
    return JsonValue::parse(out).value_or(JsonValue{});
  }
};

}  // namespace gulou::test
