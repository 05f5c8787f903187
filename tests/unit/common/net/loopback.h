// Loopback: a listener on a free port of this machine and clients of it, as tests of common/net
// need them. One ZeroMQ context for the whole test program, as in production.
#pragma once

#include "common/base/check.h"
#include "common/base/time.h"
#include "common/net/context.h"
#include "common/net/dealer.h"
#include "common/net/poller.h"
#include "common/net/router.h"
#include "common/net/zap.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gulou::net {

inline const Context& test_context() {
  static const Context context = [] {
    auto opened = Context::open(1);
    CHECK(opened.has_value());
    return std::move(*opened);
  }();
  return context;
}

template <class T>
T must(Result<T> result) {
  CHECK(result.has_value());
  return std::move(*result);
}

class Loopback {
 public:
  explicit Loopback(LinkOptions link = {})
      : server_keys_(generate_keys()),
        router_(must(RouterSocket::open(
            test_context(), {.domain = "adapters", .keys = server_keys_, .link = link}))) {
    CHECK(router_.bind("tcp://127.0.0.1:*").has_value());
  }

  DealerSocket dial(const KeyPair& keys) {
    return must(DealerSocket::open(test_context(),
                                   {.endpoint = router_.endpoint(),
                                    .server_key = server_keys_.public_key,
                                    .keys = keys,
                                    .link = {}}));
  }

  RouterSocket& router() { return router_; }

  const KeyPair& server_keys() const { return server_keys_; }

 private:
  KeyPair server_keys_;
  RouterSocket router_;
};

inline std::unique_ptr<ZapHandler> admit(
    std::initializer_list<std::pair<KeyPair, Principal>> entries) {
  AllowList list;
  for (const auto& [keys, principal] : entries) {
    CHECK(list.add(keys.public_key, principal).has_value());
  }
  return must(ZapHandler::start(test_context(), std::move(list)));
}

// Runs `step` whenever one of the sockets stirs, until it returns true; false after ten seconds.
inline bool until(std::vector<Socket*> sockets, const std::function<bool()>& step) {
  Poller poller;
  for (Socket* socket : sockets) {
    poller.add(*socket);
  }
  const int64_t deadline_ms = read_clocks().mono.ms + 10'000;
  while (read_clocks().mono.ms < deadline_ms) {
    if (step()) {
      return true;
    }
    poller.wait(std::chrono::milliseconds(20));
  }
  return false;
}

inline SendOutcome send_text(DealerSocket& dealer, std::string text) {
  const OutFrame frames[] = {OutFrame(std::move(text))};
  return dealer.send(frames);
}

// Sends once the connection is up; false if it never is.
inline bool send_when_connected(DealerSocket& dealer, const std::string& text) {
  return until({&dealer.socket()}, [&] {
    dealer.receive();
    return send_text(dealer, text) == SendOutcome::sent;
  });
}

inline std::optional<Incoming> next_message(RouterSocket& router) {
  std::optional<Incoming> incoming;
  until({&router.socket()}, [&] { return (incoming = router.receive()).has_value(); });
  return incoming;
}

inline std::optional<Incoming> next_message(DealerSocket& dealer) {
  std::optional<Incoming> incoming;
  until({&dealer.socket()}, [&] { return (incoming = dealer.receive()).has_value(); });
  return incoming;
}

}  // namespace gulou::net
