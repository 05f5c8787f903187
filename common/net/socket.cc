#include "common/net/socket.h"

#include "common/base/check.h"

#include <atomic>
#include <cerrno>
#include <cstring>

#include <zmq.h>

namespace gulou::net {

namespace {

// A frame on the wire is this much longer than its bytes: CURVE's MESSAGE command.
constexpr int64_t curve_overhead_bytes = 64;
// Shorter shared buffers are copied: cheaper than counting references across threads.
constexpr size_t share_bytes_min = 1024;

constexpr size_t frames_usual = 3;
constexpr int tcp_silence_ms_max = 30'000;
constexpr int monitored_events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                                 ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                                 ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_DISCONNECTED |
                                 ZMQ_EVENT_ACCEPT_FAILED;

Error failed(std::string what) {
  return {ErrorCode::internal, "socket_failed", {}, {std::move(what), zmq_strerror(zmq_errno())}};
}

void let_go(void* /*data*/, void* hint) {
  delete static_cast<SharedBytes*>(hint);
}

int descriptor_of(void* socket) {
  int fd = -1;
  size_t size = sizeof fd;
  CHECK(zmq_getsockopt(socket, ZMQ_FD, &fd, &size) == 0);
  return fd;
}

zmq_msg_t* message_of(Frame& frame) {
  return static_cast<zmq_msg_t*>(frame.message());
}

// A ZeroMQ message of these bytes, sharing the buffer where that pays.
void fill(zmq_msg_t* message, const OutFrame& frame) {
  const std::string_view bytes = frame.view();
  if (frame.shared() && bytes.size() >= share_bytes_min) {
    auto hold = std::make_unique<SharedBytes>(frame.shared());
    CHECK(zmq_msg_init_data(
              message, const_cast<char*>(bytes.data()), bytes.size(), let_go, hold.get()) == 0);
    static_cast<void>(hold.release());  // let_go deletes it
    return;
  }
  CHECK(zmq_msg_init_size(message, bytes.size()) == 0);
  if (!bytes.empty()) {
    std::memcpy(zmq_msg_data(message), bytes.data(), bytes.size());
  }
}

SendOutcome outcome_of_failure() {
  const int error = zmq_errno();
  if (error == EHOSTUNREACH) {
    return SendOutcome::gone;
  }
  CHECK(error == EAGAIN || error == EINTR);
  return SendOutcome::full;
}

}  // namespace

Result<std::unique_ptr<Socket>> Socket::open(const Context& context, int type) {
  std::unique_ptr<Socket> socket(new Socket(context, type));
  TRY(socket->make());
  return socket;
}

Socket::~Socket() {
  close();
}

Status Socket::reset() {
  close();
  link_.connected = false;
  link_.dead = false;
  return make();
}

Status Socket::make() {
  static std::atomic<uint64_t> serial{0};
  const std::string address = "inproc://gulou-monitor-" + std::to_string(serial.fetch_add(1));
  handle_ = zmq_socket(context_, type_);
  if (handle_ == nullptr) {
    return fail(failed("socket"));
  }
  if (zmq_socket_monitor(handle_, address.c_str(), monitored_events) != 0) {
    return fail(failed("monitor"));
  }
  monitor_ = zmq_socket(context_, ZMQ_PAIR);
  if (monitor_ == nullptr) {
    return fail(failed("monitor"));
  }
  // Without a limit: an I/O thread would wait for us at a full monitor. Every receive() empties it.
  const int unlimited = 0;
  if (zmq_setsockopt(monitor_, ZMQ_RCVHWM, &unlimited, sizeof unlimited) != 0 ||
      zmq_connect(monitor_, address.c_str()) != 0) {
    return fail(failed("monitor"));
  }
  fd_ = descriptor_of(handle_);
  monitor_fd_ = descriptor_of(monitor_);
  found_empty_ = false;
  read_monitor();  // finds it empty: from now on its descriptor tells
  return set(ZMQ_LINGER, 0);
}

void Socket::close() {
  if (handle_ != nullptr) {
    zmq_socket_monitor(handle_, nullptr, 0);
  }
  if (monitor_ != nullptr) {
    zmq_close(monitor_);
    monitor_ = nullptr;
  }
  if (handle_ != nullptr) {
    zmq_close(handle_);
    handle_ = nullptr;
  }
}

Status Socket::set(int option, int value) {
  if (zmq_setsockopt(handle_, option, &value, sizeof value) != 0) {
    return fail(failed("option " + std::to_string(option)));
  }
  return {};
}

Status Socket::set(int option, std::string_view value) {
  if (zmq_setsockopt(handle_, option, value.data(), value.size()) != 0) {
    return fail(failed("option " + std::to_string(option)));
  }
  return {};
}

Status Socket::set(const LinkOptions& options) {
  const int64_t message_bytes_max =
      static_cast<int64_t>(options.frame_bytes_max) + curve_overhead_bytes;
  if (zmq_setsockopt(handle_, ZMQ_MAXMSGSIZE, &message_bytes_max, sizeof message_bytes_max) != 0) {
    return fail(failed("option " + std::to_string(ZMQ_MAXMSGSIZE)));
  }

  const struct {
    int option;
    int value;
  } values[] = {
      {ZMQ_SNDHWM, options.send_queue_messages_max},
      {ZMQ_RCVHWM, options.queue_messages_max},
      {ZMQ_SNDTIMEO, 0},
      {ZMQ_RCVTIMEO, 0},
      {ZMQ_LINGER, options.linger_ms},
      {ZMQ_HANDSHAKE_IVL, options.handshake_ms_max},
      {ZMQ_HEARTBEAT_IVL, options.heartbeat_ms},
      {ZMQ_HEARTBEAT_TIMEOUT, options.heartbeat_timeout_ms},
      {ZMQ_HEARTBEAT_TTL, options.heartbeat_timeout_ms},
      {ZMQ_TCP_KEEPALIVE, 1},
      {ZMQ_TCP_KEEPALIVE_IDLE, 60},
      {ZMQ_TCP_KEEPALIVE_CNT, 3},
      {ZMQ_TCP_KEEPALIVE_INTVL, 10},
      {ZMQ_TCP_MAXRT, tcp_silence_ms_max},
  };

  for (const auto& [option, value] : values) {
    TRY(set(option, value));
  }
  return {};
}

bool Socket::receive_frame(Frame& frame) {
  while (zmq_msg_recv(message_of(frame), handle_, ZMQ_DONTWAIT) < 0) {
    if (zmq_errno() != EINTR) {
      CHECK(zmq_errno() == EAGAIN);
      return false;
    }
  }
  return true;
}

std::optional<Incoming> Socket::receive(bool with_peer) {
  Frame frame;
  if (!receive_frame(frame)) {
    found_empty_ = true;
    read_monitor();
    return std::nullopt;
  }
  found_empty_ = false;
  Incoming incoming;
  incoming.frames.reserve(frames_usual);
  bool more = zmq_msg_more(message_of(frame)) != 0;
  if (with_peer) {
    incoming.peer = frame.view();
  } else {
    incoming.frames.push_back(std::move(frame));
  }
  while (more) {
    // Parts of one message arrive together, so this never waits.
    CHECK(receive_frame(frame));
    more = zmq_msg_more(message_of(frame)) != 0;
    if (incoming.frames.size() < limits::frames_max) {
      incoming.frames.push_back(std::move(frame));
    } else {
      incoming.too_many_frames = true;
    }
  }
  return incoming;
}

SendOutcome Socket::send(std::string_view peer, std::span<const OutFrame> frames) {
  CHECK(!frames.empty() && frames.size() <= limits::frames_max);
  found_empty_ = false;
  // The first part decides whether there is room; the parts after it follow it into the same queue.
  bool started = false;
  if (!peer.empty()) {
    if (zmq_send(handle_, peer.data(), peer.size(), ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) {
      return outcome_of_failure();
    }
    started = true;
  }
  for (size_t i = 0; i < frames.size(); ++i) {
    zmq_msg_t message;
    fill(&message, frames[i]);
    const int flags = ZMQ_DONTWAIT | (i + 1 < frames.size() ? ZMQ_SNDMORE : 0);
    while (zmq_msg_send(&message, handle_, flags) < 0) {
      if (started && zmq_errno() == EINTR) {
        continue;
      }
      const SendOutcome outcome = outcome_of_failure();
      zmq_msg_close(&message);
      CHECK(!started);
      return outcome;
    }
    started = true;
  }
  return SendOutcome::sent;
}

bool Socket::pending() {
  if (!found_empty_) {
    int events = 0;
    size_t size = sizeof events;
    CHECK(zmq_getsockopt(handle_, ZMQ_EVENTS, &events, &size) == 0);
    found_empty_ = (events & ZMQ_POLLIN) == 0;
  }
  return !found_empty_;
}

void Socket::read_monitor() {
  zmq_msg_t message;
  zmq_msg_init(&message);
  while (zmq_msg_recv(&message, monitor_, ZMQ_DONTWAIT) >= 0) {
    uint16_t event = 0;
    if (zmq_msg_size(&message) == sizeof event + sizeof(uint32_t)) {
      std::memcpy(&event, zmq_msg_data(&message), sizeof event);
    }
    zmq_msg_recv(&message, monitor_, ZMQ_DONTWAIT);  // the address
    switch (event) {
      case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        ++link_.handshakes;
        link_.connected = true;
        break;
      case ZMQ_EVENT_DISCONNECTED:
        ++link_.disconnects;
        link_.lost += link_.connected ? 1 : 0;
        link_.connected = false;
        break;
      case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        ++link_.auth_failures;
        link_.dead = true;
        break;
      case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        ++link_.protocol_failures;
        link_.dead = true;
        break;
      case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        ++link_.other_failures;
        break;
      case ZMQ_EVENT_ACCEPT_FAILED:
        ++link_.accept_failures;
        break;
      default:
        break;
    }
  }
  zmq_msg_close(&message);
}

std::string Socket::last_endpoint() const {
  char text[256] = {};
  size_t size = sizeof text;
  CHECK(zmq_getsockopt(handle_, ZMQ_LAST_ENDPOINT, text, &size) == 0);
  return text;
}

}  // namespace gulou::net
