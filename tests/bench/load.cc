#include "tests/bench/load.h"

#include "common/wire/codec.h"
#include "tests/bench/peek.h"

#include <cstdio>
#include <cstdlib>

namespace gulou::bench {
namespace {

constexpr double patience_seconds = 120;
constexpr uint64_t credit_messages = 1024;
constexpr uint64_t credit_bytes = 8 * 1024 * 1024;

std::string packed(uint64_t correlation, wire::Body body) {
  return wire::encode({correlation, std::move(body)}).envelope;
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "gulou-bench: %s\n", why.c_str());
  std::exit(1);
}

}  // namespace

template <class Done>
void Load::until(Done done, const char* what) {
  const double deadline = now_seconds() + patience_seconds;
  while (!done()) {
    poll(1000);
    if (now_seconds() > deadline) {
      give_up(std::string("waited in vain for ") + what);
    }
  }
}

Load::Load(const Home& home, const std::vector<std::string>& ready)
    : context_(*net::Context::open(1)), links_(context_), adapters_(home.adapters()) {
  const std::string& server_key = home.keys()[0].public_key;
  links_.connect(ready.at(1), server_key, home.keys()[1]);
  for (size_t i = 0; i < adapters_.size(); ++i) {
    const std::string number = std::to_string(i);
    const size_t link = links_.connect(ready.at(2), server_key, home.keys()[2 + i]);
    links_.send(link, packed(1, wire::Hello{"c" + number, "a" + number, "gulou-bench"}));
  }
  until([&] { return welcomed_ == adapters_.size(); }, "WELCOME");
}

void Load::poll(int timeout_ms) {
  links_.poll(timeout_ms, [this](size_t link, Frames frames) { take(link, frames); });
}

void Load::submit(std::string_view release) {
  wire::Submit message;
  if (approvals) {
    message.approvals = approvals(sent_at_.size());
  }
  sent_at_.push_back(now_seconds());
  links_.send(0, packed(sent_at_.size(), std::move(message)), release);
}

void Load::publish(Bodies& bodies, uint64_t count, uint64_t outstanding, Samples* acks) {
  acks_ = acks;
  const uint64_t last = submitted() + count;
  until(
      [&] {
        while (submitted() < last && submitted() - accepted_ < outstanding) {
          submit(bodies.release(submitted()));
        }
        return accepted_ == last;
      },
      "receipts");
  acks_ = nullptr;
}

void Load::grant() {
  granted_ = true;
  for (size_t i = 0; i < adapters_.size(); ++i) {
    give_credit(1 + i, adapters_[i]);
  }
}

void Load::give_credit(size_t link, const Adapter& adapter) {
  links_.send(
      link,
      packed(0, wire::Credit{adapter.messages + credit_messages, adapter.bytes + credit_bytes}));
}

void Load::consume(uint64_t each) {
  settled_ = 0;
  goal_ = each;
  for (Adapter& adapter : adapters_) {
    adapter.settled = false;
  }
  until([&] { return settled_ == adapters_.size(); }, "durable reports");
}

void Load::ask_status() {
  status_known_ = false;
  links_.send(0, packed(1, wire::StatusQuery{std::string(id_prefix) + "00000000"}));
  until([&] { return status_known_; }, "STATUS_IS");
}

void Load::take(size_t link, Frames frames) {
  const std::string_view verb = verb_in(frames[0]);
  if (verb == "PING") {
    links_.send(link, packed(0, wire::Ping{first_integer(frames[0], "\xa6number"), true}));
  } else if (link == 0) {
    take_publisher(verb, frames);
  } else {
    take_adapter(link, verb, frames);
  }
}

void Load::take_publisher(std::string_view verb, Frames frames) {
  if (verb == "ACCEPTED") {
    ++accepted_;
    const uint64_t number = first_integer(frames[0],
                                          "\xa4"
                                          "corr");
    if (acks_ != nullptr && number > 0 && number <= sent_at_.size()) {
      acks_->add(now_seconds() - sent_at_[number - 1]);
    }
  } else if (verb == "STATUS_IS") {
    status_known_ = true;
  } else {
    const auto message = wire::decode(frames);
    const auto* refused = message ? std::get_if<wire::Refused>(&message->body) : nullptr;
    give_up("the broker said " + std::string(verb) + " " +
            (refused != nullptr ? describe(refused->errors.front()) : std::string()));
  }
}

void Load::take_adapter(size_t link, std::string_view verb, Frames frames) {
  Adapter& adapter = adapters_[link - 1];
  if (verb == "DELIVER") {
    deliver(link, adapter, frames);
  } else if (verb == "WELCOME") {
    adapter.welcomed = true;
    ++welcomed_;
  } else if (verb == "ERROR" && !adapter.settled && adapter.messages >= goal_) {
    adapter.settled = true;
    ++settled_;
  } else {
    give_up("adapter " + std::to_string(link - 1) + " was told " + std::string(verb));
  }
}

void Load::deliver(size_t link, Adapter& adapter, Frames frames) {
  ++delivers_;
  const LeaseNo lease{first_integer(frames[0], "\xa5lease")};
  const Seq from{first_integer(frames[1], "\xa3seq")};
  const Seq to{last_integer(frames[1], "\xa3seq")};
  adapter.messages += items_in(frames[1]);
  adapter.bytes += frames[2].size();
  if (on_deliver) {
    on_deliver(link - 1, frames[1]);
  }
  wire::ReportBatch batch{lease, {}};
  batch.items.push_back({from, to, {}});
  batch.items.front().report.receipt.level = ReceiptLevel::seen_public;
  links_.send(link, packed(0, std::move(batch)));
  give_credit(link, adapter);
  if (adapter.messages >= goal_) {
    links_.send(link, packed(1, wire::Progress{{UINT64_MAX}, to, 0, {}}));
  }
}

}  // namespace gulou::bench
