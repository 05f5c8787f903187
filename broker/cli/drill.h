// `gulou drill`: a new clerk's first bad day, in a scratch home that goes away. The real programs,
// a pretended WeChat; the clerk sees the commands one types and what they answer. Main thread;
// starts programs, writes one temporary directory, leaves nothing.
#pragma once

#include "broker/cli/shell.h"

#include <string>

namespace gulou::cli {

struct DrillOptions {
  bool yes = false;   // goes on by itself
  std::string fakes;  // directory of the pretended platforms; empty: looked for near this program
};

Exit drill(const Shell& shell, const DrillOptions& options);

// The directory that holds the pretended platforms: tests/fakes of the sources this program was
// built in, share/gulou/fakes of the place it was installed to. Error: drill_fakes_missing.
Result<std::string> find_fakes(const std::string& program, const std::string& asked);

}  // namespace gulou::cli
