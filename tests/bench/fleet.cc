// A fleet on one broker: how long until the last of so many devices has an urgent release and the
// broker has made its receipt durable, what a connected device costs the broker, and how soon all
// are back after it was killed. Devices are real links with CURVE, in processes of their own.
#include "broker/net/principals.h"
#include "common/base/check.h"
#include "common/wire/codec.h"
#include "tests/bench/child.h"
#include "tests/bench/figures.h"
#include "tests/bench/home.h"
#include "tests/bench/limits.h"
#include "tests/bench/links.h"
#include "tests/bench/peek.h"

#include <algorithm>
#include <memory>

namespace gulou::bench {
namespace {

constexpr size_t devices_per_process = 2'500;
constexpr double back_seconds_max = 60;
constexpr double device_kb_max = 60;
constexpr double patience_seconds = 300;

// Processes with devices, all told the same.
class Devices {
 public:
  Devices(const Home& home, const std::string& endpoint, size_t count) {
    const size_t processes =
        std::max<size_t>(2, (count + devices_per_process - 1) / devices_per_process);
    for (size_t i = 0; i < processes; ++i) {
      const size_t first = count * i / processes;
      const size_t next = count * (i + 1) / processes;
      processes_.push_back(
          std::make_unique<Child>(std::vector<std::string>{"serve-devices",
                                                           home.path(),
                                                           endpoint,
                                                           std::to_string(first),
                                                           std::to_string(next - first)}));
    }
  }

  // When the last of them has said so.
  double all(const std::string& word) {
    double last = 0;
    for (const auto& process : processes_) {
      const std::vector<std::string> line = process->line();
      CHECK(line.size() == 2 && line[0] == word);
      last = std::max(last, std::stod(line[1]));
    }
    return last;
  }

  void say(const std::string& line) {
    for (const auto& process : processes_) {
      process->say(line);
    }
  }

 private:
  std::vector<std::unique_ptr<Child>> processes_;
};

std::unique_ptr<Child> start_broker(const Home& home, size_t devices, const std::string& endpoint) {
  return std::make_unique<Child>(
      std::vector<std::string>{"serve-fleet", home.path(), std::to_string(devices), endpoint});
}

// Submits one urgent release; when its receipt had come.
double accept_urgent(const Home& home, const std::string& endpoint, Bodies& bodies) {
  std::string release(bodies.release(0));
  const size_t at = release.find("\"revision\":");
  CHECK(at != std::string::npos);
  release.insert(at, "\"priority\":\"urgent\",");
  const auto context = net::Context::open(1);
  CHECK(context.has_value());
  Links links(*context);
  links.connect(endpoint, home.keys()[0].public_key, home.keys()[1]);
  links.send(0, wire::encode({1, wire::Submit{}}).envelope, release);
  double accepted = 0;
  const double deadline = now_seconds() + patience_seconds;
  while (accepted == 0) {
    CHECK(now_seconds() < deadline);
    links.poll(1000, [&](size_t, Frames frames) {
      CHECK(verb_in(frames[0]) == "ACCEPTED");
      accepted = now_seconds();
    });
  }
  return accepted;
}

Figure about(const char* what, size_t devices, double value, const char* unit, double most) {
  Figure figure{"fleet_" + std::to_string(devices) + "_" + what, value, unit};
  figure.goal = {most, most, false};
  figure.parameters.emplace_back("devices", static_cast<double>(devices));
  return figure;
}

void measure(const Options& options, Book& book, size_t devices, double receipt_seconds_max) {
  Bodies bodies(options.body_bytes);
  const Figure bare = limit_fleet(options, devices, bodies.json_bytes());
  book.add(bare);
  const Home home(options.dir, devices);
  auto broker = start_broker(home, devices, "tcp://127.0.0.1:*");
  const std::vector<std::string> ready = broker->line();
  const std::string endpoint = ready.at(2);
  const double alone_mb = broker->memory_mb("VmRSS");
  const double begin = now_seconds();
  Devices fleet(home, endpoint, devices);
  const double connected = fleet.all("welcomed") - begin;
  const double with_mb = broker->memory_mb("VmRSS");
  double accepted = 0;
  double last = 0;
  double cpu = broker->cpu_seconds();
  {
    const Profile profile(*broker, options.profile("fleet_" + std::to_string(devices)));
    accepted = accept_urgent(home, ready.at(1), bodies);
    last = fleet.all("settled");
  }
  cpu = broker->cpu_seconds() - cpu;
  Figure receipt = about("last_receipt", devices, last - accepted, "s", receipt_seconds_max);
  receipt.parameters.emplace_back("broker_cpu_us_each", cpu / static_cast<double>(devices) * 1e6);
  receipt.parameters.emplace_back("zmq_s", bare.value);
  receipt.parameters.emplace_back("connected_s", connected);
  book.add(receipt);
  book.add(about("memory",
                 devices,
                 (with_mb - alone_mb) * 1000 / static_cast<double>(devices),
                 "kB/device",
                 device_kb_max));
  broker->kill_now();
  broker = start_broker(home, devices, endpoint);
  broker->line();
  const double open = now_seconds();
  fleet.say("again");
  book.add(about("back", devices, fleet.all("welcomed") - open, "s", back_seconds_max));
}

}  // namespace

void measure_fleet(const Options& options, Book& book) {
  constexpr std::pair<uint64_t, double> sizes[] = {{2'000, 1}, {5'000, 2}, {10'000, 4}};
  for (const auto& [devices, receipt_seconds_max] : sizes) {
    measure(options, book, options.count(devices), receipt_seconds_max);
    if (options.smoke()) {
      return;  // the same with other numbers
    }
  }
}

}  // namespace gulou::bench
