// gulou-simulation --seeds N [--from S] [--threads T]   N lives, from seed S
//                  --seed S                              one life, told in full
//                  --planted NAME                        with a fault that must be found
// Exits 1 on a violation, and where rows of the transition table have not fired that should.
#include "tests/simulation/rows.h"
#include "tests/simulation/world.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <string>
#include <thread>

#include <unistd.h>

namespace gulou::simulation {
namespace {

thread_local uint64_t current_seed = 0;

// A CHECK that fails in the system says where, but not in which life.
void name_seed(int /*signal*/) {
  char text[64];
  const int size = std::snprintf(
      text, sizeof text, "seed=%llu aborted\n", static_cast<unsigned long long>(current_seed));
  static_cast<void>(!write(STDERR_FILENO, text, static_cast<size_t>(size)));
  std::signal(SIGABRT, SIG_DFL);
  std::abort();
}

struct Arguments {
  uint64_t seeds = 100;
  uint64_t from = 1;
  uint64_t one = 0;
  uint64_t threads = 2;
  Planted planted = Planted::none;
  bool valid = true;
};

Planted planted_of(const char* name, bool& valid) {
  for (const PlantedFault& fault : planted_faults) {
    if (std::strcmp(fault.name, name) == 0) {
      return fault.planted;
    }
  }
  valid = false;
  return Planted::none;
}

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--seeds") {
      arguments.seeds = value;
    } else if (name == "--from") {
      arguments.from = value;
    } else if (name == "--seed") {
      arguments.one = value;
    } else if (name == "--threads") {
      arguments.threads = value;
    } else if (name == "--planted") {
      arguments.planted = planted_of(argv[i + 1], arguments.valid);
    } else {
      arguments.valid = false;
    }
  }
  arguments.valid = arguments.valid && argc % 2 == 1;
  return arguments;
}

void tell(uint64_t seed, const Life& life) {
  std::printf("seed=%llu commit=%llu time=%.3f %s\n",
              static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(life.commit),
              static_cast<double>(life.ended_ms) / 1000,
              life.violation ? life.violation->c_str() : "at rest");
  std::fflush(stdout);
}

int run_one(const Arguments& arguments) {
  current_seed = arguments.one;
  World world(arguments.one, true, arguments.planted);
  const Life life = world.run();
  tell(arguments.one, life);
  std::printf("%llu entries, %llu events, %llu steps, %llu crashes\n",
              static_cast<unsigned long long>(life.entries),
              static_cast<unsigned long long>(life.events),
              static_cast<unsigned long long>(life.steps),
              static_cast<unsigned long long>(life.crashes));
  return life.violation ? 1 : 0;
}

struct Totals {
  uint64_t lives = 0, violations = 0, found = 0, steps = 0, crashes = 0, entries = 0;
  std::vector<uint64_t> events;
  std::set<std::pair<DeliveryState, Trigger>> fired;
};

void add(Totals& totals, const Life& life) {
  ++totals.lives;
  totals.events.push_back(life.events);
  totals.violations += life.violation ? 1U : 0U;
  totals.steps += life.steps;
  totals.crashes += life.crashes;
  totals.entries += life.entries;
  totals.fired.insert(life.fired.begin(), life.fired.end());
}

Totals run_share(const Arguments& arguments, std::atomic<uint64_t>& next) {
  Totals totals;
  for (uint64_t i = next++; i < arguments.seeds; i = next++) {
    current_seed = arguments.from + i;
    World world(current_seed, false, arguments.planted);
    const Life life = world.run();
    add(totals, life);
    if (life.violation) {
      tell(current_seed, life);
    }
    // A planted fault is looked for until what it breaks is what is found.
    if (arguments.planted != Planted::none && life.violation &&
        life.violation->find(fault_of(arguments.planted).says) != std::string::npos) {
      ++totals.found;
      next = arguments.seeds;
    }
  }
  return totals;
}

int run_many(const Arguments& arguments) {
  std::atomic<uint64_t> next{0};
  std::vector<Totals> shares(std::max<uint64_t>(1, arguments.threads));
  std::vector<std::thread> threads;
  for (Totals& share : shares) {
    threads.emplace_back([&] { share = run_share(arguments, next); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  Totals all;
  for (const Totals& share : shares) {
    all.lives += share.lives;
    all.violations += share.violations;
    all.found += share.found;
    all.steps += share.steps;
    all.crashes += share.crashes;
    all.entries += share.entries;
    all.events.insert(all.events.end(), share.events.begin(), share.events.end());
    all.fired.insert(share.fired.begin(), share.fired.end());
  }
  std::sort(all.events.begin(), all.events.end());
  std::printf(
      "%llu seeds from %llu: %llu violations; %llu entries, %llu steps, %llu crashes, "
      "%llu events (median %llu, most %llu), %zu rows fired\n",
      static_cast<unsigned long long>(all.lives),
      static_cast<unsigned long long>(arguments.from),
      static_cast<unsigned long long>(all.violations),
      static_cast<unsigned long long>(all.entries),
      static_cast<unsigned long long>(all.steps),
      static_cast<unsigned long long>(all.crashes),
      static_cast<unsigned long long>(
          std::accumulate(all.events.begin(), all.events.end(), uint64_t{0})),
      static_cast<unsigned long long>(all.events.empty() ? 0 : all.events[all.events.size() / 2]),
      static_cast<unsigned long long>(all.events.empty() ? 0 : all.events.back()),
      all.fired.size());
  if (arguments.planted != Planted::none) {
    return all.found > 0 ? 0 : 1;  // as it must be
  }
  size_t missing = 0;
  if (arguments.seeds >= 1'000) {
    for (const std::string& row : rows_not_fired(all.fired)) {
      std::printf("never fired: %s\n", row.c_str());
      ++missing;
    }
  }
  return all.violations == 0 && missing == 0 ? 0 : 1;
}

}  // namespace
}  // namespace gulou::simulation

int main(int argc, char** argv) {
  const auto arguments = gulou::simulation::parse(argc, argv);
  if (!arguments.valid) {
    std::fprintf(stderr,
                 "usage: gulou-simulation [--seeds N] [--from S] [--threads T] | --seed S "
                 "[--planted NAME]\n");
    return 2;
  }
  std::signal(SIGABRT, gulou::simulation::name_seed);
  return arguments.one != 0 ? gulou::simulation::run_one(arguments)
                            : gulou::simulation::run_many(arguments);
}
