// Counters and gauges, named `gulou_<room>_<noun>_<unit>`, printed in the Prometheus text format
// (https://prometheus.io/docs/instrumenting/exposition_formats/). Registered once at start, written
// from any thread without locks, read by /metrics. A room has one class of verbs that owns its
// counters; nobody else touches them.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace gulou {

class Counter {
 public:
  void add(uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }

  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Gauge {
 public:
  void set(int64_t value) { value_.store(value, std::memory_order_relaxed); }

  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// Owned by main; outlives all threads. Registration is for start-up only, on one thread.
class Metrics {
 public:
  // labels: `channel="portal"` or empty; the same name with other labels shares help and type.
  Counter& counter(std::string_view name, std::string_view help, std::string_view labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, std::string_view labels = {});

  // The whole page. Any thread, after registration has ended.
  std::string text() const;

 private:
  struct Entry {
    std::string name, help, labels;
    bool is_counter = false;
    Counter counter;
    Gauge gauge;
  };

  Entry& add(std::string_view name, std::string_view help, std::string_view labels, bool counter);

  std::deque<Entry> entries_;  // stable addresses
};

}  // namespace gulou
