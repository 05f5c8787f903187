#include "tests/bench/figures.h"
#include "tests/bench/limits.h"
#include "tests/bench/load.h"

#include <cstdlib>

namespace gulou::bench {
namespace {

constexpr double seconds_each = 5;
constexpr double per_second = 20;
constexpr size_t settling = 10;  // first releases, not counted

// The number in each id of an items frame.
template <class Act>
void each_number(std::string_view items, Act act) {
  static const std::string key =
      std::string("\xa2id") + static_cast<char>(0xa0 + id_prefix.size() + number_digits);
  for (size_t at = items.find(key); at != std::string_view::npos; at = items.find(key, at + 1)) {
    const std::string number(items.substr(at + key.size() + id_prefix.size(), number_digits));
    act(std::strtoull(number.c_str(), nullptr, 10));
  }
}

Samples paced(const Options& options, Bodies& bodies, size_t adapters) {
  const Home home(options.dir, adapters);
  Child child({"serve", home.path(), std::to_string(adapters), "1"});
  Load load(home, child.line());
  Samples samples;
  uint64_t received = 0;
  load.on_deliver = [&](size_t, std::string_view items) {
    each_number(items, [&](uint64_t number) {
      ++received;
      if (number >= settling) {
        samples.add(now_seconds() - load.sent_at(number));
      }
    });
  };
  load.grant();
  const auto total = settling + options.count(static_cast<uint64_t>(seconds_each * per_second), 2);
  const double start = now_seconds();
  while (load.submitted() < total || received < total * adapters) {
    const double due = start + static_cast<double>(load.submitted()) / per_second;
    const double wait = due - now_seconds();
    if (load.submitted() < total && wait <= 0) {
      load.submit(bodies.release(load.submitted()));
      continue;
    }
    load.poll(load.submitted() < total ? static_cast<int>(wait * 1000) : 1000);
  }
  return samples;
}

}  // namespace

void measure_paced(const Options& options, Book& book) {
  Bodies bodies(options.body_bytes);
  for (const size_t adapters : {size_t{1}, size_t{8}, size_t{64}}) {
    const std::string suffix = std::to_string(adapters);
    const Figure before = limit_paced(options, adapters, bodies.json_bytes());
    const Samples samples = paced(options, bodies, adapters);
    const Figure after =
        options.smoke() ? before : limit_paced(options, adapters, bodies.json_bytes());
    book.add(before);
    book.add(after);
    Figure p50{"paced_" + suffix + "_p50", samples.quantile_ms(0.5), "ms"};
    p50.p50_ms = p50.value;
    p50.p99_ms = samples.quantile_ms(0.99);
    p50.parameters = {{"per_s", per_second},
                      {"subscribers", static_cast<double>(adapters)},
                      {"count", static_cast<double>(samples.size())}};
    Figure p99 = p50;
    p99.name = "paced_" + suffix + "_p99";
    p99.value = *p50.p99_ms;
    p99.limit = before.name + "_p99";
    p99.limit_value = (*before.p99_ms + *after.p99_ms) / 2;
    if (adapters == 64) {
      p50.goal = {6, 3, false};
      p99.goal = {5, 2, false};
    }
    book.add(p50);
    book.add(p99);
  }
}

}  // namespace gulou::bench
