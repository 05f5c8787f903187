// The other end of limits_wire.cc: nothing but a ROUTER with CURVE, as fast as libzmq goes. Peers
// say their number first and in every acknowledgement.
#include "common/base/check.h"
#include "common/net/context.h"
#include "tests/bench/child.h"
#include "tests/bench/material.h"
#include "tests/bench/serve.h"

#include <cstdio>
#include <cstring>

#include <zmq.h>

namespace gulou::bench {
namespace {

class Router {
 public:
  Router(const net::Context& context, const net::KeyPair& keys, size_t peers, size_t bytes)
      : ids_(peers), payload_(bytes, 'x') {
    socket_ = zmq_socket(context.handle(), ZMQ_ROUTER);
    const int yes = 1;
    const int none = 0;
    CHECK(zmq_setsockopt(socket_, ZMQ_CURVE_SERVER, &yes, sizeof yes) == 0);
    CHECK(zmq_setsockopt(socket_, ZMQ_ROUTER_MANDATORY, &yes, sizeof yes) == 0);
    CHECK(zmq_setsockopt(socket_, ZMQ_LINGER, &none, sizeof none) == 0);
    CHECK(zmq_setsockopt(
              socket_, ZMQ_CURVE_SECRETKEY, keys.secret_key.data(), keys.secret_key.size()) == 0);
    CHECK(zmq_bind(socket_, "tcp://127.0.0.1:*") == 0);
  }

  ~Router() { zmq_close(socket_); }

  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  void say_ready() {
    char endpoint[128] = {};
    size_t size = sizeof endpoint;
    CHECK(zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, endpoint, &size) == 0);
    std::printf("ready %s\n", endpoint);
    std::fflush(stdout);
  }

  void wait_for_peers() {
    for (size_t known = 0; known < ids_.size(); ++known) {
      char id[256];
      const int size = zmq_recv(socket_, id, sizeof id, 0);
      CHECK(size > 0);
      uint32_t number = 0;
      CHECK(zmq_recv(socket_, &number, sizeof number, 0) == sizeof number);
      CHECK(number < ids_.size());
      ids_[number].assign(id, static_cast<size_t>(size));
    }
  }

  void send(uint32_t peer, zmq_msg_t& message) {
    CHECK(zmq_send(socket_, ids_[peer].data(), ids_[peer].size(), ZMQ_SNDMORE) > 0);
    CHECK(zmq_msg_send(&message, socket_, 0) >= 0);
  }

  void send_payload(uint32_t peer) {
    zmq_msg_t message;
    zmq_msg_init_data(&message, payload_.data(), payload_.size(), nullptr, nullptr);
    send(peer, message);
  }

  // The next message, its bytes in `message`.
  void receive(zmq_msg_t& message) {
    CHECK(zmq_msg_recv(&message, socket_, 0) >= 0);
    CHECK(zmq_msg_recv(&message, socket_, 0) >= 0);
  }

  size_t peers() const { return ids_.size(); }

 private:
  void* socket_;
  std::vector<std::string> ids_;
  std::string payload_;
};

// Each peer gets `each` messages and acknowledges each; `window` are on the way to a peer at most.
void fan(Router& router, uint64_t each, uint64_t window) {
  std::vector<uint64_t> left(router.peers(), each);
  uint64_t open = 0;
  const auto send_to = [&](uint32_t peer) {
    if (left[peer] > 0) {
      --left[peer];
      ++open;
      router.send_payload(peer);
    }
  };
  for (uint64_t i = 0; i < window; ++i) {
    for (uint32_t peer = 0; peer < router.peers(); ++peer) {
      send_to(peer);
    }
  }
  zmq_msg_t ack;
  zmq_msg_init(&ack);
  while (open > 0) {
    router.receive(ack);
    uint32_t peer = 0;
    std::memcpy(&peer, zmq_msg_data(&ack), sizeof peer);
    --open;
    send_to(peer);
  }
  zmq_msg_close(&ack);
}

// One peer, one way; it answers once, after the last.
void stream(Router& router, uint64_t total) {
  for (uint64_t i = 0; i < total; ++i) {
    router.send_payload(0);
  }
  zmq_msg_t done;
  zmq_msg_init(&done);
  router.receive(done);
  zmq_msg_close(&done);
}

// Whatever the last peer says goes to all others, until it says nothing.
void relay(Router& router) {
  zmq_msg_t message;
  zmq_msg_init(&message);
  while (true) {
    router.receive(message);
    if (zmq_msg_size(&message) < 64) {
      break;
    }
    for (uint32_t peer = 0; peer + 1 < router.peers(); ++peer) {
      zmq_msg_t copy;
      zmq_msg_init(&copy);
      zmq_msg_copy(&copy, &message);
      router.send(peer, copy);
    }
  }
  zmq_msg_close(&message);
}

}  // namespace

// mode home io_threads peers count bytes window
int serve_bare(const std::vector<std::string>& arguments) {
  CHECK(arguments.size() == 7);
  raise_descriptor_limit();
  const auto number = [&](size_t at) { return std::stoull(arguments[at]); };
  const auto keys = read_keys(arguments[1] + "/keys");
  const auto context = net::Context::open(static_cast<int>(number(2)));
  if (!keys || !context) {
    return 1;
  }
  Router router(*context, keys->front(), number(3), number(5));
  router.say_ready();
  router.wait_for_peers();
  std::printf("met\n");
  std::fflush(stdout);
  const double start = now_seconds();
  if (arguments[0] == "fan") {
    fan(router, number(4), number(6));
  } else if (arguments[0] == "stream") {
    stream(router, number(4));
  } else {
    relay(router);
  }
  std::printf("took %.6f\n", now_seconds() - start);
  std::fflush(stdout);
  return 0;
}

}  // namespace gulou::bench
