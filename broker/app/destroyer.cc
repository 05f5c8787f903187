#include "broker/app/destroyer.h"

#include "common/base/limits.h"
#include "common/base/log.h"

#include <deque>
#include <utility>

#include <unistd.h>

namespace gulou {

// The core asks for no more at once than may be open.
Destroyer::Destroyer(Journal& journal, Done done)
    : journal_(journal),
      done_(std::move(done)),
      asked_(limits::confirmations_max),
      thread_([this] { run(); }) {}

Destroyer::~Destroyer() {
  asked_.close();
  thread_.join();
}

void Destroyer::ask(SendDestroy what) {
  static_cast<void>(asked_.send(std::move(what)));
}

void Destroyer::run() {
  std::deque<SendDestroy> waiting;
  while (!asked_.closed()) {
    const auto pause = std::chrono::milliseconds(limits::destroy_retry_ms);
    for (SendDestroy& what : asked_.receive(limits::confirmations_max, pause)) {
      waiting.push_back(std::move(what));
    }
    while (!waiting.empty() && !asked_.closed() && destroy(waiting.front())) {
      waiting.pop_front();
    }
  }
}

// False: once more in a while.
bool Destroyer::destroy(const SendDestroy& what) {
  const Status status = journal_.destroy(what);
  if (!status && status.error().code == ErrorCode::timed_out) {
    log::info("erasure.waits", {{"confirmation", what.confirmation.value}});
    return false;
  }
  if (!status) {
    log::error("erasure.failed", {{"error", describe(status.error())}});
    _exit(1);
  }
  done_(what.confirmation);
  return true;
}

}  // namespace gulou
