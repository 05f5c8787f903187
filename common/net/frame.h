// Frames of a multipart message. Frame owns what ZeroMQ received, without copying it. OutFrame is
// what is about to leave: bytes of its own, or a buffer shared with other sends. SharedBytes is a
// shared_ptr because ZeroMQ's I/O threads let go of the buffer whenever each of many peers has
// taken it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::net {

using SharedBytes = std::shared_ptr<const std::string>;

// Move-only. Views hold as long as this object stays where it is (short frames live inside it).
class Frame {
 public:
  Frame();
  explicit Frame(std::string_view bytes);  // a copy
  ~Frame();
  Frame(Frame&& other) noexcept;
  Frame& operator=(Frame&& other) noexcept;
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  std::string_view view() const;
  // What the connection is known by: "User-Id", "Peer-Address"; empty if unknown.
  std::string_view property(const char* name) const;

  // The zmq_msg_t inside; for this room only.
  void* message() { return raw_; }

 private:
  alignas(void*) std::byte raw_[64];
};

class OutFrame {
 public:
  explicit OutFrame(std::string bytes) : own_(std::move(bytes)) {}

  explicit OutFrame(SharedBytes bytes) : shared_(std::move(bytes)) {}

  std::string_view view() const { return shared_ ? std::string_view(*shared_) : own_; }

  const SharedBytes& shared() const { return shared_; }

 private:
  std::string own_;
  SharedBytes shared_;
};

struct Incoming {
  std::string peer;       // ROUTER: the connection's routing id; DEALER: empty
  std::string principal;  // ROUTER: from the handshake, never empty; DEALER: empty
  std::vector<Frame> frames;
  bool too_many_frames = false;  // more than limits::frames_max; the rest was thrown away

  // Of the frames, for wire::decode(); valid as long as they are.
  std::vector<std::string_view> views() const {
    std::vector<std::string_view> views;
    views.reserve(frames.size());
    for (const Frame& frame : frames) {
      views.push_back(frame.view());
    }
    return views;
  }
};

enum class SendOutcome : uint8_t {
  sent,  // queued for the peer, nothing more
  gone,  // ROUTER: no such connection
  full,  // the queue to the peer is full; DEALER: also not connected
};

}  // namespace gulou::net
