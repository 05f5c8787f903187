// `gulou init` makes a home: configuration, keys, an operator's token and the ports it listens on.
// A home appears whole under its name or not at all, and an existing one is never touched. Main
// thread; writes the disk.
#pragma once

#include "broker/cli/home.h"
#include "broker/cli/shell.h"

#include <string>
#include <vector>

namespace gulou::cli {

struct InitOptions {
  bool free_ports = false;  // any that are free, instead of the usual ones
};

struct ChosenPorts {
  Ports ports;

  // "portal 8080 8081": who, the usual one that is taken, what it got instead.
  struct Replaced {
    std::string name;
    uint16_t usual = 0;
    uint16_t instead = 0;
  };

  std::vector<Replaced> replaced;
};

// The usual ones where they are free.
Result<ChosenPorts> choose_ports(bool any_free);

struct NewHome {
  std::string token;
  ChosenPorts ports;
};

// program: this binary, whose directory goes on the PATH in `env`. Errors: home_exists, and those
// of writing.
Result<NewHome> make_home(const std::string& home,
                          const std::string& program,
                          const InitOptions& options);

Exit init(const Shell& shell, const InitOptions& options);

}  // namespace gulou::cli
