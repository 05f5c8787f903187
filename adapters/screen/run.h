// The program gulou-screen: the display's store, its web server on a thread of its own, the adapter
// and its link to the broker. Called once by main.cc, on the main thread; returns the exit code
// when told to stop.
#pragma once

#include <string>
#include <vector>

namespace gulou {

int run_screen(const std::vector<std::string>& arguments);

}  // namespace gulou
