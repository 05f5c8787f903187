// Load is one publisher and many adapters against a measured broker, on one thread with raw frames:
// as little work as a client can do and still speak the protocol (README of common/wire). Whatever
// goes wrong ends the program with a sentence.
#pragma once

#include "tests/bench/child.h"
#include "tests/bench/figure.h"
#include "tests/bench/home.h"
#include "tests/bench/links.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gulou::bench {

class Load {
 public:
  // Connects everybody; adapters say HELLO and are welcomed, but give no credit.
  Load(const Home& home, const std::vector<std::string>& ready);

  // One release more; the answer comes by poll().
  void submit(std::string_view release);

  uint64_t submitted() const { return sent_at_.size(); }

  uint64_t accepted() const { return accepted_; }

  // When the n-th submit() was.
  double sent_at(uint64_t number) const { return sent_at_[number]; }

  // Submits `count` releases, `outstanding` at a time, and waits for all receipts.
  void publish(Bodies& bodies, uint64_t count, uint64_t outstanding, Samples* acks);

  // Every adapter gives credit, and more with each report, from now on.
  void grant();
  // Until every adapter has received and reported this many and the broker has made the reports
  // durable: each adapter ends with a PROGRESS for a lease nobody has, whose ERROR the broker lets
  // go only after the round that holds the reports before it.
  void consume(uint64_t each);

  // Asks for the newest release; returns when the broker has answered.
  void ask_status();

  // Of the release of a number; none: it goes without.
  Approvals approvals;

  // Called with what each DELIVER brought: ids are in the items frame.
  std::function<void(size_t adapter, std::string_view items)> on_deliver;

  void poll(int timeout_ms);

  uint64_t delivers() const { return delivers_; }

 private:
  struct Adapter {
    uint64_t messages = 0;
    uint64_t bytes = 0;
    bool welcomed = false;
    bool settled = false;
  };

  void take(size_t link, Frames frames);
  void take_publisher(std::string_view verb, Frames frames);
  void take_adapter(size_t link, std::string_view verb, Frames frames);
  void deliver(size_t link, Adapter& adapter, Frames frames);
  void give_credit(size_t link, const Adapter& adapter);
  template <class Done>
  void until(Done done, const char* what);

  net::Context context_;
  Links links_;
  std::vector<Adapter> adapters_;  // links 1 …
  std::vector<double> sent_at_;
  uint64_t accepted_ = 0;
  Samples* acks_ = nullptr;
  uint64_t welcomed_ = 0;
  uint64_t settled_ = 0;
  uint64_t delivers_ = 0;
  uint64_t goal_ = UINT64_MAX;  // deliveries each adapter waits for
  bool granted_ = false;
  bool status_known_ = false;
};

}  // namespace gulou::bench
