// Tables is the projection of changes onto rows: the same rows whether a changeset is committed or
// replayed. It writes without reading wherever it can; what it must know of earlier rows it looks
// up in the committed ones, laid over by those of the changeset at hand. Owned by a journal engine
// (or a rebuild); commit thread only. Which row serves whom: README.md.
#pragma once

#include "broker/core/change.h"
#include "broker/core/reader.h"
#include "broker/core/step.h"
#include "broker/journal/change_codec.h"
#include "broker/journal/rows.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gulou {

class Tables {
 public:
  // Reads the epoch and the last lease number; `committed` must outlive this.
  explicit Tables(const RowReader& committed);

  // Writes the rows of one changeset with this chain hash.
  void apply(std::span<const Change> changes, const Digest& hash, RowWriter& rows);

  uint64_t epoch() const { return epoch_; }

 private:
  // What the index rows of a delivery depend on.
  struct Indexed {
    DeliveryState state = DeliveryState::pending;
    Utc due;
  };

  void apply_one(const EntryAccepted& change);
  void apply_one(const EpochOpened& change);
  void apply_one(const ChannelDefined& change);
  void apply_one(const BlobStored& change);
  void apply_one(const BlobSwept& change);
  void apply_one(const LeaseHeld& change);
  void apply_one(const CursorMoved& change);
  void apply_one(const FirstShown& change);
  void apply_one(const RangePublished& change);
  void apply_one(const DeliveryChanged& change);
  void apply_one(const AttemptEnded& change);
  void apply_one(const PublicSeen& change);
  void apply_one(const ChannelCondition& change);
  void apply_one(const RateUsed& change);
  void apply_one(const ExpiryReached& change);
  void apply_one(const ReplayJob& change);
  void apply_one(const NoticeSent& change);
  void apply_one(const LossSuspected& change);
  void apply_one(const Confirmation& change);
  void apply_one(const PartErased& change);
  void apply_one(const DeviceChanged& change);
  void apply_one(const FleetMarked& change);

  // fleet_tables.cc
  void put_live(const EntryAccepted& entry);
  void erase_live(const std::string& id, Seq seq);
  FleetPage& page(const FleetMarked& change);
  void put_pages();

  // phase_tables.cc
  void put_phases(const EntryAccepted& entry);
  void plan_phases(const PublicationKey& document, const EntryPart& part, Seq seq);
  void put_phase(const PublicationKey& document, const Digest& phase, const PhaseRow& row);
  std::map<Digest, PhaseRow> phases_of(const PublicationKey& document) const;

  void put_part(const EntryAccepted& entry, uint8_t part);
  void put_withdrawal(const EntryAccepted& entry);
  void put_blob_uses(const EntryAccepted& entry);
  void put_shown(SeqRun run, Utc at);
  std::optional<BlobRow> blob(const Digest& digest) const;
  void erase_blob(const Digest& digest, const BlobRow& row);
  std::optional<Indexed> indexed(SubscriberNo subscriber, Seq seq) const;
  void erase_index(const DeliveryChanged& change, const Indexed& previous);
  void put_index(const DeliveryChanged& change);
  void put_receipt(const DeliveryChanged& change);
  void put_proof_use(const DeliveryChanged& change);
  void finish();

  const RowReader& committed_;
  uint64_t epoch_ = 0;
  LeaseNo last_lease_;

  // Of the changeset at hand.
  RowWriter* rows_ = nullptr;
  Digest hash_;
  LeaseNo highest_lease_;
  std::map<std::pair<SubscriberNo, Seq>, std::optional<Indexed>> deliveries_;  // nothing: final
  std::map<Digest, std::optional<BlobRow>> blobs_;                             // nothing: swept
  std::map<Seq, uint64_t> shown_;                                              // first, count
  std::map<std::pair<std::string, uint32_t>, uint64_t> serials_;
  std::map<Seq, const EntryAccepted*> entries_;  // accepted in it
  std::map<std::string, FleetPage> pages_;       // by key
  std::map<PublicationKey, std::map<Digest, PhaseRow>> phases_;
};

// The rows beside the journal: canonical bytes and titles.
void put_bodies(std::span<const BodyBytes> bodies, RowWriter& rows);

}  // namespace gulou
