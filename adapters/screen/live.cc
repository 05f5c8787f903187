#include "adapters/screen/live.h"

#include <chrono>
#include <utility>

namespace gulou {
namespace {

constexpr std::chrono::milliseconds look_every{500};

}  // namespace

ScreenLive::ScreenLive(std::function<Utc()> due)
    : due_(std::move(due)), thread_([this] { run(); }) {}

ScreenLive::~ScreenLive() {
  box_.close();
  thread_.join();
}

void ScreenLive::join(EventStream stream) {
  static_cast<void>(box_.try_send(std::move(stream)));
}

void ScreenLive::changed() {
  static_cast<void>(box_.try_send(Changed{}));
}

void ScreenLive::tell_all() {
  std::erase_if(streams_, [](EventStream& stream) { return !stream.send("items", "{}"); });
}

void ScreenLive::run() {
  Utc told = read_clocks().utc;
  while (true) {
    auto items = box_.receive(limits::http_event_streams_max, look_every);
    if (items.empty() && box_.closed()) {
      return;
    }
    bool changed = false;
    for (auto& item : items) {
      if (auto* stream = std::get_if<EventStream>(&item)) {
        if (stream->send("begin", "{}")) {
          streams_.push_back(std::move(*stream));
        }
      } else {
        changed = true;
      }
    }
    const Utc now = read_clocks().utc;
    const Utc due = due_();
    if (changed || (due && due > told && due <= now)) {
      told = now;
      tell_all();
    }
    std::erase_if(streams_, [](const EventStream& stream) { return !stream.open(); });
  }
}

}  // namespace gulou
