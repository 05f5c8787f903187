#include "common/net/poller.h"

#include "common/base/check.h"

#include <array>
#include <cerrno>

#include <poll.h>

namespace gulou::net {

namespace {

constexpr size_t sources_max = 16;

}  // namespace

size_t Poller::add(Socket& socket) {
  CHECK(sources_.size() < sources_max);
  sources_.push_back({.socket = &socket});
  return sources_.size() - 1;
}

size_t Poller::add(int fd) {
  CHECK(sources_.size() < sources_max);
  sources_.push_back({.fd = fd});
  return sources_.size() - 1;
}

// Not zmq_poll(): that asks each socket for its state before and after sleeping, with a system call
// each time, and a broker's loop would spend more on it than on its work.
bool Poller::wait(std::chrono::milliseconds timeout) {
  CHECK(timeout.count() >= 0);
  std::array<pollfd, 2 * sources_max> items;
  std::array<Source*, 2 * sources_max> owners;
  size_t count = 0;
  const auto look_at = [&](int fd, Source& source) {
    items[count] = {fd, POLLIN, 0};
    owners[count++] = &source;
  };
  bool any = false;
  for (Source& source : sources_) {
    source.readable = source.socket != nullptr && source.socket->pending();
    any = any || source.readable;
    if (source.socket != nullptr) {
      look_at(source.socket->fd(), source);
      look_at(source.socket->monitor_fd(), source);
    } else {
      look_at(source.fd, source);
    }
  }
  const int ready = ::poll(items.data(), count, any ? 0 : static_cast<int>(timeout.count()));
  CHECK(ready >= 0 || errno == EINTR);
  for (size_t i = 0; ready > 0 && i < count; ++i) {
    if (items[i].revents != 0) {
      owners[i]->readable = true;
      any = true;
    }
  }
  return any;
}

}  // namespace gulou::net
