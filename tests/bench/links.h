// Links are the load generator's DEALER sockets, hundreds of them, as cheap as libzmq allows: one
// epoll over their descriptors, no monitors, no copies of what arrives. The measured broker uses
// common/net; this is only the other end. One thread.
#pragma once

#include "common/net/context.h"
#include "common/net/keys.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::bench {

using Frames = std::span<const std::string_view>;

class Links {
 public:
  explicit Links(const net::Context& context);
  ~Links();
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;
  Links(Links&&) = delete;
  Links& operator=(Links&&) = delete;

  // What becomes of messages while there is no connection.
  enum class Before { queued, lost };

  // Returns the link's number; connecting goes on in the background.
  size_t connect(const std::string& endpoint,
                 const std::string& server_key,
                 const net::KeyPair& keys,
                 Before before = Before::queued);

  // Closes it and connects anew: ZeroMQ gives a link up for good when a handshake breaks off.
  void reopen(size_t link);

  size_t size() const { return links_.size(); }

  // Queued without limit; credit and windows of the callers bound it. False: it is lost.
  bool send(size_t link, std::string_view first, std::string_view second = {});

  using Handler = std::function<void(size_t link, Frames frames)>;
  // Hands over everything that has arrived; waits at most this long for the first.
  void poll(int timeout_ms, const Handler& handler);

 private:
  struct Link {
    std::string endpoint;
    std::string server_key;
    net::KeyPair keys;
    Before before = Before::queued;
    void* socket = nullptr;
    bool sent = false;  // sending may have taken note of an arrival: look before sleeping
  };

  void open(size_t link);
  void drain(size_t link, const Handler& handler);

  void* context_;
  int epoll_;
  std::vector<Link> links_;
  std::vector<size_t> sent_;
};

}  // namespace gulou::bench
