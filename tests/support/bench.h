// Bench is a whole broker heart on a table: real Core, real Pump, MemoryJournal, and a clock moved
// by hand. Unit tests, case scripts and micro-measurements stand on it; sends pile up in `sends`
// once their round is durable. restart() is a crash: rounds not committed are lost. One thread.
#pragma once

#include "broker/app/pump.h"
#include "broker/core/core.h"
#include "broker/journal/memory_journal.h"

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace gulou::test {

// 2026-11-24T00:00:00Z
inline constexpr Utc bench_start{1'795'478'400'000};

// What a worker would have found out about a part: digests are hashes of `id`, revision and `text`.
PartFacts part(std::string id, uint32_t revision = 1, const std::string& text = {});
// The same bundle digest for the same parts.
Submitted submission(std::string publisher, std::vector<PartFacts> parts);

Channel channel(std::string id);
CountySettings county(std::vector<Channel> channels);

// One DELIVER as one session sees it.
struct Handed {
  SessionNo session;
  LeaseNo lease;
  int64_t lease_ms = 0;
  Lane lane = Lane::normal;
  std::shared_ptr<const HandedItems> items;
};

Report published(std::string url = {}, uint32_t revision = 0);
Report outcome(Outcome outcome, std::string reason = "because");

class Bench {
 public:
  // Configured with one portal channel "portal", or with these.
  explicit Bench(std::vector<Channel> channels = {channel("portal")});

  Core& core() { return *core_; }

  const Ledger& ledger() const { return core_->ledger(); }

  MemoryJournal& journal() { return *journal_; }

  // ---- rounds
  void take(const Event& event);
  bool close();   // ends the round; true: it waits for commit()
  void commit();  // makes the oldest closed round durable
  void round();   // closes and commits until nothing is left to do

  bool may_close() const { return pump_->may_close(); }

  bool more() const { return pump_->more(); }

  void advance(int64_t ms);  // both clocks, without a round
  void restart();            // the process dies and a new one opens what was committed
  void configure(std::vector<Channel> channels);
  // Rows of the transition table used so far, in all processes.
  std::set<std::pair<DeliveryState, Trigger>> fired() const;

  // ---- what peers do; each runs whole rounds
  using Answer = std::variant<SendAccepted, SendRefused>;
  Answer submit(std::vector<PartFacts> parts, std::string publisher = "oa");
  // 0: refused.
  Seq accept(std::vector<PartFacts> parts, std::string publisher = "oa");
  // Reason of the first error; empty when accepted.
  std::string refuse(std::vector<PartFacts> parts, std::string publisher = "oa");
  SessionNo connect(std::string channel, uint64_t credit = 1000, std::string instance = {});
  void report(const Handed& handed, Seq from, Seq to, Report report);
  // The one hand-over since the last look; without items where it is not one.
  Handed one_handed();
  std::vector<Handed> handed();

  // Takes the sends of one kind out of `sends`.
  template <class T>
  std::vector<T> took() {
    std::vector<T> found;
    std::vector<Send> rest;
    for (Send& send : sends) {
      if (auto* one = std::get_if<T>(&send)) {
        found.push_back(std::move(*one));
      } else {
        rest.push_back(std::move(send));
      }
    }
    sends = std::move(rest);
    return found;
  }

  // ---- rows
  SubscriberNo subscriber(std::string_view channel) const;
  // An empty one where there is no row.
  DeliveryChanged delivery(std::string_view channel, Seq seq) const;
  // Also a plain success; pending where there is neither.
  DeliveryState state(std::string_view channel, Seq seq) const;

  Now now{Mono{1000}, bench_start};
  std::vector<Send> sends;
  std::vector<Note> notes;
  std::vector<Change> changes;  // every change ever committed, of all processes

 private:
  void open(MemoryRows rows);

  std::vector<Channel> channels_;
  std::set<std::pair<DeliveryState, Trigger>> fired_before_;
  std::unique_ptr<MemoryJournal> journal_;
  std::unique_ptr<Core> core_;
  std::unique_ptr<Pump> pump_;
  std::deque<Pump::Round> closed_;
  SessionNo last_session_;
  uint64_t last_correlation_ = 0;
};

}  // namespace gulou::test
