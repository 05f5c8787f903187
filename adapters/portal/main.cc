// gulou-portal: the portal channel with its static site and, for demonstrations, the site's server.
#include "adapters/portal/run.h"

int main(int argc, char** argv) {
  return gulou::run_portal({argv + 1, argv + argc});
}
