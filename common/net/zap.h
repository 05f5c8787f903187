// ZapHandler decides which CURVE keys may connect to which listener (ZeroMQ RFC 27) on a thread of
// its own. Start it before the first bind() and keep it until the last listener is closed:
// listeners refuse everybody while no handler runs. It does no I/O: the list is in memory and
// replaced as a whole, and a handshake that begins after allow() returned is judged by the new
// list.
#pragma once

#include "common/base/mailbox.h"
#include "common/base/result.h"
#include "common/net/context.h"
#include "common/net/socket.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

namespace gulou::net {

struct Principal {
  std::string name;                  // what Incoming.principal will say
  std::vector<std::string> domains;  // listeners it may connect to
};

// Public key -> principal. Several keys may lead to one principal while a key is being replaced.
class AllowList {
 public:
  // Errors: key_malformed, key_given_twice, principal_malformed (1 to 128 printable ASCII
  // characters).
  Status add(std::string_view public_key, Principal principal);

  // public_key: 32 raw bytes.
  const Principal* find(const std::string& public_key) const;
  void set(std::string public_key, std::optional<Principal> principal);

 private:
  std::unordered_map<std::string, Principal> principals_;
};

struct ZapCounts {
  uint64_t admitted = 0;
  uint64_t unknown_key = 0;
  uint64_t wrong_domain = 0;
  uint64_t wrong_mechanism = 0;  // NULL, PLAIN, GSSAPI
  uint64_t malformed = 0;
};

class ZapHandler {
 public:
  // Errors: zap_taken (a handler runs already), socket_failed.
  static Result<std::unique_ptr<ZapHandler>> start(const Context& context, AllowList list);
  ~ZapHandler();
  ZapHandler(const ZapHandler&) = delete;
  ZapHandler& operator=(const ZapHandler&) = delete;
  ZapHandler(ZapHandler&&) = delete;
  ZapHandler& operator=(ZapHandler&&) = delete;

  // Any thread. Live connections of a key that is gone stay until their owner ends them.
  void allow(AllowList list);
  // Any thread. One key beside the list, which stays through allow(). Errors: those of
  // AllowList::add but key_given_twice.
  Status admit(std::string_view public_key, Principal principal);
  void dismiss(std::string_view public_key);
  // Any thread.
  ZapCounts counts() const;

 private:
  ZapHandler(std::unique_ptr<Socket> socket, AllowList list);
  void run();
  void answer_one();
  const Principal* judge(const Incoming& request);

  std::unique_ptr<Socket> socket_;  // the thread's
  AllowList list_;                  // the thread's
  AllowList single_;                // the thread's: keys admitted one by one

  // A new list, or one key and who it is; nobody: it is dismissed.
  struct Key {
    std::string bytes;
    std::optional<Principal> principal;
  };

  Mailbox<std::variant<AllowList, Key>> lists_;
  std::atomic<uint64_t> admitted_{0}, unknown_key_{0}, wrong_domain_{0}, wrong_mechanism_{0},
      malformed_{0};
  std::thread thread_;
};

// Self-test at start: connects to a listener of ours with a key nobody knows. Errors:
// strangers_admitted, listener_silent (no answer within `timeout`).
Status verify_strangers_refused(const Context& context,
                                const std::string& endpoint,
                                const std::string& server_key,
                                std::chrono::milliseconds timeout);

}  // namespace gulou::net
