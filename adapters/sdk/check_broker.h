// CheckBroker is the broker as far as one adapter sees it: a listener with CURVE, sessions, leases,
// reports. It answers what must be answered, remembers what was said and notes what the protocol
// does not allow. Owned by the conformance test. Main thread.
#pragma once

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/net/context.h"
#include "common/net/keys.h"
#include "common/net/router.h"
#include "common/net/zap.h"
#include "common/wire/messages.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::sdk {

inline constexpr std::string_view check_channel = "check";
inline constexpr std::string_view check_instance = "check-1";

// One publication the test has invented.
struct CheckRelease {
  std::string id;
  uint32_t revision = 1;
};

class CheckBroker {
 public:
  static Result<CheckBroker> open(const net::Context& context);

  std::string endpoint() const { return router_.endpoint(); }

  const std::string& public_key() const { return keys_.public_key; }

  const std::string& adapter_secret_key() const { return adapter_.secret_key; }

  // Hands out one delivery under a lease of its own and returns its number. `facts` may be changed
  // before it goes.
  LeaseNo deliver(const CheckRelease& release,
                  const std::function<void(wire::DeliverItem&)>& change = {});
  LeaseNo withdraw(const CheckRelease& release, const PartReceipt& there);
  void recall(LeaseNo lease);
  void ping(uint64_t number);
  // Ends the session; the adapter has to come back.
  void say_goodbye();
  // Forgets the session, as after a crash of the adapter.
  void forget();
  // PROGRESS is not answered until released.
  void hold_progress(bool hold);

  // Listens until `enough` or the time is over; says which.
  bool listen(int64_t ms, const std::function<bool()>& enough);

  bool welcomed() const { return !peer_.empty(); }

  const Report* report_of(LeaseNo lease) const;
  // What it said is learnt of this delivery, and how often it said something of it.
  const std::vector<std::string>& platform_ids(LeaseNo lease) const;
  size_t progress_count(LeaseNo lease) const;

  uint64_t credit() const { return credit_; }

  uint64_t delivered() const { return delivered_; }

  bool pinged(uint64_t number) const { return answered_ == number; }

  // What the protocol does not allow, in order.
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  struct Held {
    Seq seq;
    size_t parts = 1;
    std::vector<std::string> platform_ids;
    size_t progress = 0;
    bool reported = false;
    Report report;
  };

  CheckBroker(net::KeyPair keys,
              net::KeyPair adapter,
              std::unique_ptr<net::ZapHandler> zap,
              net::RouterSocket router)
      : keys_(std::move(keys)),
        adapter_(std::move(adapter)),
        zap_(std::move(zap)),
        router_(std::move(router)) {}

  void send(wire::Body body, uint64_t correlation = 0);
  void on_message(const std::string& peer, const wire::Message& message);
  void on_progress(const wire::Progress& progress, uint64_t correlation);
  void on_report(const wire::ReportBatch& batch);
  LeaseNo hand_out(wire::DeliverItem item, const std::string& bodies);

  net::KeyPair keys_;
  net::KeyPair adapter_;
  std::unique_ptr<net::ZapHandler> zap_;
  net::RouterSocket router_;
  std::string peer_;
  std::set<std::string> gone_;  // connections of earlier sessions: what they still say is late
  std::map<LeaseNo, Held> leases_;
  std::vector<std::pair<LeaseNo, uint64_t>> unanswered_;
  bool holding_ = false;
  uint64_t credit_ = 0;
  uint64_t delivered_ = 0;  // since HELLO
  uint64_t answered_ = 0;
  uint64_t next_ = 0;
  std::vector<std::string> violations_;
};

}  // namespace gulou::sdk
