#include "tests/bench/figures.h"
#include "tests/bench/limits.h"
#include "tests/bench/load.h"

#include <algorithm>

namespace gulou::bench {
namespace {

constexpr uint64_t deliveries_many = 300'000;
constexpr uint64_t backlog_max = 25'000;
constexpr uint64_t catchup_backlog = 50'000;
constexpr uint64_t outstanding = 64;

// A backlog is published while the adapters give no credit; then all of them work it off.
void work_off(
    const Options& options, Bodies& bodies, size_t adapters, uint64_t backlog, Figure& figure) {
  const Home home(options.dir, adapters);
  Child child({"serve", home.path(), std::to_string(adapters), "1"});
  Load load(home, child.line());
  load.publish(bodies, backlog, outstanding, nullptr);
  const Profile profile(child, options.profile(figure.name));
  const double cpu = child.cpu_seconds();
  const double own_cpu = own_cpu_seconds();
  const double start = now_seconds();
  load.grant();
  load.consume(backlog);
  const double seconds = now_seconds() - start;
  const auto count = static_cast<double>(backlog * adapters);
  figure.value = count / seconds;
  figure.parameters.emplace_back("subscribers", static_cast<double>(adapters));
  figure.parameters.emplace_back("backlog", static_cast<double>(backlog));
  figure.parameters.emplace_back("batch", count / static_cast<double>(load.delivers()));
  figure.parameters.emplace_back("broker_cpu_us_each", (child.cpu_seconds() - cpu) / count * 1e6);
  figure.parameters.emplace_back("load_cpu_us_each", (own_cpu_seconds() - own_cpu) / count * 1e6);
  figure.parameters.emplace_back("broker_peak_mb", child.memory_mb("VmHWM"));
}

}  // namespace

void measure_fanout(const Options& options, Book& book) {
  Bodies bodies(options.body_bytes);
  for (const size_t adapters : {size_t{1}, size_t{8}, size_t{64}, size_t{512}}) {
    const uint64_t backlog =
        std::min(options.count(backlog_max),
                 std::max<uint64_t>(options.count(deliveries_many) / adapters, 16));
    Figure figure{"fanout_" + std::to_string(adapters), 0, "deliveries/s"};
    figure.parameters = {{"body_bytes", static_cast<double>(options.body_bytes)}};
    if (adapters >= 64) {
      figure.goal = {1.0, 1.5, true};
    }
    hold_against(
        options,
        book,
        figure,
        [&] { return limit_fan(options, adapters, bodies.json_bytes()); },
        [&](Figure& one) { work_off(options, bodies, adapters, backlog, one); });
  }
}

void measure_catchup(const Options& options, Book& book) {
  Bodies bodies(options.body_bytes);
  Figure figure{"catchup_50000", 0, "deliveries/s"};
  figure.goal = {0.75, 1.2, true};
  figure.parameters = {{"body_bytes", static_cast<double>(options.body_bytes)}};
  hold_against(
      options,
      book,
      figure,
      [&] { return limit_stream(options, bodies.json_bytes()); },
      [&](Figure& one) { work_off(options, bodies, 1, options.count(catchup_backlog), one); });
}

}  // namespace gulou::bench
