// Poller waits for several sockets and descriptors at once. One thread. Sockets stay owned by
// others and must outlive the Poller; a reopened DealerSocket needs no new add(). A socket also
// becomes readable when its connection changes, so call its receive() until it returns nothing.
#pragma once

#include "common/net/socket.h"

#include <chrono>
#include <cstddef>
#include <vector>

namespace gulou::net {

class Poller {
 public:
  // Each returns the index for readable().
  size_t add(Socket& socket);
  size_t add(int fd);

  // True if anything is readable; false after `timeout` or a signal.
  bool wait(std::chrono::milliseconds timeout);

  // As of the last wait().
  bool readable(size_t index) const { return sources_[index].readable; }

 private:
  struct Source {
    Socket* socket = nullptr;
    int fd = -1;
    bool readable = false;
  };

  std::vector<Source> sources_;
};

}  // namespace gulou::net
