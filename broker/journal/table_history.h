// TableHistory answers people from rows, for every engine. Each call takes a snapshot of its own.
// Owned by the journal; as thread-safe as the rows below it (RocksDB: any thread; memory: the
// owner's).
#pragma once

#include "broker/journal/history.h"
#include "broker/journal/rows.h"

namespace gulou {

class TableHistory : public History {
 public:
  // `rows` must outlive this.
  explicit TableHistory(const RowReader& rows) : rows_(rows) {}

  std::vector<ReleaseLine> releases(Seq before, size_t limit) const override;
  std::optional<EntryRow> entry(Seq seq) const override;
  std::optional<std::string> body(Seq seq, uint8_t part) const override;
  std::vector<std::string> bodies(std::span<const BodyPlace> places) const override;
  std::optional<std::string> title(Seq seq, uint8_t part) const override;
  std::optional<std::string> blob_range(const Digest& digest,
                                        uint64_t offset,
                                        uint32_t length) const override;
  std::optional<std::string> blob_chunk(const Digest& digest, uint32_t index) const override;
  std::optional<BlobRow> blob(const Digest& digest) const override;
  bool deliverable(const Digest& digest) const override;
  std::optional<PublicationRow> publication(const PublicationKey& key) const override;
  std::vector<PublicationRow> by_id_prefix(std::string_view prefix, size_t limit) const override;
  std::optional<PublicationKey> by_document(const Digest& document_key) const override;
  std::optional<PublicationKey> by_index_no(std::string_view index_no) const override;
  std::optional<Seq> by_url(std::string_view url) const override;
  Utc published_on(const PublicationKey& key) const override;
  std::vector<Utc> published_on(std::span<const Seq> first_seqs) const override;
  std::vector<ReleaseLine> find_title(std::string_view text,
                                      Seq before,
                                      size_t limit,
                                      Seq& next) const override;
  std::vector<EntryAccepted> withdrawals(Seq before, size_t limit) const override;
  std::vector<ChannelDefined> channels() const override;
  std::vector<ChannelCondition> conditions() const override;
  std::vector<RateUsed> rates() const override;
  std::vector<ReplayJob> jobs(size_t limit) const override;
  std::optional<ReplayJob> job(JobNo job) const override;
  std::vector<Confirmation> confirmations(size_t limit) const override;
  std::optional<Confirmation> confirmation(ConfirmationNo no) const override;
  std::optional<PartErased> erased(Seq seq, uint8_t part) const override;
  std::vector<PhaseDueRow> phases_due(std::string_view date, size_t limit) const override;
  std::vector<NoticeSent> notices() const override;
  bool seen_behind(ChannelNo channel, Lane lane, uint64_t after, Seq seq) const override;
  std::vector<CursorMoved> cursors() const override;
  std::vector<LeaseHeld> leases() const override;
  std::optional<DeliveryChanged> delivery(SubscriberNo subscriber, Seq seq) const override;
  std::optional<RangePublished> plain_success(SubscriberNo subscriber,
                                              Lane lane,
                                              Seq seq) const override;
  std::vector<AttemptEnded> attempts(SubscriberNo subscriber, Seq seq) const override;
  std::vector<DeliveryChanged> open_deliveries(std::optional<ChannelNo> channel,
                                               std::optional<DeliveryState> state,
                                               SubscriberNo after_subscriber,
                                               Seq after_seq,
                                               size_t limit) const override;
  std::vector<StateCount> open_counts() const override;
  std::vector<DeviceChanged> devices(ChannelNo channel) const override;
  std::vector<DevicePosition> device_positions() const override;
  std::vector<std::pair<uint32_t, FleetPage>> fleet_pages(ChannelNo channel,
                                                          Seq seq) const override;
  uint64_t epoch() const override;
  uint64_t changesets() const override;
  Digest chain_hash() const override;
  std::optional<ChangesetRow> changeset(uint64_t number) const override;
  Status changesets_from(uint64_t number, const ChangesetVisit& visit) const override;

 private:
  const RowReader& rows_;
};

}  // namespace gulou
