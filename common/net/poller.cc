#include "common/net/poller.h"

#include "common/base/check.h"

#include <array>
#include <cerrno>

#include <zmq.h>

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

bool Poller::wait(std::chrono::milliseconds timeout) {
  CHECK(timeout.count() >= 0);
  std::array<zmq_pollitem_t, 2 * sources_max> items;
  std::array<size_t, 2 * sources_max> owners;
  size_t count = 0;
  for (size_t i = 0; i < sources_.size(); ++i) {
    Source& source = sources_[i];
    source.readable = false;
    const bool is_socket = source.socket != nullptr;
    items[count] = {is_socket ? source.socket->handle() : nullptr, source.fd, ZMQ_POLLIN, 0};
    owners[count++] = i;
    if (is_socket) {
      items[count] = {source.socket->monitor(), -1, ZMQ_POLLIN, 0};
      owners[count++] = i;
    }
  }
  const int ready =
      zmq_poll(items.data(), static_cast<int>(count), static_cast<long>(timeout.count()));
  CHECK(ready >= 0 || zmq_errno() == EINTR);
  if (ready <= 0) {
    return false;
  }
  for (size_t i = 0; i < count; ++i) {
    if (items[i].revents != 0) {
      sources_[owners[i]].readable = true;
    }
  }
  return true;
}

}  // namespace gulou::net
