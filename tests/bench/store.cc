#include "tests/bench/figures.h"
#include "tests/bench/load.h"

#include <poll.h>

namespace gulou::bench {
namespace {

constexpr uint64_t releases = 100'000;
constexpr uint64_t outstanding = 64;
constexpr double settle_seconds = 2;

}  // namespace

// 100,000 releases on two channels, one of which has received them; then kill -9 and a new start.
void measure_store(const Options& options, Book& book) {
  Bodies bodies(options.body_bytes);
  const Home home(options.dir, 2);
  const std::vector<std::string> serve{"serve", home.path(), "2", "1"};
  const uint64_t count = options.count(releases);
  {
    Child child(serve);
    Load load(home, child.line());
    load.publish(bodies, count, outstanding, nullptr);
    child.kill_now();
  }
  const double start = now_seconds();
  Child child(serve);
  const std::vector<std::string> ready = child.line();
  const double listening = now_seconds() - start;
  Load load(home, ready);
  load.ask_status();
  const double answered = now_seconds() - start;
  const double rss = child.memory_mb("VmRSS");
  // Files the recovery has written are merged now, old logs go.
  poll(nullptr, 0, static_cast<int>(1000 * options.seconds(settle_seconds)));
  const std::pair<std::string, double> stored{"releases", static_cast<double>(count)};

  Figure ready_time{"store_ready", answered, "s"};
  ready_time.goal = {0.5, 0.3, false};
  ready_time.parameters = {stored, {"listening_s", listening}};
  book.add(ready_time);

  Figure memory{"store_rss", std::max(rss, child.memory_mb("VmRSS")), "MB"};
  memory.goal = {80, 50, false};
  memory.parameters = {stored, {"at_first_answer_mb", rss}, {"peak_mb", child.memory_mb("VmHWM")}};
  book.add(memory);

  Figure disk{"store_disk", static_cast<double>(home.disk_bytes()), "bytes"};
  disk.limit = "bytes_published";
  disk.limit_value = static_cast<double>(count * bodies.json_bytes());
  disk.goal = {1.3, 1.1, false};
  disk.parameters = {stored};
  book.add(disk);
}

}  // namespace gulou::bench
