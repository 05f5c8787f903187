// SimOperator is the people in the openness office: they look at what is open and decide, do by
// hand what adapters cannot, withdraw, pause, resume, retire, replay. What they did by hand they
// say again until it is recorded. Owned by the World.
#pragma once

#include "tests/simulation/adapter.h"
#include "tests/simulation/broker.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/trace.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gulou::simulation {

class SimOperator {
 public:
  using Adapters = std::vector<std::unique_ptr<SimAdapter>>;

  struct Parts {
    Schedule& schedule;
    Random& random;
    SimBroker& broker;
    Checker& checker;
    const Trace& trace;
    const Options& options;
    const Channels& channels;
    const Adapters& adapters;
  };

  explicit SimOperator(Parts parts) : parts_(parts) {}

  void decide();
  void withdraw();
  void pause_or_resume();
  void retire();
  void replay();
  // Somebody, the asker perhaps, confirms or refuses what waits for a second person.
  void confirm();
  // What was done by hand and is not recorded yet, because the broker died.
  void follow_up();
  // Publishing goes on everywhere.
  void resume_all();

  bool quiet() const { return acts_.empty(); }

 private:
  using DeliveryKey = std::pair<SubscriberNo, Seq>;

  const Ledger& ledger() const { return parts_.broker.core().ledger(); }

  Asker asker() { return {SessionNo{9'000'000}, ++asked_}; }

  std::optional<EntryAccepted> entry(Seq seq) const;
  SimChannel* outside(SubscriberNo subscriber) const;
  void say(const std::string& what) const;
  void tell(DeliveryKey key, OperatorDecided::Verb verb, const std::string& url = {});
  void resolve(DeliveryKey key, const EntryAccepted& entry, DeliveryState state);
  const Channel& policy(const SimChannel& channel) const;
  void remove_by_hand(const EntryAccepted& entry, SimChannel& channel);
  bool not_there(const EntryAccepted& entry, const SimChannel& channel) const;
  bool somebody_works(SubscriberNo subscriber,
                      const EntryAccepted& entry,
                      const SimChannel& channel) const;
  // False where it must not be put up by hand now.
  bool put_up(DeliveryKey key,
              const EntryAccepted& entry,
              SimChannel& channel,
              DeliveryState state);

  Parts parts_;
  uint64_t asked_ = 0;
  std::map<DeliveryKey, std::string> acts_;  // put up by hand: its place
};

}  // namespace gulou::simulation
