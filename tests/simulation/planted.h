// Faults put into the system on purpose, to see the checker catch each: in the policies given to
// the core, in its reader, in the events and sends around it, in adapters; never in the core.
#pragma once

#include "broker/core/event.h"
#include "broker/core/reader.h"
#include "broker/core/step.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::simulation {

enum class Planted : uint8_t {
  none,
  send_before_commit,
  publish_twice,
  lost_fsync,
  credit_ignored,
  hasty_retry,
  old_revision,
  withdrawn_handed_out,
  gate_ignored,
  torn_bundle,
  embargo_broken,
  replayed_withdrawn,
  rate_exceeded,
  two_exclusive,
  strict_ignored,
  paused_forgotten,
  removal_lost,
  banner_lost,
  one_person,
};

// `says`: what the checker must say, in part; empty: anything.
struct PlantedFault {
  Planted planted;
  const char* name;
  const char* says;
};

inline constexpr PlantedFault planted_faults[] = {
    {Planted::none, "none", ""},
    {Planted::send_before_commit, "send_before_commit", ""},
    {Planted::publish_twice, "publish_twice", " times"},
    {Planted::lost_fsync, "lost_fsync", ""},
    {Planted::credit_ignored, "credit_ignored", " granted"},
    {Planted::hasty_retry, "hasty_retry", " ms after failure"},
    {Planted::old_revision, "old_revision", "revision"},
    {Planted::withdrawn_handed_out, "withdrawn_handed_out", "handed out though withdrawn"},
    {Planted::gate_ignored, "gate_ignored", "before its gate opened"},
    {Planted::torn_bundle, "torn_bundle", "is torn"},
    {Planted::embargo_broken, "embargo_broken", "embargo"},
    {Planted::replayed_withdrawn, "replayed_withdrawn", "replays what is withdrawn"},
    {Planted::rate_exceeded, "rate_exceeded", "faster than"},
    {Planted::two_exclusive, "two_exclusive", "exclusive"},
    {Planted::strict_ignored, "strict_ignored", "strict"},
    {Planted::paused_forgotten, "paused_forgotten", "while paused"},
    {Planted::removal_lost, "removal_lost", "withdrawn and stands"},
    {Planted::banner_lost, "banner_lost", "banner"},
    {Planted::one_person, "one_person", "with one person"},
};

const PlantedFault& fault_of(Planted planted);

CountySettings planted_county(CountySettings county, Planted planted);
void plant_in(std::vector<PartFacts>& parts, Planted planted);
void plant_in(SendDeliver& send, Planted planted);

// Reads as the other, but knows of no withdrawal.
class BlindReader : public Reader {
 public:
  explicit BlindReader(const Reader& whole) : whole_(whole) {}

  std::vector<EntryRow> entries(Lane lane, Seq after, size_t limit) const override {
    return whole_.entries(lane, after, limit);
  }

  std::optional<EntryRow> entry(Lane lane, Seq seq) const override {
    return whole_.entry(lane, seq);
  }

  std::optional<PublicationRow> publication(const PublicationKey& key) const override {
    auto row = whole_.publication(key);
    if (row) {
      row->withdrawn.reset();
    }
    return row;
  }

  std::vector<PublicationKey> by_document(const Digest& document_key) const override {
    return whole_.by_document(document_key);
  }

  std::vector<PublicationKey> by_content(const Digest& content_digest) const override {
    return whole_.by_content(content_digest);
  }

  std::optional<PublicationKey> by_index_no(std::string_view index_no) const override {
    return whole_.by_index_no(index_no);
  }

  uint64_t index_serial(std::string_view org_code, uint32_t year) const override {
    return whole_.index_serial(org_code, year);
  }

  Utc published_on(const PublicationKey& key) const override { return whole_.published_on(key); }

  std::optional<BlobRow> blob(const Digest& digest) const override { return whole_.blob(digest); }

  std::vector<Orphan> orphans(Utc until, size_t limit) const override {
    return whole_.orphans(until, limit);
  }

  std::vector<Seq> blob_uses(const Digest& digest, Seq after, size_t limit) const override {
    return whole_.blob_uses(digest, after, limit);
  }

  std::optional<Confirmation> confirmation(ConfirmationNo no) const override {
    return whole_.confirmation(no);
  }

  std::optional<PartErased> erased(Seq seq, uint8_t part) const override {
    return whole_.erased(seq, part);
  }

  std::optional<DeliveryChanged> delivery(SubscriberNo subscriber, Seq seq) const override {
    return whole_.delivery(subscriber, seq);
  }

  std::optional<RangePublished> plain_success(SubscriberNo subscriber,
                                              Lane lane,
                                              Seq seq) const override {
    return whole_.plain_success(subscriber, lane, seq);
  }

  std::vector<DeliveryChanged> due(SubscriberNo subscriber,
                                   DueKind kind,
                                   Utc until,
                                   size_t limit) const override {
    return whole_.due(subscriber, kind, until, limit);
  }

  std::vector<DeliveryChanged> open_rows(SubscriberNo subscriber,
                                         Seq after,
                                         size_t limit) const override {
    return whole_.open_rows(subscriber, after, limit);
  }

  std::vector<SeenRow> seen(ChannelNo channel,
                            Lane lane,
                            uint64_t after,
                            size_t limit) const override {
    return whole_.seen(channel, lane, after, limit);
  }

  std::vector<Expiry> expiring(Utc until, size_t limit) const override {
    return whole_.expiring(until, limit);
  }

  std::optional<Utc> first_expiry() const override { return whole_.first_expiry(); }

  std::vector<LiveRow> live(std::string_view audience, Kind kind, size_t limit) const override {
    return whole_.live(audience, kind, limit);
  }

  std::optional<Utc> first_due(SubscriberNo subscriber, DueKind kind) const override {
    return whole_.first_due(subscriber, kind);
  }

 private:
  const Reader& whole_;
};

}  // namespace gulou::simulation
