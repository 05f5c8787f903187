#include "common/base/mailbox.h"

#include "common/base/check.h"

#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace gulou {

WakeUp::WakeUp() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  CHECK(fd_ >= 0);
}

WakeUp::~WakeUp() {
  close(fd_);
}

void WakeUp::signal() const {
  const uint64_t one = 1;
  // Fails only when the counter is already huge, which is as readable as can be.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
}

void WakeUp::clear() const {
  uint64_t count = 0;
  // Fails only when nothing was signalled.
  [[maybe_unused]] const ssize_t got = read(fd_, &count, sizeof count);
}

}  // namespace gulou
