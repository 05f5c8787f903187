// The program gulou-wechat: one official account, the adapter and its link to the broker, the
// address the platform sends events to, the watcher of draft mode. Called once by main.cc, on the
// main thread; returns the exit code when told to stop.
#pragma once

#include <string>
#include <vector>

namespace gulou {

int run_wechat(const std::vector<std::string>& arguments);

}  // namespace gulou
