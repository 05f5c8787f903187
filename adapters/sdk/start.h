// What the main() of every adapter does before it serves: read its arguments and its settings file,
// its keys, set the log level, raise nothing on the screen but what went wrong. Main thread.
#pragma once

#include "adapters/sdk/shell.h"
#include "common/base/result.h"
#include "common/settings/adapter_settings.h"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace gulou::sdk {

// `--home H` (or GULOU_HOME) reads H/adapters/<name>.toml; `--config FILE` reads that file. `run`
// gets the settings, the shell's options and the stop descriptor, and returns the exit code.
// Returns 2 for wrong usage, 1 after saying what is wrong.
using Run = std::function<Result<int>(
    const AdapterSettings&, const ShellOptions&, const std::string& home, int stop_fd)>;
int start(const std::string& name, const std::vector<std::string>& arguments, const Run& run);

// What its settings say about the link to the broker, with the keys read.
Result<ShellOptions> shell_options(const std::string& name, const AdapterSettings& settings);

// "127.0.0.1:8080" as its two halves.
std::pair<std::string, uint16_t> host_and_port(const std::string& address);

}  // namespace gulou::sdk
