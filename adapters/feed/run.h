// The program gulou-feed: one media outlet, its feed's web server on a thread of its own, the
// adapter and its link to the broker. Called once by main.cc, on the main thread; returns the exit
// code when told to stop.
#pragma once

#include <string>
#include <vector>

namespace gulou {

int run_feed(const std::vector<std::string>& arguments);

}  // namespace gulou
