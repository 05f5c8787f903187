// Devices of a measured fleet: as little as a device can do and still speak the protocol. Says when
// all were welcomed, and when the receipt of an entry is durable for all: each then asks for
// something that is refused behind the round that holds it.
#include "common/base/check.h"
#include "common/crypto/digest.h"
#include "common/wire/codec.h"
#include "tests/bench/child.h"
#include "tests/bench/links.h"
#include "tests/bench/material.h"
#include "tests/bench/peek.h"
#include "tests/bench/serve.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>
#include <unistd.h>

namespace gulou::bench {
namespace {

constexpr double look_seconds = 0.2;
constexpr double hello_again_seconds = 10;
constexpr double reopen_seconds = 40;  // without a connection: longer than ZeroMQ backs off

class Devices {
 public:
  Devices(const net::Context& context, size_t first) : links_(context), first_(first) {}

  void connect(const Keys& keys, const std::string& endpoint, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      links_.connect(endpoint, keys[0].public_key, keys[2 + first_ + i], Links::Before::lost);
    }
    held_.resize(count);
    hello();
  }

  // Until standard input closes; a line of it: the broker is a new one.
  void run() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    while (true) {
      links_.poll(50, [this](size_t link, Frames frames) { take(link, frames); });
      if (::poll(&input, 1, 0) > 0) {
        char bytes[64];
        if (::read(STDIN_FILENO, bytes, sizeof bytes) <= 0) {
          return;
        }
        for (Held& held : held_) {
          held.welcomed = false;
          held.said = 0;
        }
        since_ = now_seconds();
        welcomed_ = 0;
        hello();
      }
      if (welcomed_ < held_.size() && now_seconds() >= hello_at_) {
        hello();
      }
    }
  }

 private:
  struct Held {
    Seq position;
    Digest digest;
    double said = 0;    // HELLO
    double opened = 0;  // anew
    bool welcomed = false;
    bool settled = false;
  };

  bool say(size_t link, wire::Body body) {
    return links_.send(link, wire::encode({0, std::move(body)}).envelope);
  }

  // Once there is a connection. It may go down with it: those who heard nothing say it again.
  void hello() {
    const double now = now_seconds();
    for (size_t link = 0; link < held_.size(); ++link) {
      Held& held = held_[link];
      if (!held.welcomed && now >= held.said + hello_again_seconds) {
        const std::string name = "d" + std::to_string(first_ + link);
        const bool said = say(link, wire::Hello{"screens", name, "gulou-bench", {}, {}});
        held.said = said ? now : held.said;
        if (!said && now - std::max(since_, held.opened) > reopen_seconds) {
          held.opened = now;
          links_.reopen(link);
        }
      }
    }
    hello_at_ = now + look_seconds;
  }

  void take(size_t link, Frames frames) {
    const std::string_view verb = verb_in(frames[0]);
    Held& held = held_[link];
    if (verb == "WELCOME") {
      say(link, wire::Sync{held.position, held.digest, {}});
      if (!std::exchange(held.welcomed, true)) {
        tell(++welcomed_, "welcomed");
      }
    } else if (verb == "PING") {
      say(link, wire::Ping{first_integer(frames[0], "\xa6number"), true});
    } else if (verb == "MANIFEST") {
      say(link, wire::Sync{held.position, held.digest, {}});
    } else if (verb == "DELIVER") {
      deliver(link, frames);
    } else if (verb == "ERROR" && !held.settled && held.position) {
      held.settled = true;
      tell(++settled_, "settled");
    }
  }

  void deliver(size_t link, Frames frames) {
    const auto message = wire::decode(frames);
    CHECK(message.has_value());
    const auto& deliver = std::get<wire::Deliver>(message->body);
    Held& held = held_[link];
    held.position = deliver.position;
    for (const wire::DeliverItem& item : deliver.items) {
      for (const wire::DeliverPart& part : item.parts) {
        fold_held(held.digest, part.digest);
      }
    }
    wire::ReportBatch batch;
    batch.items.push_back({deliver.items.front().seq, deliver.items.back().seq, {}});
    batch.items.front().report.outcome = Outcome::published;
    batch.items.front().report.receipt.level = ReceiptLevel::accepted;
    say(link, std::move(batch));
    wire::ReportBatch nobodys;
    nobodys.items.push_back({{UINT64_MAX}, {UINT64_MAX}, {}});
    nobodys.items.front().report.outcome = Outcome::published;
    nobodys.items.front().report.receipt.level = ReceiptLevel::accepted;
    say(link, std::move(nobodys));
  }

  void tell(size_t count, const char* word) const {
    if (count == held_.size()) {
      std::printf("%s %.6f\n", word, now_seconds());
      std::fflush(stdout);
    }
  }

  Links links_;
  double since_ = now_seconds();
  size_t first_;
  std::vector<Held> held_;
  size_t welcomed_ = 0;
  double hello_at_ = 0;
  size_t settled_ = 0;
};

}  // namespace

int serve_devices(const std::vector<std::string>& arguments) {
  CHECK(arguments.size() == 4);
  raise_descriptor_limit();
  const auto keys = read_keys(arguments[0] + "/keys");
  const auto context = net::Context::open(1);
  if (!keys || !context) {
    return 1;
  }
  Devices devices(*context, std::stoull(arguments[2]));
  devices.connect(*keys, arguments[1], std::stoull(arguments[3]));
  devices.run();
  return 0;
}

}  // namespace gulou::bench
