// gulou-fleet-simulation --seeds N [--from N] [--devices N] [--planted]: runs fleets in simulated
// time. Exit code 1 names the first seed that failed; with --planted, that none did.
#include "tests/simulation/fleet_world.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int count, char** arguments) {
  uint64_t seeds = 100;
  uint64_t from = 1;
  gulou::simulation::FleetOptions options;
  for (int i = 1; i < count; ++i) {
    const auto number = [&] { return std::strtoull(arguments[++i], nullptr, 10); };
    if (std::strcmp(arguments[i], "--planted") == 0) {
      options.planted = true;
    } else if (i + 1 < count && std::strcmp(arguments[i], "--seeds") == 0) {
      seeds = number();
    } else if (i + 1 < count && std::strcmp(arguments[i], "--from") == 0) {
      from = number();
    } else if (i + 1 < count && std::strcmp(arguments[i], "--devices") == 0) {
      options.devices = number();
    } else {
      std::fprintf(stderr,
                   "gulou-fleet-simulation --seeds N [--from N] [--devices N] [--planted]\n");
      return 2;
    }
  }
  gulou::simulation::FleetOutcome all;
  for (uint64_t seed = from; seed < from + seeds; ++seed) {
    options.seed = seed;
    const auto one = gulou::simulation::FleetWorld(options).run();
    all.frames += one.frames;
    all.messages += one.messages;
    all.power_cuts += one.power_cuts;
    all.manifests += one.manifests;
    all.withdrawals += one.withdrawals;
    if (!one.failure.empty()) {
      std::printf("seed=%llu %s\n", static_cast<unsigned long long>(seed), one.failure.c_str());
      return options.planted ? 0 : 1;
    }
  }
  std::printf(
      "seeds=%llu frames=%llu messages=%llu power_cuts=%llu manifests=%llu withdrawals=%llu\n",
      static_cast<unsigned long long>(seeds),
      static_cast<unsigned long long>(all.frames),
      static_cast<unsigned long long>(all.messages),
      static_cast<unsigned long long>(all.power_cuts),
      static_cast<unsigned long long>(all.manifests),
      static_cast<unsigned long long>(all.withdrawals));
  return options.planted ? 1 : 0;
}
