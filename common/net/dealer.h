// DealerSocket is the client's end: one broker, CURVE, ZeroMQ's own reconnecting with back-off.
// Nothing is queued while there is no connection, and nothing outlives the one it was meant for.
// Owned and used by one thread. Where the broker stays silent or refused us (link().dead), the
// owner calls reopen() after a back-off of its own; many devices that start together delay open()
// by a random time of their own.
#pragma once

#include "common/base/result.h"
#include "common/net/context.h"
#include "common/net/frame.h"
#include "common/net/keys.h"
#include "common/net/socket.h"

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace gulou::net {

struct DealerOptions {
  std::string endpoint;
  std::string server_key;  // the broker's public key
  KeyPair keys;            // our own
  LinkOptions link;
  int reconnect_ms_first = 200;
  int reconnect_ms_max = 30'000;
  int connect_ms_max = 10'000;
};

class DealerSocket {
 public:
  // Connecting goes on in the background. Errors: key_malformed, endpoint_malformed, socket_failed.
  static Result<DealerSocket> open(const Context& context, DealerOptions options);

  // Throws away the socket with everything queued and connects anew.
  Status reopen();

  std::optional<Incoming> receive();
  // `full` while not connected.
  SendOutcome send(std::span<const OutFrame> frames);

  // As of the last receive() that returned nothing.
  const Link& link() const { return socket_->link(); }

  Socket& socket() { return *socket_; }

 private:
  DealerSocket(std::unique_ptr<Socket> socket, DealerOptions options)
      : socket_(std::move(socket)), options_(std::move(options)) {}

  Status connect();
  void drop_lost();

  std::unique_ptr<Socket> socket_;
  DealerOptions options_;
  uint64_t lost_ = 0;  // as many as were thrown away
};

}  // namespace gulou::net
