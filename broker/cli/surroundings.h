// What surrounds the process `gulou`, and what follows from it before anything is parsed: language
// and home. Tests make their own surroundings. Main thread.
#pragma once

#include "common/text/language.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::cli {

struct Surroundings {
  std::function<std::string(const std::string& name)>
      variable;  // of the environment; empty if none
  std::function<void(std::string_view)> out;
  std::function<void(std::string_view)> err;
  std::function<std::optional<std::string>()> read_line;  // empty: standard input is no terminal
  bool terminal = false;
  std::string program;  // path of this binary
};

// Help comes in the language of the command line, so that has to be known before it is parsed.
Language language_of(const std::vector<std::string>& arguments, const Surroundings& around);

// Absolute. given: by an option; empty: by the environment, else where homes are by default.
std::string home_of(const std::string& given, const Surroundings& around);

}  // namespace gulou::cli
