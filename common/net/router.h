// RouterSocket is one listener of the broker: CURVE always on, principals from the handshake, one
// queue per connection. Owned and used by one thread, which must not do disk I/O. A ZapHandler must
// run before bind(). Who a message is from is `principal`; `peer` names only this connection.
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
#include <string_view>

namespace gulou::net {

struct RouterOptions {
  std::string
      domain;    // what a key must be allowed for, not empty: "publish", "adapters", "devices"
  KeyPair keys;  // the broker's
  LinkOptions link;
  int backlog = 1024;

  // A listener for ten thousand devices that come back together: long handshakes, long backlog.
  static RouterOptions for_devices(std::string domain, KeyPair keys);
};

class RouterSocket {
 public:
  // Errors: socket_failed, zap_domain_unenforced (this libzmq would admit anyone without a
  // handler).
  static Result<RouterSocket> open(const Context& context, const RouterOptions& options);

  // "tcp://127.0.0.1:5550"; port * takes a free one. Errors, naming the endpoint: port_in_use,
  // port_not_permitted, address_not_here, endpoint_malformed.
  Status bind(const std::string& endpoint);

  // What bind() took, with its port.
  std::string endpoint() const { return socket_->last_endpoint(); }

  // The next message, nothing if none waits. Messages without a principal are thrown away and
  // counted.
  std::optional<Incoming> receive();
  // Never waits. All frames go or none.
  SendOutcome send(std::string_view peer, std::span<const OutFrame> frames);

  const Link& link() const { return socket_->link(); }

  uint64_t strangers() const { return strangers_; }

  Socket& socket() { return *socket_; }

 private:
  explicit RouterSocket(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}

  std::unique_ptr<Socket> socket_;
  uint64_t strangers_ = 0;
};

}  // namespace gulou::net
