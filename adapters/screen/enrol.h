// `gulou-screen --enrol CODE --home DIR`: a new device exchanges its one-time code for a key of its
// own and writes its home: key, broker's key, settings. Run again after an answer was lost it goes
// on with the key it made. With `--screen NAME` it is a browser behind the gateway of this home.
// Main thread.
#pragma once

#include "common/base/result.h"

#include <string>
#include <vector>

namespace gulou {

struct EnrolOptions {
  std::string code;
  std::string home;
  std::string listen = "127.0.0.1:7020";  // of the screen's own pages
  std::string screen;                     // behind a gateway: its name there
};

// Errors: usage_wrong.
Result<EnrolOptions> parse_enrol(const std::vector<std::string>& arguments);

// What to tell whoever stands in front of it.
Result<std::string> enrol_screen(const EnrolOptions& options, int stop_fd);

}  // namespace gulou
