// Writes the files of a new home: configuration from the samples built into this binary, fresh
// keys, the operator's token and its hash. Called by `gulou init` alone, on a directory nobody else
// knows yet.
#pragma once

#include "broker/cli/home.h"

#include <string>

namespace gulou::cli {

struct HomePlan {
  std::string home;     // the name it will have; `directory` may still be another one
  std::string program;  // this binary
  std::string token;
  Ports ports;
};

// Files in `directory`, which exists with mode 0700. Secrets get mode 0600.
Status write_home(const std::string& directory, const HomePlan& plan);

}  // namespace gulou::cli
