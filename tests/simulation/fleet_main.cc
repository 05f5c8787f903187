// gulou-fleet-simulation --seeds N [--from N] [--devices N] [--planted | --planted-clock]: runs
// fleets in simulated time. Exit code 1 names the first seed that failed; with a planted fault,
// that none did.
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
    } else if (std::strcmp(arguments[i], "--planted-clock") == 0) {
      options.planted_clock = true;
    } else if (i + 1 < count && std::strcmp(arguments[i], "--seeds") == 0) {
      seeds = number();
    } else if (i + 1 < count && std::strcmp(arguments[i], "--from") == 0) {
      from = number();
    } else if (i + 1 < count && std::strcmp(arguments[i], "--devices") == 0) {
      options.devices = number();
    } else {
      std::fprintf(stderr,
                   "gulou-fleet-simulation --seeds N [--from N] [--devices N] [--planted | "
                   "--planted-clock]\n");
      return 2;
    }
  }
  const bool planted = options.planted || options.planted_clock;
  gulou::simulation::FleetOutcome all;
  for (uint64_t seed = from; seed < from + seeds; ++seed) {
    options.seed = seed;
    const auto one = gulou::simulation::FleetWorld(options).run();
    all.frames += one.frames;
    all.messages += one.messages;
    all.power_cuts += one.power_cuts;
    all.manifests += one.manifests;
    all.withdrawals += one.withdrawals;
    all.leased += one.leased;
    all.dark += one.dark;
    if (!one.failure.empty()) {
      std::printf("seed=%llu %s\n", static_cast<unsigned long long>(seed), one.failure.c_str());
      return planted ? 0 : 1;
    }
  }
  std::printf(
      "seeds=%llu frames=%llu messages=%llu power_cuts=%llu manifests=%llu withdrawals=%llu "
      "leased=%llu dark=%llu\n",
      static_cast<unsigned long long>(seeds),
      static_cast<unsigned long long>(all.frames),
      static_cast<unsigned long long>(all.messages),
      static_cast<unsigned long long>(all.power_cuts),
      static_cast<unsigned long long>(all.manifests),
      static_cast<unsigned long long>(all.withdrawals),
      static_cast<unsigned long long>(all.leased),
      static_cast<unsigned long long>(all.dark));
  return planted ? 1 : 0;
}
