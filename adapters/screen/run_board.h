// The program gulou-board: the agent of the notice boards of an area, with the listener of their
// links, or one question of `gulou board`. Called once by board_main.cc, on the main thread;
// returns the exit code.
#pragma once

#include <string>
#include <vector>

namespace gulou {

int run_board(const std::vector<std::string>& arguments);

}  // namespace gulou
