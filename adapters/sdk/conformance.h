// The conformance test of adapters: plays the broker to a program in any language, over the real
// protocol, and says what it violates. It starts, kills and starts again the program; where it is
// told how to look at the channel, it also looks. Used by the program gulou-adapter-check
// (`gulou adapter check`). Main thread.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace gulou::sdk {

struct ConformanceOptions {
  // Its words may hold {endpoint}, {broker_key}, {broker_key_file}, {key_file}, {channel} and
  // {instance}; the same stand in its environment as GULOU_ENDPOINT and so on.
  std::vector<std::string> command;
  // A shell command that prints what readers of the channel see, "ID REVISION" a line; empty: only
  // the protocol is judged.
  std::string look;
  int64_t answer_ms_max = 20'000;
};

struct Finding {
  std::string rule;  // "credit": the catalogue's check_credit says it in words
  std::vector<std::string>
      broken;  // what was seen instead, sentences' keys and values; empty: kept
};

// Calls `found` after each rule. False: at least one is broken. Error: the test could not be made.
Result<bool> check_conformance(const ConformanceOptions& options,
                               const std::function<void(const Finding&)>& found);

}  // namespace gulou::sdk
