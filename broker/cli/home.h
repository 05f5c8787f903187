// What this program knows of a home beside its configuration: the ports that were chosen for it and
// the operator's token. `gulou init` writes them; the scripts of config/ read ports.toml too. Names
// of all other files stand in common/settings/home.h.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace gulou::cli {

namespace home_files {  // beside those of common/settings/home.h
inline constexpr std::string_view ports = "ports.toml";
inline constexpr std::string_view env = "env";
inline constexpr std::string_view token = "operator.token";
}  // namespace home_files

std::string in_home(const std::string& home, std::string_view name);

// Ports by name, as ports.toml holds them: "portal = 8080".
using Ports = std::map<std::string, uint16_t, std::less<>>;
// Errors: home_missing, ports_malformed.
Result<Ports> read_ports(const std::string& home);
std::string write_ports(const Ports& ports);

// "http://127.0.0.1:7010".
Result<std::string> broker_url(const std::string& home);
Result<std::string> read_token(const std::string& home);

}  // namespace gulou::cli
