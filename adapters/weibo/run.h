// The program gulou-weibo: one Weibo account, the
// adapter and its link to the broker. Called once by main.cc, on the main thread; returns the exit
// code when told to stop.
#pragma once

#include <string>
#include <vector>

namespace gulou {

int run_weibo(const std::vector<std::string>& arguments);

}  // namespace gulou
