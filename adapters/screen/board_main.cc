// gulou-board: the notice boards of an area, and what `gulou board` asks of them.
#include "adapters/screen/run_board.h"

int main(int argc, char** argv) {
  return gulou::run_board({argv + 1, argv + argc});
}
