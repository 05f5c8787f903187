#include "common/net/router.h"

#include "common/base/check.h"

#include <cerrno>

#include <zmq.h>

namespace gulou::net {

namespace {

// ZMQ_ZAP_ENFORCE_DOMAIN: without it a domain is ignored while no handler runs. A draft symbol, so
// Debian's header hides it; the library knows the number.
constexpr int zap_enforce_domain = 93;
constexpr int strangers_per_call_max = 64;

}  // namespace

RouterOptions RouterOptions::for_devices(std::string domain, KeyPair keys) {
  RouterOptions options{.domain = std::move(domain), .keys = std::move(keys), .link = {}};
  options.link.handshake_ms_max = 60'000;
  options.link.heartbeat_ms = 30'000;
  options.link.heartbeat_timeout_ms = 90'000;
  options.backlog = 4096;
  return options;
}

Result<RouterSocket> RouterSocket::open(const Context& context, const RouterOptions& options) {
  CHECK(!options.domain.empty());
  TRY(key_bytes(options.keys.secret_key));
  std::unique_ptr<Socket> socket = TRY(Socket::open(context, ZMQ_ROUTER));
  TRY(socket->set(options.link));
  TRY(socket->set(ZMQ_ROUTER_MANDATORY, 1));
  TRY(socket->set(ZMQ_ROUTER_HANDOVER, 0));
  TRY(socket->set(ZMQ_BACKLOG, options.backlog));
  TRY(socket->set(ZMQ_CURVE_SERVER, 1));
  TRY(socket->set(ZMQ_CURVE_SECRETKEY, options.keys.secret_key));
  TRY(socket->set(ZMQ_ZAP_DOMAIN, options.domain));
  if (!socket->set(zap_enforce_domain, 1)) {
    return fail(ErrorCode::unavailable, "zap_domain_unenforced");
  }
  return RouterSocket(std::move(socket));
}

Status RouterSocket::bind(const std::string& endpoint) {
  if (endpoint.find('[') != std::string::npos) {
    TRY(socket_->set(ZMQ_IPV6, 1));
  }
  if (zmq_bind(socket_->handle(), endpoint.c_str()) == 0) {
    return {};
  }
  switch (zmq_errno()) {
    case EADDRINUSE:
      return fail(ErrorCode::already_exists, "port_in_use", {}, {endpoint});
    case EACCES:
    case EPERM:
      return fail(ErrorCode::refused, "port_not_permitted", {}, {endpoint});
    case EADDRNOTAVAIL:
    case ENODEV:
      return fail(ErrorCode::invalid_argument, "address_not_here", {}, {endpoint});
    default:
      return fail(ErrorCode::invalid_argument, "endpoint_malformed", {}, {endpoint});
  }
}

std::optional<Incoming> RouterSocket::receive() {
  for (int i = 0; i < strangers_per_call_max; ++i) {
    std::optional<Incoming> incoming = socket_->receive(true);
    if (!incoming) {
      return std::nullopt;
    }
    if (!incoming->frames.empty()) {
      incoming->principal = incoming->frames.front().property("User-Id");
      if (!incoming->principal.empty()) {
        return incoming;
      }
    }
    ++strangers_;
  }
  return std::nullopt;
}

SendOutcome RouterSocket::send(std::string_view peer, std::span<const OutFrame> frames) {
  CHECK(!peer.empty());
  return socket_->send(peer, frames);
}

}  // namespace gulou::net
