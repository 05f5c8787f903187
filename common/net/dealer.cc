#include "common/net/dealer.h"

#include <zmq.h>

namespace gulou::net {

Result<DealerSocket> DealerSocket::open(const Context& context, DealerOptions options) {
  TRY(key_bytes(options.server_key));
  TRY(key_bytes(options.keys.public_key));
  TRY(key_bytes(options.keys.secret_key));
  std::unique_ptr<Socket> socket = TRY(Socket::open(context, ZMQ_DEALER));
  DealerSocket dealer(std::move(socket), std::move(options));
  TRY(dealer.connect());
  return dealer;
}

Status DealerSocket::reopen() {
  TRY(socket_->reset());
  return connect();
}

Status DealerSocket::connect() {
  TRY(socket_->set(options_.link));
  // Not ZMQ_IMMEDIATE: with it libzmq 4.3 drops the connection's queue between two frames of one
  // message, and aborts (fq.cpp, "!_more"). We throw the queue away ourselves.
  TRY(socket_->set(ZMQ_IMMEDIATE, 0));
  TRY(socket_->set(ZMQ_RECONNECT_IVL, options_.reconnect_ms_first));
  TRY(socket_->set(ZMQ_RECONNECT_IVL_MAX, options_.reconnect_ms_max));
  TRY(socket_->set(ZMQ_CONNECT_TIMEOUT, options_.connect_ms_max));
  TRY(socket_->set(ZMQ_CURVE_SERVERKEY, options_.server_key));
  TRY(socket_->set(ZMQ_CURVE_PUBLICKEY, options_.keys.public_key));
  TRY(socket_->set(ZMQ_CURVE_SECRETKEY, options_.keys.secret_key));
  if (options_.endpoint.find('[') != std::string::npos) {
    TRY(socket_->set(ZMQ_IPV6, 1));
  }
  if (zmq_connect(socket_->handle(), options_.endpoint.c_str()) != 0) {
    return fail(ErrorCode::invalid_argument, "endpoint_malformed", {}, {options_.endpoint});
  }
  return {};
}

std::optional<Incoming> DealerSocket::receive() {
  auto incoming = socket_->receive(false);
  if (!incoming) {
    drop_lost();
  }
  return incoming;
}

// What is queued was meant for the connection that is gone.
void DealerSocket::drop_lost() {
  const uint64_t lost = socket_->link().lost;
  if (lost != lost_ && reopen()) {
    lost_ = lost;
  }
}

SendOutcome DealerSocket::send(std::span<const OutFrame> frames) {
  if (!link().connected) {
    socket_->read_monitor();
    drop_lost();
  }
  return link().connected ? socket_->send({}, frames) : SendOutcome::full;
}

}  // namespace gulou::net
