// `gulou publish`: reads what it is given, brings it to the broker over a few connections at once,
// and says per file what became of it. Main thread; its workers end before it returns.
#pragma once

#include "broker/cli/publisher.h"
#include "broker/cli/shell.h"

#include <string>
#include <vector>

namespace gulou::cli {

struct PublishOptions {
  std::vector<std::string> paths;
  std::string kind;
  std::string column;
  std::string defaults;  // a TOML file
  bool import = false;
  PublishMode mode;
};

Exit publish(const Shell& shell, const PublishOptions& options);

}  // namespace gulou::cli
