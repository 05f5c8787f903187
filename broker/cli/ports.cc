#include "broker/cli/ports.h"

#include "common/crypto/random.h"

#include <cerrno>
#include <optional>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gulou::cli {
namespace {

// Below the ports that systems take for outgoing connections (Linux from 32768, others from 49152):
// what listens there finds its port free after every restart.
constexpr uint64_t first_port = 20'000;
constexpr uint64_t port_count = 10'000;
constexpr int port_tries = 100;

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
  for (int i = 0; i < port_tries; ++i) {
    if (const auto port =
            bind_once(static_cast<uint16_t>(first_port + random_u64() % port_count))) {
      return *port;
    }
  }
  if (const auto port = bind_once(0)) {
    return *port;
  }
  return fail(ErrorCode::unavailable,
              "socket_failed",
              {},
              {"bind", std::generic_category().message(errno)});
}

}  // namespace gulou::cli
