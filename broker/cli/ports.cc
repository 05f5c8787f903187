#include "broker/cli/ports.h"

#include <cerrno>
#include <optional>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gulou::cli {
namespace {

// Binds as a listener would, SO_REUSEADDR included, and gives the port back at once.
std::optional<uint16_t> bind_once(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return std::nullopt;
  }
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  const bool bound =
      ::bind(fd, plain, size) == 0 && ::listen(fd, 1) == 0 && ::getsockname(fd, plain, &size) == 0;
  const int error = errno;
  ::close(fd);
  errno = error;
  return bound ? std::optional<uint16_t>(ntohs(address.sin_port)) : std::nullopt;
}

}  // namespace

bool is_port_free(uint16_t port) {
  return bind_once(port).has_value();
}

Result<uint16_t> find_free_port() {
  if (const auto port = bind_once(0)) {
    return *port;
  }
  return fail(ErrorCode::unavailable,
              "socket_failed",
              {},
              {"bind", std::generic_category().message(errno)});
}

}  // namespace gulou::cli
