// Books are the checker's own view of what the journal says: which revisions exist and were
// withdrawn, what each channel has, what its gate has shown. From them follows, without asking the
// core, what a hand-over must hold. Owned by the Checker.
#pragma once

#include "broker/core/change.h"
#include "broker/core/reader.h"
#include "common/model/settings.h"
#include "tests/simulation/options.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace gulou::simulation {

using DeliveryKey = std::pair<SubscriberNo, Seq>;

class Books {
 public:
  explicit Books(const Options& options) : options_(options) {}

  struct Withdrawn {
    WithdrawalKind kind = WithdrawalKind::remove;
    uint32_t revision = 0;
    Seq seq;
  };

  struct Revision {
    uint32_t revision = 0;
    Seq seq;
    uint8_t part = 0;
  };

  struct Publication {
    std::vector<Revision> revisions;  // ascending
    std::optional<Withdrawn> withdrawn;
    bool was_down = false;
    uint32_t down_to = 0;    // newest revision that was ever taken down
    bool has_ended = false;  // takes no further revision

    bool is_down(uint32_t revision) const {
      return withdrawn && revision <= withdrawn->revision &&
             withdrawn->kind != WithdrawalKind::mark_invalid;
    }

    bool is_invalid(uint32_t revision) const {
      return withdrawn && revision <= withdrawn->revision &&
             withdrawn->kind == WithdrawalKind::mark_invalid;
    }
  };

  // A part as it must be handed out now.
  struct Expected {
    uint8_t part = 0;
    Seq seq;
    bool invalid = false;
    friend bool operator==(const Expected&, const Expected&) = default;
  };

  void add(const EntryAccepted& entry);
  void add(const DeliveryChanged& row);
  void add(const RangePublished& range);
  void add(const ChannelDefined& channel);

  const std::map<Seq, EntryAccepted>& entries() const { return entries_; }

  const std::map<PublicationKey, Publication>& publications() const { return publications_; }

  const Publication* publication(const PublicationKey& key) const;
  const EntryAccepted* entry(Seq seq) const;
  const DeliveryChanged* row(DeliveryKey key) const;

  const std::map<DeliveryKey, DeliveryChanged>& rows() const { return rows_; }

  const std::map<ChannelNo, ChannelDefined>& channels() const { return channels_; }

  const ChannelPlan* plan(SubscriberNo subscriber) const;
  SubscriberNo subscriber(const std::string& channel) const;

  bool by_hand(SubscriberNo subscriber, const PublicationKey& key) const {
    return by_hand_.contains({subscriber, key});
  }

  static bool takes(const Channel& policy, const EntryAccepted& entry);
  // When this channel may have it.
  static Utc from(const Channel& policy, const EntryAccepted& entry);
  static bool is_gated(const Channel& policy, Lane lane);
  bool all_down(const EntryAccepted& entry) const;
  // Does the gate show every part at this revision or a newer one, or never gets it?
  bool gate_is_open(const Channel& policy, const EntryAccepted& entry) const;
  // Is the gate open only by newer revisions?
  bool is_passed(const Channel& policy, const EntryAccepted& entry) const;
  // Has the gate ever shown this publication at this revision or a newer one?
  bool was_seen(const Channel& policy, const PublicationKey& key, uint32_t revision) const;
  std::vector<Expected> expected(const Channel& policy, Seq seq, Utc at) const;

 private:
  std::optional<Expected> newest(const Channel& policy,
                                 const EntryAccepted& entry,
                                 uint8_t number,
                                 Utc at) const;
  uint32_t delivered(SubscriberNo subscriber, const Publication& known) const;
  // Which revision the gate shows by this revision's entry, a newer one perhaps; 0: none.
  uint32_t seen_revision(SubscriberNo gate, const Revision& revision) const;
  void note_seen(SubscriberNo subscriber, const PublicationKey& key, uint32_t revision);
  bool counts_as_seen(SubscriberNo subscriber, ReceiptLevel level) const;

  const Options& options_;
  std::map<Seq, EntryAccepted> entries_;
  std::map<PublicationKey, Publication> publications_;
  std::map<DeliveryKey, DeliveryChanged> rows_;
  std::map<DeliveryKey, ReceiptLevel> plain_;
  std::map<ChannelNo, ChannelDefined> channels_;
  std::map<std::pair<SubscriberNo, PublicationKey>, uint32_t> seen_;  // newest ever
  std::set<std::pair<SubscriberNo, PublicationKey>> by_hand_;
};

}  // namespace gulou::simulation
