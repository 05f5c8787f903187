#include "tests/bench/links.h"

#include "common/base/check.h"

#include <array>
#include <cerrno>

#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

namespace gulou::bench {
namespace {

constexpr size_t frames_max = 4;
constexpr int sockets_max = 16'000;

void set(void* socket, int option, int value) {
  CHECK(zmq_setsockopt(socket, option, &value, sizeof value) == 0);
}

void set(void* socket, int option, const std::string& value) {
  CHECK(zmq_setsockopt(socket, option, value.data(), value.size()) == 0);
}

}  // namespace

Links::Links(const net::Context& context)
    : context_(context.handle()), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  CHECK(epoll_ >= 0);
  zmq_ctx_set(context_, ZMQ_MAX_SOCKETS, sockets_max);
}

Links::~Links() {
  for (const Link& link : links_) {
    zmq_close(link.socket);
  }
  close(epoll_);
}

size_t Links::connect(const std::string& endpoint,
                      const std::string& server_key,
                      const net::KeyPair& keys,
                      Before before) {
  links_.push_back({endpoint, server_key, keys, before});
  open(links_.size() - 1);
  return links_.size() - 1;
}

void Links::reopen(size_t number) {
  zmq_close(links_[number].socket);  // which takes its descriptor out of the epoll
  open(number);
}

void Links::open(size_t number) {
  Link& link = links_[number];
  void* socket = zmq_socket(context_, ZMQ_DEALER);
  CHECK(socket != nullptr);
  set(socket, ZMQ_LINGER, 0);
  set(socket, ZMQ_SNDHWM, 0);
  set(socket, ZMQ_RCVHWM, 1000);
  // As devices have it: thousands come at once.
  set(socket, ZMQ_HANDSHAKE_IVL, 60'000);
  set(socket, ZMQ_IMMEDIATE, link.before == Before::lost ? 1 : 0);
  set(socket, ZMQ_RECONNECT_IVL, 200);
  set(socket, ZMQ_RECONNECT_IVL_MAX, 30'000);
  set(socket, ZMQ_CURVE_SERVERKEY, link.server_key);
  set(socket, ZMQ_CURVE_PUBLICKEY, link.keys.public_key);
  set(socket, ZMQ_CURVE_SECRETKEY, link.keys.secret_key);
  CHECK(zmq_connect(socket, link.endpoint.c_str()) == 0);
  int fd = -1;
  size_t size = sizeof fd;
  CHECK(zmq_getsockopt(socket, ZMQ_FD, &fd, &size) == 0);
  link.socket = socket;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = number;
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0);
}

bool Links::send(size_t number, std::string_view first, std::string_view second) {
  Link& link = links_[number];
  const int more = second.empty() ? 0 : ZMQ_SNDMORE;
  if (zmq_send(link.socket, first.data(), first.size(), more | ZMQ_DONTWAIT) < 0) {
    CHECK(errno == EAGAIN);
    return false;
  }
  if (!second.empty()) {
    CHECK(zmq_send(link.socket, second.data(), second.size(), ZMQ_DONTWAIT) >= 0);
  }
  if (!link.sent) {
    link.sent = true;
    sent_.push_back(number);
  }
  return true;
}

void Links::poll(int timeout_ms, const Handler& handler) {
  std::array<epoll_event, 64> events;
  const int ready = epoll_wait(
      epoll_, events.data(), static_cast<int>(events.size()), sent_.empty() ? timeout_ms : 0);
  for (int i = 0; i < ready; ++i) {
    drain(events[static_cast<size_t>(i)].data.u64, handler);
  }
  while (!sent_.empty()) {
    const size_t number = sent_.back();
    sent_.pop_back();
    links_[number].sent = false;
    drain(number, handler);
  }
}

void Links::drain(size_t number, const Handler& handler) {
  std::array<zmq_msg_t, frames_max> messages;
  std::array<std::string_view, frames_max> frames;
  while (true) {
    size_t count = 0;
    bool more = true;
    while (more) {
      CHECK(count < frames_max);
      zmq_msg_t* message = &messages[count];
      zmq_msg_init(message);
      if (zmq_msg_recv(message, links_[number].socket, ZMQ_DONTWAIT) < 0) {
        CHECK(zmq_errno() == EAGAIN && count == 0);
        zmq_msg_close(message);
        return;
      }
      frames[count++] = {static_cast<const char*>(zmq_msg_data(message)), zmq_msg_size(message)};
      more = zmq_msg_more(message) != 0;
    }
    handler(number, Frames(frames.data(), count));
    for (size_t i = 0; i < count; ++i) {
      zmq_msg_close(&messages[i]);
    }
  }
}

}  // namespace gulou::bench
