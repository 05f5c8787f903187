// Reader is the core's only way to committed rows. Each call looks at a bounded number of rows and
// may be asked again from where it stopped. Called on the broker thread only; engines may serve it
// while a commit is under way: a row is seen whole or not at all. What was decided but not yet
// committed is laid over these answers by the Ledger.
#pragma once

#include "broker/core/change.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// One revision of a publication as the `release` table knows it.
struct RevisionRow {
  uint32_t revision = 0;
  Seq seq;
  uint8_t part = 0;
  Lane lane = Lane::normal;
  Digest digest;  // of the part's canonical bytes
  Digest bundle_digest;
  uint64_t epoch = 0;
  Digest hash;  // of the changeset that accepted it
  Utc accepted_at;
  friend bool operator==(const RevisionRow&, const RevisionRow&) = default;
};

// The last withdrawal of a publication; a newer revision may stand after it (mark_invalid, expire).
struct WithdrawnRow {
  Seq seq;  // its entry
  WithdrawalKind kind = WithdrawalKind::remove;
  uint32_t revision = 0;  // up to which it withdraws
  Utc at;
  std::string public_note;
  std::string successor;
  uint64_t epoch = 0;
  Digest hash;  // of the changeset that accepted it
  friend bool operator==(const WithdrawnRow&, const WithdrawnRow&) = default;
};

struct PublicationRow {
  std::string publisher;
  std::string id;
  std::string index_no;
  Digest content_digest;  // of the newest revision
  Digest document_key;
  std::vector<RevisionRow> revisions;  // ascending; never empty
  std::optional<WithdrawnRow> withdrawn;
  friend bool operator==(const PublicationRow&, const PublicationRow&) = default;

  const RevisionRow& newest() const { return revisions.back(); }

  // Must this revision no longer be shown?
  bool is_down(uint32_t revision) const {
    return withdrawn && revision <= withdrawn->revision &&
           withdrawn->kind != WithdrawalKind::mark_invalid;
  }

  // Is it shown with the banner 已废止 or 已失效?
  bool is_invalid(uint32_t revision) const {
    return withdrawn && revision <= withdrawn->revision &&
           withdrawn->kind == WithdrawalKind::mark_invalid;
  }
};

// An entry of the release log plus what later entries changed about it.
struct EntryRow {
  EntryAccepted entry;
  // Not plain: a newer revision of one of its parts exists, one was withdrawn, or a row stands
  // ahead of some cursor.
  bool revised = false;
};

struct BlobRow {
  uint64_t size_bytes = 0;
  std::string media_type;
  Utc stored_at;
};

struct Orphan {
  Digest digest;
  Utc stored_at;
  bool referenced = false;
};

// One entry a channel has shown to the public, by its number in (channel, lane).
struct SeenRow {
  uint64_t number = 0;
  Seq seq;
  friend bool operator==(const SeenRow&, const SeenRow&) = default;
};

// An entry that ends at a time.
struct Expiry {
  Utc expires;
  Seq seq;
  Lane lane = Lane::normal;
  friend bool operator==(const Expiry&, const Expiry&) = default;
};

// Number of the last PublicSeen entry in (channel, lane).
struct SeenHead {
  ChannelNo channel;
  Lane lane = Lane::normal;
  uint64_t number = 0;
  friend bool operator==(const SeenHead&, const SeenHead&) = default;
};

// How far a device is, and when it was heard of.
struct DevicePosition {
  SubscriberNo device;
  Seq seq;
  Utc at;
  Utc contact;
  int64_t lease_ms = 0;  // its channel's display lease, as it keeps it
  friend bool operator==(const DevicePosition&, const DevicePosition&) = default;
};

// A live part as the index by audience knows it.
struct LiveRow {
  Seq seq;
  uint8_t part = 0;
  Lane lane = Lane::normal;
  friend bool operator==(const LiveRow&, const LiveRow&) = default;
};

// The journal's head and the open work: what a Ledger is built from at start.
struct OpenState {
  uint64_t epoch = 0;      // of the last process; 0: a new home
  uint64_t changeset = 0;  // number of the last committed one
  Digest hash;             // its chain hash
  Seq head;
  LeaseNo last_lease;
  Seq lane_heads[5];  // by Lane; [0] unused
  std::vector<ChannelDefined> channels;
  std::vector<CursorMoved> cursors;
  std::vector<LeaseHeld> leases;  // unreported ones
  std::vector<ChannelCondition> conditions;
  std::vector<RateUsed> rates;
  std::vector<SeenHead> seen;
  std::vector<ReplayJob> jobs;  // running ones
  JobNo last_job;
  std::optional<LossSuspected> loss;        // the last one
  std::vector<Confirmation> confirmations;  // open ones
  ConfirmationNo last_confirmation;
  std::vector<DeviceChanged> devices;
  std::vector<DevicePosition> positions;  // of devices
};

