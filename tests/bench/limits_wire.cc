#include "common/base/check.h"
#include "tests/bench/child.h"
#include "tests/bench/home.h"
#include "tests/bench/limits.h"
#include "tests/bench/links.h"

#include <algorithm>
#include <cstring>

namespace gulou::bench {
namespace {

constexpr uint64_t fan_messages = 120'000;
constexpr uint64_t fan_window = 32;
constexpr size_t fleet_peers_max = 9'000;
constexpr uint64_t stream_messages = 100'000;
constexpr double paced_seconds = 4;
constexpr double paced_per_second = 20;

std::string_view bytes_of(const uint32_t& number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

std::vector<std::string> arguments(const char* mode,
                                   const Home& home,
                                   size_t peers,
                                   uint64_t count,
                                   size_t bytes,
                                   uint64_t window = fan_window) {
  return {"serve-bare",
          mode,
          home.path(),
          "1",
          std::to_string(peers),
          std::to_string(count),
          std::to_string(bytes),
          std::to_string(window)};
}

// The peers of a bare ROUTER, in this process.
struct Peers {
  Peers(const Home& home, Child& child, size_t peers)
      : context(*net::Context::open(1)), links(context) {
    const std::string endpoint = child.line().at(1);
    for (size_t i = 0; i < peers; ++i) {
      links.connect(endpoint, home.keys()[0].public_key, home.keys()[1 + i]);
    }
    for (uint32_t i = 0; i < peers; ++i) {
      links.send(i, bytes_of(i));
    }
    child.line();
  }

  net::Context context;
  Links links;
};

}  // namespace

Figure limit_fan(const Options& options, size_t peers, size_t bytes) {
  const uint64_t each = std::max<uint64_t>(options.count(fan_messages) / peers, 4);
  const Home home(options.dir, peers - 1);
  Child child(arguments("fan", home, peers, each, bytes));
  Peers ends(home, child, peers);
  uint64_t left = each * peers;
  while (left > 0) {
    const uint64_t before = left;
    ends.links.poll(1000, [&](size_t link, Frames) {
      ends.links.send(link, bytes_of(static_cast<uint32_t>(link)));
      --left;
    });
    if (left == before) {
      child.must_live();
    }
  }
  ends.links.poll(0, [](size_t, Frames) {});
  const double seconds = std::stod(child.line().at(1));
  return {"zmq_fan_" + std::to_string(peers),
          static_cast<double>(each * peers) / seconds,
          "deliveries/s"};
}

Figure limit_fleet(const Options& options, size_t peers, size_t bytes) {
  raise_descriptor_limit();
  peers = std::min(peers, fleet_peers_max);
  const Home home(options.dir, peers - 1);
  Child child(arguments("fan", home, peers, 1, bytes, 1));
  Peers ends(home, child, peers);
  uint64_t left = peers;
  while (left > 0) {
    const uint64_t before = left;
    ends.links.poll(1000, [&](size_t link, Frames) {
      ends.links.send(link, bytes_of(static_cast<uint32_t>(link)));
      --left;
    });
    if (left == before) {
      child.must_live();
    }
  }
  ends.links.poll(0, [](size_t, Frames) {});
  return {"zmq_fleet_" + std::to_string(peers), std::stod(child.line().at(1)), "s"};
}

Figure limit_stream(const Options& options, size_t bytes) {
  const uint64_t total = options.count(stream_messages);
  const Home home(options.dir, 0);
  Child child(arguments("stream", home, 1, total, bytes));
  Peers ends(home, child, 1);
  uint64_t left = total;
  while (left > 0) {
    const uint64_t before = left;
    ends.links.poll(1000, [&](size_t, Frames) { --left; });
    if (left == before) {
      child.must_live();
    }
  }
  const uint32_t zero = 0;
  ends.links.send(0, bytes_of(zero));
  return {"zmq_stream", static_cast<double>(total) / std::stod(child.line().at(1)), "deliveries/s"};
}

Figure limit_paced(const Options& options, size_t peers, size_t bytes) {
  const Home home(options.dir, peers);
  Child child(arguments("relay", home, peers + 1, 0, bytes));
  Peers ends(home, child, peers + 1);
  Samples samples;
  const auto handler = [&](size_t, Frames frames) {
    double sent = 0;
    std::memcpy(&sent, frames[0].data(), sizeof sent);
    samples.add(now_seconds() - sent);
  };
  std::string message(bytes, 'x');
  const uint64_t total = options.count(static_cast<uint64_t>(paced_seconds * paced_per_second), 2);
  const double start = now_seconds() + 0.1;
  for (size_t i = 0; i < total || samples.size() < total * peers;) {
    const double due = start + static_cast<double>(i) / paced_per_second;
    const double now = now_seconds();
    if (i < total && now >= due) {
      std::memcpy(message.data(), &now, sizeof now);
      ends.links.send(peers, message);
      ++i;
      continue;
    }
    child.must_live();
    ends.links.poll(i < total ? static_cast<int>((due - now) * 1000) : 1000, handler);
  }
  const uint32_t zero = 0;
  ends.links.send(peers, bytes_of(zero));
  child.line();
  Figure figure{"zmq_paced_" + std::to_string(peers), samples.quantile_ms(0.5), "ms"};
  figure.p50_ms = figure.value;
  figure.p99_ms = samples.quantile_ms(0.99);
  return figure;
}

}  // namespace gulou::bench
