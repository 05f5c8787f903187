#include "tests/bench/figures.h"
#include "tests/bench/limits.h"
#include "tests/bench/load.h"

namespace gulou::bench {
namespace {

constexpr uint64_t warm_up = 200;
constexpr double seconds_each = 3;

// Durable ingest with so many outstanding; nobody receives.
void ingest(const Options& options, Bodies& bodies, uint64_t outstanding, Figure& figure) {
  const Home home(options.dir, 1);
  Child child({"serve", home.path(), "1", "1"});
  Load load(home, child.line());
  load.publish(bodies, options.count(warm_up), outstanding, nullptr);
  Samples acks;
  const Profile profile(child, options.profile(figure.name));
  const double cpu = child.cpu_seconds();
  const double own_cpu = own_cpu_seconds();
  const double start = now_seconds();
  while (now_seconds() - start < options.seconds(seconds_each)) {
    load.publish(bodies, 16 * outstanding, outstanding, &acks);
  }
  const double seconds = now_seconds() - start;
  const auto count = static_cast<double>(acks.size());
  figure.value = count / seconds;
  figure.p50_ms = acks.quantile_ms(0.5);
  figure.p99_ms = acks.quantile_ms(0.99);
  figure.parameters.emplace_back("count", count);
  figure.parameters.emplace_back("broker_cpu_us_each", (child.cpu_seconds() - cpu) / count * 1e6);
  figure.parameters.emplace_back("load_cpu_us_each", (own_cpu_seconds() - own_cpu) / count * 1e6);
}

}  // namespace

void measure_ingest(const Options& options, Book& book) {
  for (const size_t bytes : {options.body_bytes, options.body_bytes * 11 / 4}) {
    Bodies bodies(bytes);
    const std::string suffix = bytes == options.body_bytes ? "" : "_large";
    Figure many{"ingest_64" + suffix, 0, "releases/s"};
    many.parameters = {{"body_bytes", static_cast<double>(bytes)},
                       {"json_bytes", static_cast<double>(bodies.json_bytes())}};
    Figure one{"ingest_1" + suffix, 0, "ms"};
    one.parameters = many.parameters;
    if (suffix.empty()) {
      many.goal = {0.40, 0.55, true};
      one.goal = {2.5, 1.8, false};
    }
    hold_against(
        options,
        book,
        many,
        [&] { return limit_batch_sync(options, bodies.json_bytes()); },
        [&](Figure& figure) { ingest(options, bodies, 64, figure); });
    const auto put = [&] {
      Figure limit = limit_put_sync(options, bodies.json_bytes());
      limit.parameters.emplace_back("per_s", limit.value);
      limit.name += "_p50";
      limit.value = *limit.p50_ms;
      limit.unit = "ms";
      return limit;
    };
    hold_against(options, book, one, put, [&](Figure& figure) {
      ingest(options, bodies, 1, figure);
      figure.parameters.emplace_back("per_s", figure.value);
      figure.value = *figure.p50_ms;
    });
  }
}

}  // namespace gulou::bench
