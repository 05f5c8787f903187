// The program gulou-portal: site, its web server, adapter, link to the broker. Main thread.
#pragma once

#include <string>
#include <vector>

namespace gulou {

int run_portal(const std::vector<std::string>& arguments);

}  // namespace gulou
