// History answers people: console, HTTP and CLI read committed rows through it, newest first, in
// pages. Any thread; each call reads a consistent view. Never used by the core.
#pragma once

#include "broker/core/reader.h"
#include "broker/journal/change_codec.h"
#include "common/base/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gulou {

struct ReleaseLine {
  Seq seq;
  uint8_t part = 0;
  EntryAccepted entry;
  std::string title;
};

struct StateCount {
  ChannelNo channel;
  DeliveryState state = DeliveryState::pending;
  uint64_t count = 0;
};

class History {
 public:
  virtual ~History() = default;

  // Parts of bundles (not withdrawals) with seq < before (0: from the head), newest first over all
  // lanes. Never ends within a bundle, so up to fifteen more than `limit`.
  virtual std::vector<ReleaseLine> releases(Seq before, size_t limit) const = 0;
  virtual std::optional<EntryRow> entry(Seq seq) const = 0;  // whatever its lane
  virtual std::optional<std::string> body(Seq seq, uint8_t part) const = 0;
  // Many at once, quick where places follow each other; empty: not there.
  using BodyPlace = std::pair<Seq, uint8_t>;
  virtual std::vector<std::string> bodies(std::span<const BodyPlace> places) const = 0;
  virtual std::optional<std::string> title(Seq seq, uint8_t part) const = 0;
  virtual std::optional<std::string> blob_range(const Digest& digest,
                                                uint64_t offset,
                                                uint32_t length) const = 0;
  // One stored chunk, also of a blob that is not complete yet (limits::blob_chunk_bytes each).
  virtual std::optional<std::string> blob_chunk(const Digest& digest, uint32_t index) const = 0;
  virtual std::optional<BlobRow> blob(const Digest& digest) const = 0;
  // Does a release name it as an attachment that is delivered (not as a private one)? Blob uses
  // hold "d" for delivered and "p" for private (tables.cc).
  virtual bool deliverable(const Digest& digest) const = 0;
  virtual std::optional<PublicationRow> publication(const PublicationKey& key) const = 0;
  // Publications whose id starts with `prefix`, over all publishers, at most `limit`.
  virtual std::vector<PublicationRow> by_id_prefix(std::string_view prefix, size_t limit) const = 0;
  // Also one that was withdrawn.
  virtual std::optional<PublicationKey> by_document(const Digest& document_key) const = 0;
  virtual std::optional<PublicationKey> by_index_no(std::string_view index_no) const = 0;
  // The delivery of `seq` whose receipt holds this URL.
  virtual std::optional<Seq> by_url(std::string_view url) const = 0;
  virtual Utc published_on(const PublicationKey& key) const = 0;
  // Of the publications whose first entries these are; quick where they follow each other.
  virtual std::vector<Utc> published_on(std::span<const Seq> first_seqs) const = 0;
  // Title search: parts whose title holds `text`, newest first; looks at a bounded number of rows
  // behind `before` and says in `next` where to go on (0: done).
  virtual std::vector<ReleaseLine> find_title(std::string_view text,
                                              Seq before,
                                              size_t limit,
                                              Seq& next) const = 0;

  // Entries of the withdrawal lane with seq < before (0: from the head), newest first.
  virtual std::vector<EntryAccepted> withdrawals(Seq before, size_t limit) const = 0;

  virtual std::vector<ChannelDefined> channels() const = 0;
  // Of the channels whose condition, or use of rates, was ever written.
  virtual std::vector<ChannelCondition> conditions() const = 0;
  virtual std::vector<RateUsed> rates() const = 0;
  // Replay jobs, running and ended, newest first.
  virtual std::vector<ReplayJob> jobs(size_t limit) const = 0;
  virtual std::optional<ReplayJob> job(JobNo job) const = 0;
  // Decisions of two persons: open ones first, then the closed ones, newest first, at most `limit`.
  virtual std::vector<Confirmation> confirmations(size_t limit) const = 0;
  virtual std::optional<Confirmation> confirmation(ConfirmationNo no) const = 0;
  // What became of a part whose bytes were destroyed.
  virtual std::optional<PartErased> erased(Seq seq, uint8_t part) const = 0;
  // Interpretations planned for a day before `date` that have not come, the oldest first.
  virtual std::vector<PhaseDueRow> phases_due(std::string_view date, size_t limit) const = 0;
  // Causes people were told about that have not recovered.
  virtual std::vector<NoticeSent> notices() const = 0;
  // Did the channel show this entry to the public under a number > after? Looks at a bounded
  // number of rows; beyond them: yes.
  virtual bool seen_behind(ChannelNo channel, Lane lane, uint64_t after, Seq seq) const = 0;
  virtual std::vector<CursorMoved> cursors() const = 0;
  virtual std::vector<LeaseHeld> leases() const = 0;
  virtual std::optional<DeliveryChanged> delivery(SubscriberNo subscriber, Seq seq) const = 0;
  virtual std::optional<RangePublished> plain_success(SubscriberNo subscriber,
                                                      Lane lane,
                                                      Seq seq) const = 0;
  virtual std::vector<AttemptEnded> attempts(SubscriberNo subscriber, Seq seq) const = 0;
  // Open rows (waiting, confirming, parked, leased singly) of a channel (0: all) in `state`, oldest
  // first behind (after_subscriber, after_seq).
  virtual std::vector<DeliveryChanged> open_deliveries(std::optional<ChannelNo> channel,
                                                       std::optional<DeliveryState> state,
                                                       SubscriberNo after_subscriber,
                                                       Seq after_seq,
                                                       size_t limit) const = 0;
  // Rows counted by channel and state (open rows only).
  virtual std::vector<StateCount> open_counts() const = 0;

  // All devices of a channel (0: of all), ascending, and how far each is.
  virtual std::vector<DeviceChanged> devices(ChannelNo channel) const = 0;
  virtual std::vector<DevicePosition> device_positions() const = 0;
  // An entry at the devices of each page that said something of it.
  virtual std::vector<std::pair<uint32_t, FleetPage>> fleet_pages(ChannelNo channel,
                                                                  Seq seq) const = 0;

  virtual uint64_t epoch() const = 0;  // of the last process
  virtual uint64_t changesets() const = 0;
  virtual Digest chain_hash() const = 0;
  virtual std::optional<ChangesetRow> changeset(uint64_t number) const = 0;
  // From this one on, ascending, until `visit` says false. corrupt: a row that cannot be read.
  using ChangesetVisit = std::function<bool(uint64_t number, const ChangesetRow& row)>;
  virtual Status changesets_from(uint64_t number, const ChangesetVisit& visit) const = 0;
};

}  // namespace gulou
