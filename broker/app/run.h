// What the program gulou-broker does with its arguments: opens a home, wires the rooms together and
// serves until a stop signal; or checks the journal. Main thread.
#pragma once

#include <string>
#include <vector>

namespace gulou {

// Exit codes: 0 done, 1 refused or failed, 2 usage.
int run_broker(const std::vector<std::string>& arguments);

}  // namespace gulou