enum class DueKind : uint8_t { publication = 0, withdrawal = 1 };

constexpr DueKind due_kind(Lane lane) {
  return lane == Lane::withdrawal ? DueKind::withdrawal : DueKind::publication;
}

class Reader {
 public:
  virtual ~Reader() = default;

  // Entries of a lane behind `after`, ascending, at most `limit`.
  virtual std::vector<EntryRow> entries(Lane lane, Seq after, size_t limit) const = 0;
  virtual std::optional<EntryRow> entry(Lane lane, Seq seq) const = 0;

  virtual std::optional<PublicationRow> publication(const PublicationKey& key) const = 0;
  // The publications that came with this document key / content digest and were not withdrawn for
  // good, the newest first.
  virtual std::vector<PublicationKey> by_document(const Digest& document_key) const = 0;
  virtual std::vector<PublicationKey> by_content(const Digest& content_digest) const = 0;
  // Who has this index number.
  virtual std::optional<PublicationKey> by_index_no(std::string_view index_no) const = 0;
  // Highest serial assigned to this organisation code in this year; 0: none.
  virtual uint64_t index_serial(std::string_view org_code, uint32_t year) const = 0;
  virtual Utc published_on(const PublicationKey& key) const = 0;

  virtual std::optional<BlobRow> blob(const Digest& digest) const = 0;
  // Blobs stored at or before `until` that no sweep has looked at, oldest first.
  virtual std::vector<Orphan> orphans(Utc until, size_t limit) const = 0;

  // Entries that use the blob, with seq > after, ascending, at most `limit`: as an attachment, a
  // scan, or what a person showed.
  virtual std::vector<Seq> blob_uses(const Digest& digest, Seq after, size_t limit) const = 0;

  // Open or closed.
  virtual std::optional<Confirmation> confirmation(ConfirmationNo no) const = 0;
  // What became of a part whose bytes were destroyed.
  virtual std::optional<PartErased> erased(Seq seq, uint8_t part) const = 0;

  // The row of a delivery that is or was not plain.
  virtual std::optional<DeliveryChanged> delivery(SubscriberNo subscriber, Seq seq) const = 0;
  // Was it a plain success, and when?
  virtual std::optional<RangePublished> plain_success(SubscriberNo subscriber,
                                                      Lane lane,
                                                      Seq seq) const = 0;
  // Waiting and confirming deliveries of a subscriber with due <= until, by due time, at most
  // `limit`: those of the withdrawal lane, or the others. Kept apart, so that withdrawals pass a
  // channel on which much else is due and may not go.
  virtual std::vector<DeliveryChanged> due(SubscriberNo subscriber,
                                           DueKind kind,
                                           Utc until,
                                           size_t limit) const = 0;
  // Open rows (waiting, confirming, parked, leased ones that have a row) of a subscriber with
  // seq > after, ascending, at most `limit`.
  virtual std::vector<DeliveryChanged> open_rows(SubscriberNo subscriber,
                                                 Seq after,
                                                 size_t limit) const = 0;
  // What the channel has shown to the public in this lane, numbers > after, ascending.
  virtual std::vector<SeenRow> seen(ChannelNo channel,
                                    Lane lane,
                                    uint64_t after,
                                    size_t limit) const = 0;
  // Entries whose `expires` is at or before `until` and not dealt with, oldest first.
  virtual std::vector<Expiry> expiring(Utc until, size_t limit) const = 0;
  virtual std::optional<Utc> first_expiry() const = 0;
  // Newest revisions of this kind for this audience ("": everybody) that were not taken back and
  // are no imported history, newest first, at most `limit`.
  virtual std::vector<LiveRow> live(std::string_view audience, Kind kind, size_t limit) const = 0;
  // Due time of its first waiting or confirming delivery; nothing where there is none.
  virtual std::optional<Utc> first_due(SubscriberNo subscriber, DueKind kind) const = 0;
};

}  // namespace gulou
