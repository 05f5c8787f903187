// gulou-feed: the channel of one media outlet.
#include "adapters/feed/run.h"

int main(int argc, char** argv) {
  return gulou::run_feed({argv + 1, argv + argc});
}
