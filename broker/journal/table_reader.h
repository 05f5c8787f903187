// TableReader answers the core from rows, for every engine. Owned by the journal and called on the
// broker thread; TableHistory makes short-lived ones over its own snapshots.
#pragma once

#include "broker/journal/change_codec.h"
#include "broker/journal/rows.h"

namespace gulou {

class TableReader : public Reader {
 public:
  // `rows` must outlive this.
  explicit TableReader(const RowReader& rows) : rows_(rows) {}

  std::vector<EntryRow> entries(Lane lane, Seq after, size_t limit) const override;
  std::optional<EntryRow> entry(Lane lane, Seq seq) const override;
  std::optional<PublicationRow> publication(const PublicationKey& key) const override;
  std::vector<PublicationKey> by_document(const Digest& document_key) const override;
  std::vector<PublicationKey> by_content(const Digest& content_digest) const override;
  std::optional<PublicationKey> by_index_no(std::string_view index_no) const override;
  uint64_t index_serial(std::string_view org_code, uint32_t year) const override;
  Utc published_on(const PublicationKey& key) const override;
  std::optional<BlobRow> blob(const Digest& digest) const override;
  std::vector<Orphan> orphans(Utc until, size_t limit) const override;
  std::vector<Seq> blob_uses(const Digest& digest, Seq after, size_t limit) const override;
  std::optional<Confirmation> confirmation(ConfirmationNo no) const override;
  std::optional<PartErased> erased(Seq seq, uint8_t part) const override;
  std::optional<DeliveryChanged> delivery(SubscriberNo subscriber, Seq seq) const override;
  std::optional<RangePublished> plain_success(SubscriberNo subscriber,
                                              Lane lane,
                                              Seq seq) const override;
  std::vector<DeliveryChanged> due(SubscriberNo subscriber,
                                   DueKind kind,
                                   Utc until,
                                   size_t limit) const override;
  std::vector<LiveRow> live(std::string_view audience, Kind kind, size_t limit) const override;
  std::optional<Utc> first_due(SubscriberNo subscriber, DueKind kind) const override;
  std::vector<DeliveryChanged> open_rows(SubscriberNo subscriber,
                                         Seq after,
                                         size_t limit) const override;
  std::vector<SeenRow> seen(ChannelNo channel,
                            Lane lane,
                            uint64_t after,
                            size_t limit) const override;
  std::vector<Expiry> expiring(Utc until, size_t limit) const override;
  std::optional<Utc> first_expiry() const override;

  // Also one that was withdrawn.
  std::optional<PublicationKey> any_by_document(const Digest& document_key) const;

 private:
  using Others = std::vector<PublicationKey> EntryPart::*;
  std::vector<PublicationKey> holders_at(std::string_view key, Others others) const;
  std::optional<EntryAccepted> entry_at(const PartPlace& place) const;
  std::optional<PublicationKey> publication_at(std::string_view key) const;
  bool stands(const PublicationKey& publication) const;
  bool add_revision(PublicationRow& publication, std::string_view place_bytes) const;

  const RowReader& rows_;
};

}  // namespace gulou
