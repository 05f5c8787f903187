#include "broker/cli/init.h"

#include "broker/cli/home_writer.h"
#include "broker/cli/ports.h"
#include "broker/cli/table.h"
#include "common/base/bytes.h"
#include "common/base/files.h"
#include "common/crypto/key_file.h"
#include "common/crypto/random.h"
#include "common/json/writer.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

namespace gulou::cli {
namespace {

namespace fs = std::filesystem;

struct UsualPort {
  std::string_view name;
  uint16_t port;
};

constexpr std::array usual_ports{UsualPort{"portal", 8080},
                                 UsualPort{"screen", 8090},
                                 UsualPort{"http", 7010},
                                 UsualPort{"publishers", 7011},
                                 UsualPort{"adapters", 7012},
                                 UsualPort{"devices", 7013}};
constexpr uint16_t near_ports = 100;  // looked at above a usual one that is taken
constexpr size_t staging_bytes = 6;
constexpr int free_port_tries = 100;

bool is_chosen(const Ports& ports, uint16_t port) {
  const bool usual =
      std::ranges::any_of(usual_ports, [port](const UsualPort& one) { return one.port == port; });
  return usual ||
         std::ranges::any_of(ports, [port](const auto& one) { return one.second == port; });
}

Result<uint16_t> some_free_port(const Ports& ports) {
  uint16_t port = 0;
  for (int i = 0; i < free_port_tries && (port == 0 || is_chosen(ports, port)); ++i) {
    port = TRY(find_free_port());
  }
  return port;
}

Result<uint16_t> port_near(const Ports& ports, uint16_t usual) {
  for (int port = usual + 1; port <= usual + near_ports; ++port) {
    const auto candidate = static_cast<uint16_t>(port);
    if (!is_chosen(ports, candidate) && is_port_free(candidate)) {
      return candidate;
    }
  }
  return some_free_port(ports);
}

bool is_empty_or_absent(const std::string& home) {
  std::error_code error;
  const fs::file_status status = fs::status(home, error);
  return !fs::exists(status) || (fs::is_directory(status) && fs::is_empty(home, error) && !error);
}

void print_home(const Shell& shell, const NewHome& made) {
  const Ports& ports = made.ports.ports;
  std::string list;
  for (const UsualPort& usual : usual_ports) {
    list += (list.empty() ? "" : "  ") + std::string(usual.name) + " " +
            std::to_string(ports.at(std::string(usual.name)));
  }
  Table table({});
  table.add({std::string(shell.word("noun_home")), shell.home});
  table.add({std::string(shell.word("noun_ports")), list});
  for (const ChosenPorts::Replaced& one : made.ports.replaced) {
    table.add({"",
               shell.text("port_replaced",
                          {std::to_string(one.usual), one.name, std::to_string(one.instead)})});
  }
  table.add({std::string(shell.word("noun_token")), made.token});
  table.add({"", shell.text("token_shown_once", {in_home(shell.home, home_files::token)})});
  table.add(
      {std::string(shell.word("noun_next_step")), shell.text("init_next_step", {shell.home})});
  shell.print(table.text(60, "      "));
}

}  // namespace

Result<ChosenPorts> choose_ports(bool any_free) {
  ChosenPorts chosen;
  for (const UsualPort& usual : usual_ports) {
    uint16_t port = usual.port;
    if (any_free) {
      port = TRY(some_free_port(chosen.ports));
    } else if (!is_port_free(usual.port)) {
      port = TRY(port_near(chosen.ports, usual.port));
      chosen.replaced.push_back(
          {.name = std::string(usual.name), .usual = usual.port, .instead = port});
    }
    chosen.ports.emplace(usual.name, port);
  }
  return chosen;
}

Result<NewHome> make_home(const std::string& home,
                          const std::string& program,
                          const InitOptions& options) {
  if (!is_empty_or_absent(home)) {
    return fail(ErrorCode::already_exists, "home_exists", {}, {home});
  }
  ChosenPorts ports = TRY(choose_ports(options.free_ports));
  NewHome made{.token = to_hex(random_bytes(32)), .ports = std::move(ports)};
  const std::string parent = fs::path(home).parent_path().string();
  std::error_code error;
  if (!fs::exists(parent, error)) {
    TRY(make_private_dir(parent));
  }
  const std::string staging = home + ".new-" + to_hex(random_bytes(staging_bytes));
  Status written = make_private_dir(staging);
  if (written) {
    written = write_home(
        staging,
        {.home = home, .program = program, .token = made.token, .ports = made.ports.ports});
  }
  if (written) {
    fs::rename(staging, home, error);
    if (error) {
      written = fail(ErrorCode::unavailable, "file_unwritable", {}, {home, error.message()});
    }
  }
  if (!written) {
    fs::remove_all(staging, error);
    return fail(std::move(written.error()));
  }
  TRY(sync_directory(parent));
  return made;
}

Exit init(const Shell& shell, const InitOptions& options) {
  const auto made = make_home(shell.home, shell.program, options);
  if (!made) {
    return shell.fail(made.error());
  }
  if (shell.json) {
    JsonWriter out;
    out.begin_object().member("home", shell.home).member("token", made->token);
    out.key("ports").begin_object();
    for (const auto& [name, port] : made->ports.ports) {
      out.member(name, port);
    }
    shell.print_json(out.end_object().end_object().text());
  } else {
    print_home(shell, *made);
  }
  return Exit::done;
}

}  // namespace gulou::cli
