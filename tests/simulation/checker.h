// Checker watches from outside what the system promises (design 2): it sees every changeset that
// became durable, every message that left the broker, every answer a publisher got and the outside
// world, and keeps its own books. The first violation ends the run. Owned by the World.
#pragma once

#include "broker/core/core.h"
#include "broker/journal/memory_journal.h"
#include "common/wire/messages.h"
#include "tests/simulation/options.h"
#include "tests/simulation/outside.h"
#include "tests/simulation/schedule.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gulou::simulation {

using Channels = std::map<std::string, std::unique_ptr<SimChannel>>;

class Checker {
 public:
  Checker(const Schedule& schedule, const Options& options, const Channels& channels)
      : schedule_(schedule), options_(options), channels_(channels) {}

  void violated(std::string what);

  const std::optional<std::string>& violation() const { return violation_; }

  uint64_t commit() const { return commit_; }

  // ---- what becomes durable
  void committed(const Changeset& changeset, uint64_t number);

  // ---- what leaves the broker
  void on_send(const Send& send);
  void on_credit(SessionNo session, uint64_t messages);
  void on_note(const Note& note);
  void audit(const Core& core);

  // ---- what publishers hear: the receipt of `submission`
  void answered(const std::string& submission, const wire::Accepted& accepted);

  // ---- a process has opened what another left
  void opened(const MemoryJournal& journal);
  // Both projections, rebuilt from the journal's start, equal those that are there.
  void check_rebuilt(const MemoryJournal& journal);

  // What is still to be done though faults have stopped; empty when all is at rest.
  std::string unrest(const Core& core, const MemoryJournal& journal) const;
  // It is: did everything end as promised?
  void check_end(const Core& core, const MemoryJournal& journal);

 private:
  using DeliveryKey = std::pair<SubscriberNo, Seq>;

  struct Receipt {
    Seq seq;
    Digest hash;
    uint64_t epoch = 0;
    std::vector<std::string> index_nos;
  };

  void see(const EntryAccepted& change);
  void see(const LeaseHeld& change);
  void see(const FirstShown& change);
  void see(const RangePublished& change);
  void see(const DeliveryChanged& change);
  void see(const AttemptEnded& change);
  void see(const ChannelDefined& change);

  template <class Other>
  void see(const Other& /*change*/) {}

  void final_state(DeliveryKey key, DeliveryState state);
  void check_waiting(const DeliveryChanged& change);
  std::vector<Seq> newest_parts(const LeaseHeld& lease, Seq seq) const;
  void check_handed(const SendDeliver& send, const SendDeliver::Target& target);
  void check_publications(const Core& core, SubscriberNo subscriber, const SimChannel& outside);
  void check_publication(const Core& core,
                         SubscriberNo subscriber,
                         const SimChannel& outside,
                         const PublicationKey& key);
  static bool matches(const Channel& policy, const EntryAccepted& entry);
  const ChannelPlan* plan_of(SubscriberNo subscriber) const;

  const Schedule& schedule_;
  const Options& options_;
  const Channels& channels_;
  std::optional<std::string> violation_;
  uint64_t commit_ = 0;

  std::map<Seq, EntryAccepted> entries_;
  std::map<std::string, PublicationKey> index_nos_;
  std::map<PublicationKey, std::vector<Seq>> publications_;
  std::map<ChannelNo, std::string> channel_ids_;
  std::map<LeaseNo, LeaseHeld> leases_;                           // as first handed out
  std::map<std::pair<LeaseNo, Seq>, std::vector<Seq>> expected_;  // where each part must come from
  std::map<LeaseNo, LeaseHeld> live_;                             // and what is left of them
  std::set<Seq> shown_;
  std::map<DeliveryKey, DeliveryState> finals_;
  std::map<DeliveryKey, uint32_t> attempts_;
  std::map<SessionNo, std::pair<uint64_t, uint64_t>> credit_;  // granted, used
  std::map<std::string, Receipt> receipts_;
};

}  // namespace gulou::simulation
