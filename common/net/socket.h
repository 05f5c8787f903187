// Socket is the ZeroMQ socket, with its monitor, that RouterSocket and DealerSocket stand on.
// Internal to this room. One thread at a time. Queues are limited in messages only as a backstop:
// what bounds memory is credit in bytes (common/wire).
#pragma once

#include "common/base/limits.h"
#include "common/base/result.h"
#include "common/net/context.h"
#include "common/net/frame.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gulou::net {

// Both ends of a connection use these. Defaults are those of the publisher and adapter listeners.
struct LinkOptions {
  size_t frame_bytes_max = limits::frame_bytes_max;  // a peer that sends more is disconnected
  int queue_messages_max = 64;                       // received from a peer and not yet taken
  int send_queue_messages_max = 64;                  // to a peer and not yet on its way
  int handshake_ms_max = 5'000;
  int heartbeat_ms = 5'000;
  int heartbeat_timeout_ms = 15'000;
  int linger_ms = 0;  // how long closing waits for what is queued
};

// What the monitor has seen since the socket was first opened.
struct Link {
  bool connected = false;  // DEALER only
  bool dead = false;  // DEALER: ZeroMQ has given up after a refused handshake; reopen() is needed
  uint64_t handshakes = 0;
  uint64_t disconnects = 0;
  uint64_t lost = 0;  // DEALER: disconnects of what had been connected
  uint64_t auth_failures = 0;
  uint64_t protocol_failures = 0;
  uint64_t other_failures = 0;  // closed by the other end during the handshake, or it took too long
  uint64_t accept_failures = 0;  // out of descriptors
};

class Socket {
 public:
  // type: ZMQ_ROUTER … Errors: socket_failed.
  static Result<std::unique_ptr<Socket>> open(const Context& context, int type);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket(Socket&&) = delete;
  Socket& operator=(Socket&&) = delete;

  // Errors: socket_failed naming the option's number.
  Status set(int option, int value);
  Status set(int option, std::string_view value);
  Status set(const LinkOptions& options);

  // Closes the ZeroMQ socket and makes a new one without options; the monitor's counts stay.
  Status reset();

  // Nothing when no message waits. Reads the monitor then.
  std::optional<Incoming> receive(bool with_peer);
  SendOutcome send(std::string_view peer, std::span<const OutFrame> frames);

  void read_monitor();

  // Whether a message may wait of which the descriptors do not tell: ZeroMQ makes them readable for
  // what arrives after the socket was last found empty, and whatever else is done with the socket
  // may take that away.
  bool pending();

  // Readable when there is something to look at. Valid until reset().
  int fd() const { return fd_; }

  int monitor_fd() const { return monitor_fd_; }

  const Link& link() const { return link_; }

  std::string last_endpoint() const;

  void* handle() const { return handle_; }

 private:
  Socket(const Context& context, int type) : context_(context.handle()), type_(type) {}

  Status make();
  void close();
  bool receive_frame(Frame& frame);

  void* context_;
  int type_;
  void* handle_ = nullptr;
  void* monitor_ = nullptr;
  int fd_ = -1;
  int monitor_fd_ = -1;
  bool found_empty_ = false;  // and nothing was done since that could have hidden a message
  Link link_;
};

}  // namespace gulou::net
