#include "common/net/frame.h"

#include "common/base/check.h"

#include <algorithm>

#include <zmq.h>

namespace gulou::net {

namespace {

static_assert(sizeof(zmq_msg_t) == 64 && alignof(zmq_msg_t) <= alignof(void*));

zmq_msg_t* message_of(const std::byte* raw) {
  return reinterpret_cast<zmq_msg_t*>(const_cast<std::byte*>(raw));
}

}  // namespace

Frame::Frame() {
  zmq_msg_init(message_of(raw_));
}

Frame::Frame(std::string_view bytes) {
  CHECK(zmq_msg_init_size(message_of(raw_), bytes.size()) == 0);
  std::copy(bytes.begin(), bytes.end(), static_cast<char*>(zmq_msg_data(message_of(raw_))));
}

Frame::~Frame() {
  zmq_msg_close(message_of(raw_));
}

Frame::Frame(Frame&& other) noexcept : Frame() {
  zmq_msg_move(message_of(raw_), message_of(other.raw_));
}

Frame& Frame::operator=(Frame&& other) noexcept {
  if (this != &other) {
    zmq_msg_move(message_of(raw_), message_of(other.raw_));
  }
  return *this;
}

std::string_view Frame::view() const {
  zmq_msg_t* message = message_of(raw_);
  return {static_cast<const char*>(zmq_msg_data(message)), zmq_msg_size(message)};
}

std::string_view Frame::property(const char* name) const {
  const char* value = zmq_msg_gets(message_of(raw_), name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace gulou::net
