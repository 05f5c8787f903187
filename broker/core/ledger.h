// Ledger is the broker's in-memory truth. Owned by Core; touched only on the broker thread. Every
// mutation enters through apply(), live and at rebuild alike, so a replayed ledger equals the lost
// one. Its memory is bounded: cursors, open leases, the newest entries of each lane, and an overlay
// of what the rounds in flight changed; everything older is read through the Reader.
#pragma once

#include "broker/core/change.h"
#include "broker/core/overlay.h"
#include "broker/core/reader.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
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
  std::set<LeaseNo> leases;
  // No delivery of this subscriber is due before this; zero: not known, ask the Reader.
  Utc due_hint;
  bool due_known = false;
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

  // ---- rows, with what is not yet committed laid over them
  std::vector<EntryRow> entries(Lane lane, Seq after, size_t limit) const;
  std::optional<EntryRow> entry(Lane lane, Seq seq) const;
  std::optional<PublicationRow> publication(const PublicationKey& key) const;
  std::optional<PublicationKey> by_document(const Digest& document_key) const;
  std::optional<PublicationKey> by_content(const Digest& content_digest) const;
  std::optional<PublicationKey> by_index_no(const std::string& index_no) const;
  uint64_t index_serial(const std::string& org_code, uint32_t year) const;
  Utc published_on(const PublicationKey& key) const;
  std::optional<BlobRow> blob(const Digest& digest) const;

  bool referenced(const Digest& digest) const { return new_references_.find(digest) != nullptr; }

  std::optional<DeliveryChanged> delivery(SubscriberNo subscriber, Seq seq) const;
  // Committed due rows that no round in flight has changed.
  std::vector<DeliveryChanged> due(SubscriberNo subscriber, Utc until, size_t limit) const;
  // Notes that nothing of this subscriber is due before `hint`; recomputed when rows change.
  void set_due_hint(SubscriberNo subscriber, std::optional<Utc> hint);

  // Where the publication stands on the subscriber: the newest revision it was delivered at.
  struct Delivered {
    uint32_t revision = 0;
    std::string platform_id;
    std::string url;
  };

  std::optional<Delivered> delivered(SubscriberNo subscriber,
                                     const PublicationRow& publication) const;

  // Is any revision of this publication in an open lease of the subscriber?
  bool leased(SubscriberNo subscriber, const PublicationRow& publication) const;

  // Sizes, for the bound check of tests and simulation.
  size_t overlay_rows() const;
  // Broken invariants, in words; empty when all is well. For tests and simulation.
  std::string audit() const;

 private:
  using DeliveryKey = std::pair<SubscriberNo, Seq>;
  using SerialKey = std::pair<std::string, uint32_t>;

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
  void add_part(const EntryAccepted& entry, const EntryPart& part, uint8_t number, RoundNo round);
  void trim_recent();
  static std::optional<Delivered> delivered_by(const DeliveryChanged& delivery,
                                               const RevisionRow& revision);
  std::optional<RangePublished> plain_success(SubscriberNo subscriber, Lane lane, Seq seq) const;

  const Reader& reader_;
  uint64_t epoch_ = 0;
  Seq head_;
  LeaseNo last_lease_;
  LaneHeads lane_heads_{};
  std::map<std::string, ChannelNo, std::less<>> channels_;
  ChannelNo last_channel_;
  std::map<SubscriberNo, Subscriber> subscribers_;
  std::map<LeaseNo, Lease> leases_;

  // The newest entries of each lane, committed or not; everything behind recent_floor_ is here.
  std::array<std::map<Seq, EntryRow>, 5> recent_;
  LaneHeads recent_floor_{};
  LaneHeads durable_heads_{};
  std::map<RoundNo, LaneHeads> round_heads_;

  Overlay<PublicationKey, PublicationRow> publications_;
  Overlay<Digest, PublicationKey> documents_;
  Overlay<Digest, PublicationKey> contents_;
  Overlay<std::string, PublicationKey> index_nos_;
  Overlay<SerialKey, uint64_t> serials_;
  Overlay<PublicationKey, Utc> shown_;
  Overlay<Digest, std::optional<BlobRow>> blobs_;
  Overlay<Digest, bool> new_references_;
  Overlay<DeliveryKey, DeliveryChanged> deliveries_;
  Overlay<std::pair<SubscriberNo, LeaseNo>, RangePublished> plain_;
  uint64_t plain_number_ = 0;
  Overlay<Seq, bool> revised_;
};

}  // namespace gulou
