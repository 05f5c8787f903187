// gulou-broker: `gulou-broker --home H` serves; `gulou-broker --home H journal verify|rebuild`
// checks a home that no broker has open.
#include "broker/app/run.h"

int main(int argc, char** argv) {
  return gulou::run_broker({argv + 1, argv + argc});
}
