// RawClient is a socket that says exactly what a test wants, right or wrong, and reads with a
// deadline. Served is a server for one test, on a port of its own.
#pragma once

#include "common/http/server.h"

#include <chrono>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gulou::testing {

inline constexpr int deadline_ms = 10'000;

class RawClient {
 public:
  explicit RawClient(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }

  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  RawClient(RawClient&&) = delete;
  RawClient& operator=(RawClient&&) = delete;

  ~RawClient() { ::close(fd_); }

  // False when the server has hung up.
  bool say(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // Reads until `text` has come; all that is there so far.
  std::string read_until(std::string_view text) {
    while (seen_.find(text) == std::string::npos && read_more()) {
    }
    return seen_;
  }

  // Reads until the server closes.
  std::string read_to_end() {
    while (read_more()) {
    }
    return seen_;
  }

  void forget() { seen_.clear(); }

  bool ended() const { return ended_; }

 private:
  bool read_more() {
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, deadline_ms) != 1) {
      ADD_FAILURE() << "nothing came within the deadline; so far: " << seen_;
      return false;
    }
    char bytes[16384];
    const ssize_t got = ::recv(fd_, bytes, sizeof(bytes), 0);
    if (got <= 0) {
      ended_ = true;
      return false;
    }
    seen_.append(bytes, static_cast<size_t>(got));
    return true;
  }

  int fd_;
  std::string seen_;
  bool ended_ = false;
};

// Asks `done` again and again until it says yes; false when the deadline passes first.
template <class Condition>
bool eventually(Condition done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline_ms);
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) {
      return false;
    }
    ::poll(nullptr, 0, 2);
  }
  return true;
}

struct Served {
  HttpServer server;

  Served(HttpServerOptions options, HttpServer::Handler handler)
      : server(std::move(options), std::move(handler)) {
    const Status listening = server.listen();
    EXPECT_TRUE(listening.has_value());
  }

  std::string url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(server.port()) + std::string(path);
  }
};

inline void echo_path(HttpRequest request, Responder responder) {
  responder.answer(text_answer(200, "text/plain", request.path + "|" + request.body));
}

}  // namespace gulou::testing
