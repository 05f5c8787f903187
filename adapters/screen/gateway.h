// `gulou-screen --gateway HOST:PORT --home DIR`: one agent for many screens that are browsers and
// nothing else. Each was enrolled behind it (`--enrol CODE --screen NAME`), is a device of its own
// to the broker, and is served at /s/<its secret>/. Their items lie in one directory, once.
//   gateway/NAME/   the home of a screen: keys, settings, index, marks
//   content/        items, blobs and pages of all of them
// Main thread; returns the exit code when told to stop.
#pragma once

#include "common/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct GatewayOptions {
  std::string home;
  std::string listen;  // HOST:PORT
};

// Errors: usage_wrong.
Result<GatewayOptions> parse_gateway(const std::vector<std::string>& arguments);

// The home of a screen behind it. Errors: usage_wrong where the name is no name of a directory.
Result<std::string> gateway_screen_home(const std::string& home, const std::string& name);

// "/s/<secret>/items.json" as secret and "/items.json"; of anything else the secret is empty.
struct GatewayPath {
  std::string_view secret;
  std::string_view rest;  // empty: it lacks its slash
};

GatewayPath parse_gateway_path(std::string_view path);

// Errors: those of settings, keys, stores and of the listener, gateway_empty.
Result<int> run_gateway(const GatewayOptions& options, int stop_fd);

}  // namespace gulou
