// Ledger is the broker's in-memory truth. Owned by Core; touched only on the broker thread. Every
// mutation enters through apply(), live and at rebuild alike, so a replayed ledger equals the lost
// one. Its memory is bounded: cursors, open leases, the newest entries of each lane, and an overlay
// of what the rounds in flight changed; everything older is read through the Reader.
#pragma once

#include "broker/core/change.h"
#include "broker/core/fleet_ledger.h"
#include "broker/core/overlay.h"
#include "broker/core/reader.h"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace gulou {

using LaneHeads = std::array<Seq, 5>;  // by Lane; [0] unused

constexpr size_t index_of(Lane lane) {
  return static_cast<size_t>(lane);
}

// A cursor on a channel.
struct Subscriber {
  SubscriberNo no;
  LaneHeads cursors{};
  std::array<uint64_t, 5> receipts{};  // cursors over what the gate has shown
  std::set<LeaseNo> leases;

  // No delivery is due before `hint`; not known: ask the Reader.
  struct Due {
    Utc hint;
    bool known = false;
  };

  std::array<Due, 2> due;  // by DueKind
};

struct Lease {
  LeaseNo no;
  SubscriberNo subscriber;
  Lane lane = Lane::normal;
  SeqRuns runs;
  std::string instance;
  Utc leased_at;
};

class Ledger {
 public:
  // reader outlives the ledger.
  Ledger(const Reader& reader, const OpenState& opened);

  // The only mutator. round: the round whose commit will make the change durable.
  void apply(const Change& change, RoundNo round);
  // Rounds up to this one are readable through the Reader now.
  void durable(RoundNo round);

  // ---- positions
  Seq head() const { return head_; }

  Seq lane_head(Lane lane) const { return lane_heads_[index_of(lane)]; }

  uint64_t epoch() const { return epoch_; }

  // The round in flight that accepted this entry; nothing once that is known to be durable.
  std::optional<RoundNo> round_of(Seq seq) const;

  LeaseNo next_lease() const { return {last_lease_.value + 1}; }

  const std::map<SubscriberNo, Subscriber>& subscribers() const { return subscribers_; }

  const Subscriber* subscriber(SubscriberNo no) const;

  const std::map<LeaseNo, Lease>& leases() const { return leases_; }

  const Lease* lease(LeaseNo no) const;

  const std::map<std::string, ChannelNo, std::less<>>& channels() const { return channels_; }

  ChannelNo last_channel() const { return last_channel_; }

  const ChannelCondition& condition(ChannelNo channel) const;

  const std::map<ChannelNo, ChannelCondition>& conditions() const { return conditions_; }

  RateUsed rate(ChannelNo channel) const;

  const std::map<JobNo, ReplayJob>& jobs() const { return jobs_; }  // running

  JobNo next_job() const { return {last_job_.value + 1}; }

  // The last one, settled or not.
  const std::optional<LossSuspected>& loss() const { return loss_; }

  // Open ones.
  const std::map<ConfirmationNo, Confirmation>& confirmations() const { return confirmations_; }

  ConfirmationNo next_confirmation() const { return {last_confirmation_.value + 1}; }

  // Number of the last entry the channel has shown to the public in this lane.
  uint64_t seen_head(ChannelNo channel, Lane lane) const;

  // ---- rows, with what is not yet committed laid over them
  std::vector<EntryRow> entries(Lane lane, Seq after, size_t limit) const;
  std::optional<EntryRow> entry(Lane lane, Seq seq) const;
  std::optional<PublicationRow> publication(const PublicationKey& key) const;
  // As the reader: publications that were not withdrawn for good, the newest first.
  std::vector<PublicationKey> by_document(const Digest& document_key) const;
  std::vector<PublicationKey> by_content(const Digest& content_digest) const;
  std::optional<PublicationKey> by_index_no(const std::string& index_no) const;
  uint64_t index_serial(const std::string& org_code, uint32_t year) const;
  Utc published_on(const PublicationKey& key) const;
  std::optional<BlobRow> blob(const Digest& digest) const;

  // In a round that is not committed yet.
  bool referenced(const Digest& digest) const;
  // Calls visit for entries that use the blob, or did when they still had their bytes, until it
  // says false.
  void blob_uses(const Digest& digest, const std::function<bool(Seq)>& visit) const;
  std::optional<PartErased> erased(Seq seq, uint8_t part) const;

  std::optional<DeliveryChanged> delivery(SubscriberNo subscriber, Seq seq) const;
  // Committed due rows that no round in flight has changed.
  std::vector<DeliveryChanged> due(SubscriberNo subscriber,
                                   DueKind kind,
                                   Utc until,
                                   size_t limit) const;
  // Notes that nothing of this subscriber is due before `hint`; recomputed when rows change.
  void set_due_hint(SubscriberNo subscriber, DueKind kind, std::optional<Utc> hint);
  // Open rows with seq > after, ascending; a page may be shorter than `limit` though more follow
  // behind `next` (0: none).
  std::vector<DeliveryChanged> open_rows(SubscriberNo subscriber,
                                         Seq after,
                                         size_t limit,
                                         Seq& next) const;
  // Is one of its deliveries, once handed out, to be tried or polled again?
  bool retrying(SubscriberNo subscriber) const;
  std::vector<SeenRow> seen(ChannelNo channel, Lane lane, uint64_t after, size_t limit) const;
  std::vector<Expiry> expiring(Utc until, size_t limit) const;
  std::optional<Utc> first_expiry() const;

