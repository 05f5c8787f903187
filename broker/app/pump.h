// Pump carries out the barrier, the one rule everything rests on: what a round decided leaves the
// process only after the round is durable. It is a plain machine without threads or sockets: the
// broker's thread drives it (broker.h), and so does the simulator. Events go in, changesets come
// out to be committed in order, and sends come out when their round is durable. While one round
// commits, the next one collects.
#pragma once

#include "broker/core/core.h"
#include "broker/core/step.h"
#include "broker/journal/journal.h"
#include "common/base/limits.h"

#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace gulou {

class Pump {
 public:
  // core outlives the pump.
  explicit Pump(Core& core) : core_(core) {}

  // May another round be closed now? False while rounds_in_flight_max are being committed.
  bool may_close() const { return rounds_.size() < limits::rounds_in_flight_max; }

  // One more event of the current round.
  void take(const Event& event, Now now);

  struct Round {
    RoundNo round;
    Changeset changeset;
  };

  // Ends the round. What must be committed, if anything; `more`: close() again without waiting for
  // an event.
  std::optional<Round> close(Now now);

  bool more() const { return more_; }

  // This round is durable: it must be the oldest in flight.
  void durable(RoundNo round, const Committed& committed, Now now);

  // What may leave now, in order. Everything it depends on is durable.
  struct Released {
    std::vector<Send> sends;
    std::vector<Note> notes;
    std::vector<BodyBytes> bodies;  // of entries that became durable: worth keeping at hand
  };

  Released take_released() { return std::exchange(released_, {}); }

  size_t rounds_in_flight() const { return rounds_.size(); }

 private:
  struct InFlight {
    RoundNo round;
    Step held;  // sends, notes and bodies; the changes are at the journal
  };

  void merge(Step step);
  void release(Step step);

  Core& core_;
  Step collecting_;
  std::deque<InFlight> rounds_;
  // Hashes of the newest durable rounds: receipts of retries may name an earlier round.
  std::deque<std::pair<RoundNo, Digest>> hashes_;
  Released released_;
  bool more_ = false;
};

}  // namespace gulou
