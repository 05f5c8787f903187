// The program gulou-portal: the site's directory, its web server on a thread of its own, the
// adapter and its link to the broker. Called once by main.cc, on the main thread; returns the exit
// code when told to stop.
#pragma once

#include <string>
#include <vector>

namespace gulou {

int run_portal(const std::vector<std::string>& arguments);

}  // namespace gulou