  // Where the publication stands on the subscriber: the newest revision it was delivered at.
  struct Delivered {
    uint32_t revision = 0;
    std::string platform_id;
    std::string url;
  };

  std::optional<Delivered> delivered(SubscriberNo subscriber,
                                     const PublicationRow& publication) const;

  // Is any revision of this publication, or its withdrawal, in an open lease of the subscriber?
  bool leased(SubscriberNo subscriber, const PublicationRow& publication) const;
  // Its plain success, where it was one.
  std::optional<RangePublished> plain_success(SubscriberNo subscriber, Lane lane, Seq seq) const;

  const FleetLedger& fleet() const { return fleet_; }

  // Everything up to it is readable through the Reader.
  Seq durable_head() const;

  // Sizes, for the bound check of tests and simulation.
  size_t overlay_rows() const;
  // Broken invariants, in words; empty when all is well. For tests and simulation.
  std::string audit() const;

 private:
  using DeliveryKey = std::pair<SubscriberNo, Seq>;

  // Of a document or content: who came last, and who stood then.
  struct Holders {
    PublicationKey newest;
    std::vector<PublicationKey> others;

    std::vector<PublicationKey> all() const {
      std::vector<PublicationKey> keys{newest};
      keys.insert(keys.end(), others.begin(), others.end());
      return keys;
    }
  };

  using SerialKey = std::pair<std::string, uint32_t>;
  using SeenKey = std::tuple<ChannelNo, Lane, uint64_t>;  // first number

  void apply_one(const EntryAccepted& change, RoundNo round);
  void apply_one(const EpochOpened& change, RoundNo round);
  void apply_one(const ChannelDefined& change, RoundNo round);
  void apply_one(const BlobStored& change, RoundNo round);
  void apply_one(const BlobSwept& change, RoundNo round);
  void apply_one(const LeaseHeld& change, RoundNo round);
  void apply_one(const CursorMoved& change, RoundNo round);
  void apply_one(const FirstShown& change, RoundNo round);
  void apply_one(const RangePublished& change, RoundNo round);
  void apply_one(const DeliveryChanged& change, RoundNo round);
  void apply_one(const AttemptEnded& change, RoundNo round);
  void apply_one(const PublicSeen& change, RoundNo round);
  void apply_one(const ChannelCondition& change, RoundNo round);
  void apply_one(const RateUsed& change, RoundNo round);
  void apply_one(const ExpiryReached& change, RoundNo round);
  void apply_one(const ReplayJob& change, RoundNo round);
  void apply_one(const NoticeSent& change, RoundNo round);
  void apply_one(const LossSuspected& change, RoundNo round);
  void apply_one(const Confirmation& change, RoundNo round);
  void apply_one(const PartErased& change, RoundNo round);
  void apply_one(const DeviceChanged& change, RoundNo round);
  void apply_one(const FleetMarked& change, RoundNo round);
  void add_part(const EntryAccepted& entry, const EntryPart& part, uint8_t number, RoundNo round);
  void trim_recent();
  static std::optional<Delivered> delivered_by(const DeliveryChanged& delivery,
                                               const RevisionRow& revision);
  void add_withdrawn(const EntryAccepted& entry, const EntryPart& part, RoundNo round);
  void mark_revised(Lane lane, Seq seq, RoundNo round);
  bool is_free(const PublicationKey& key) const;
  std::vector<PublicationKey> standing(std::vector<PublicationKey> keys) const;

  const Reader& reader_;
  uint64_t epoch_ = 0;
  Seq head_;
  LeaseNo last_lease_;
  LaneHeads lane_heads_{};
  std::map<std::string, ChannelNo, std::less<>> channels_;
  ChannelNo last_channel_;
  std::map<SubscriberNo, Subscriber> subscribers_;
  std::map<LeaseNo, Lease> leases_;
  std::map<ChannelNo, ChannelCondition> conditions_;
  std::map<ChannelNo, RateUsed> rates_;
  std::map<JobNo, ReplayJob> jobs_;
  JobNo last_job_;
  std::optional<LossSuspected> loss_;
  std::map<ConfirmationNo, Confirmation> confirmations_;
  ConfirmationNo last_confirmation_;
  std::map<std::pair<ChannelNo, Lane>, uint64_t> seen_heads_;
  FleetLedger fleet_;

  // The newest entries of each lane, committed or not; everything behind recent_floor_ is here.
  std::array<std::map<Seq, EntryRow>, 5> recent_;
  LaneHeads recent_floor_{};
  LaneHeads durable_heads_{};
  std::map<RoundNo, LaneHeads> round_heads_;

  Overlay<PublicationKey, PublicationRow> publications_;
  Overlay<Digest, Holders> documents_;
  Overlay<Digest, Holders> contents_;
  Overlay<std::string, PublicationKey> index_nos_;
  Overlay<SerialKey, uint64_t> serials_;
  Overlay<PublicationKey, Utc> shown_;
  Overlay<Digest, std::optional<BlobRow>> blobs_;
  Overlay<std::pair<Digest, Seq>, bool> new_references_;
  Overlay<std::pair<Seq, uint8_t>, PartErased> erased_;
  Overlay<DeliveryKey, DeliveryChanged> deliveries_;
  Overlay<std::pair<SubscriberNo, LeaseNo>, RangePublished> plain_;
  uint64_t plain_number_ = 0;
  Overlay<Seq, bool> revised_;
  Overlay<SeenKey, SeqRuns> seen_;
  Overlay<std::pair<Utc, Seq>, std::optional<Lane>> expiries_;  // nothing: dealt with
};

}  // namespace gulou
