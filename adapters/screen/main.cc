// gulou-screen: one display with its own copy of what it shows and the page that draws it.
#include "adapters/screen/run.h"

int main(int argc, char** argv) {
  return gulou::run_screen({argv + 1, argv + argc});
}
