// Checker watches from outside what the system promises (design 2): it sees every changeset that
// became durable, every message that left the broker, every answer a publisher got and the outside
// world, and keeps its own books. The first violation ends the run. Owned by the World.
#pragma once

#include "broker/core/core.h"
#include "broker/journal/memory_journal.h"
#include "common/model/release.h"
#include "common/wire/messages.h"
#include "tests/simulation/books.h"
#include "tests/simulation/options.h"
#include "tests/simulation/outside.h"
#include "tests/simulation/schedule.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace gulou::simulation {

using Channels = std::map<std::string, std::unique_ptr<SimChannel>>;

class Checker {
 public:
  Checker(const Schedule& schedule, const Options& options, const Channels& channels)
      : schedule_(schedule), channels_(channels), books_(options) {}

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

  // ---- what people ask for and hear
  // A publisher is about to submit this.
  void promised(const std::string& publisher, const Release& release);
  // The receipt of `submission`.
  void answered(const std::string& submission, const wire::Accepted& accepted);

  // A person opens the gate for this delivery.
  void gate_opened(SubscriberNo subscriber, Seq seq) { opened_.insert({subscriber, seq}); }

  bool has_ended(const PublicationKey& key) const;
  bool was_down(const PublicationKey& key) const;

  // ---- a process has opened what another left
  void opened(const MemoryJournal& journal);
  // Both projections, rebuilt from the journal's start, equal those that are there.
  void check_rebuilt(const MemoryJournal& journal);

  // What is still to be done though faults have stopped; empty when all is at rest.
  std::string unrest(const Core& core, const MemoryJournal& journal) const;
  // It is: did everything end as promised?
  void check_end(const Core& core, const MemoryJournal& journal);

 private:
  struct Receipt {
    Seq seq;
    Digest hash;
    uint64_t epoch = 0;
    std::vector<std::string> index_nos;
  };

  // Publications handed out in one window of a rate.
  struct Window {
    Utc begin;
    uint64_t handed = 0;
  };

  // When a successor on an exclusive channel may start, of leases whose session has gone.
  struct Gone {
    std::string instance;
    Mono until;
  };

  void see(const EntryAccepted& change);
  void see(const LeaseHeld& change);
  void see(const FirstShown& change);
  void see(const RangePublished& change);
  void see(const DeliveryChanged& change);
  void see(const AttemptEnded& change);
  void see(const ChannelDefined& change);
  void see(const ChannelCondition& change);
  void see(const RateUsed& change);
  void see(const Confirmation& change);
  void see(const PartErased& change);
  void see(const ReplayJob& change);

  template <class Other>
  void see(const Other& /*change*/) {}

  void final_state(DeliveryKey key, DeliveryState state);
  void check_waiting(const DeliveryChanged& change, const DeliveryChanged& before);
  void check_replay(const DeliveryChanged& change, const DeliveryChanged* before);
  void check_handed(const SendDeliver& send, const SendDeliver::Target& target);
  void check_item(const LeaseHeld& lease, const HandedItem& item);
  void check_part(const LeaseHeld& lease, const HandedItem& item, const HandedPart& part);
  void check_removal(const LeaseHeld& lease, const HandedItem& item);

  // checker_persons.cc
  bool by_two(const std::string& asked_by, const std::string& confirmed_by) const;
  bool sent_afresh(const DeliveryChanged& change) const;
  void check_bytes(const MemoryJournal& journal);

  // checker_channels.cc: may this lease be, as its channel stands?
  void check_lease(const LeaseHeld& lease);
  void check_condition(const LeaseHeld& lease);
  void check_strict(const LeaseHeld& lease);
  void check_gate(const LeaseHeld& lease, Seq seq);
  void check_exclusive(const LeaseHeld& lease);
  void note_gone(const AttemptEnded& change);
  void count_window(Window& window, Utc begin, uint64_t most, int64_t window_ms, ChannelNo channel);

  // checker_end.cc
  bool may_wait(const Core& core, SubscriberNo subscriber, const EntryAccepted& entry) const;
  bool rate_is_used(const Core& core, ChannelNo channel) const;
  void check_publications(const Core& core, SubscriberNo subscriber, const SimChannel& outside);
  void check_publication(const Core& core,
                         SubscriberNo subscriber,
                         const SimChannel& outside,
                         const PublicationKey& key);
  void check_newest(SubscriberNo subscriber, const SimChannel& outside, const PublicationKey& key);
  void check_withdrawn(SubscriberNo subscriber,
                       const SimChannel& outside,
                       const PublicationKey& key);

  const Schedule& schedule_;
  const Channels& channels_;
  Books books_;
  std::optional<std::string> violation_;
  uint64_t commit_ = 0;

  std::map<std::string, PublicationKey> index_nos_;
  std::map<LeaseNo, LeaseHeld> leases_;  // as first handed out
  std::map<std::pair<LeaseNo, Seq>, std::vector<Books::Expected>> expected_;
  std::map<LeaseNo, LeaseHeld> live_;  // and what is left of them
  std::map<LeaseNo, Mono> sent_;
  std::set<Seq> shown_;
  std::map<DeliveryKey, DeliveryState> finals_;
  std::map<DeliveryKey, uint32_t> attempts_;
  std::map<SessionNo, std::pair<uint64_t, uint64_t>> credit_;  // granted, used
  std::map<std::string, Receipt> receipts_;
  std::set<Seq> acknowledged_;  // withdrawals whose askers know
  std::map<ConfirmationNo, Confirmation> confirmations_;
  std::map<std::pair<Seq, uint8_t>, Digest> erased_;  // parts whose bytes may be gone
  std::map<JobNo, ReplayJob> jobs_;
  std::set<DeliveryKey> opened_;
  std::set<DeliveryKey> waited_;  // put off before they were first handed out
  std::map<ChannelNo, ChannelCondition> conditions_;
  std::map<ChannelNo, uint64_t> uncounted_;  // handed out, not yet in RateUsed
  std::map<std::pair<ChannelNo, int64_t>, Window> windows_;
  std::map<SubscriberNo, Gone> gone_;
  std::map<std::tuple<std::string, std::string, uint32_t>, Embargo> embargoes_;
};

}  // namespace gulou::simulation
