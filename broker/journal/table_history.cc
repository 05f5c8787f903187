#include "broker/journal/table_history.h"

#include "broker/journal/row_lookup.h"
#include "broker/journal/table_reader.h"
#include "common/base/limits.h"
#include "common/crypto/digest.h"

#include <algorithm>

namespace gulou {
namespace {

constexpr Lane bundle_lanes[] = {Lane::urgent, Lane::normal, Lane::bulk};
constexpr Lane lanes_by_size[] = {Lane::normal, Lane::bulk, Lane::urgent, Lane::withdrawal};

std::optional<EntryRow> entry_of(const RowReader& rows, Seq seq) {
  const TableReader reader(rows);
  for (const Lane lane : lanes_by_size) {
    if (auto row = reader.entry(lane, seq)) {
      return row;
    }
  }
  return std::nullopt;
}

std::string title_of(const RowReader& rows, Seq seq, uint8_t part) {
  return rows.get(Cf::release, keys::title(seq, part)).value_or(std::string());
}

}  // namespace

std::vector<ReleaseLine> TableHistory::releases(Seq before, size_t limit) const {
  const auto rows = rows_.snapshot();
  const Seq below = before ? before : Seq{UINT64_MAX};

  struct LaneEnd {
    std::unique_ptr<RowCursor> cursor;
    bool more = false;
  };

  std::vector<LaneEnd> ends;
  for (const Lane lane : bundle_lanes) {
    auto cursor = rows->cursor(Cf::entry, keys::lane(lane));
    const bool more = cursor->seek_back(keys::entry(lane, {below.value - 1}));
    ends.push_back({.cursor = std::move(cursor), .more = more});
  }
  const auto seq_of = [](const LaneEnd& end) {
    return end.more ? keys::seq_of_entry(end.cursor->key()) : Seq{};
  };
  std::vector<ReleaseLine> lines;
  while (lines.size() < limit) {
    auto& newest = *std::max_element(ends.begin(), ends.end(), [&](const auto& a, const auto& b) {
      return seq_of(a) < seq_of(b);
    });
    if (!newest.more) {
      break;
    }
    const auto entry =
        decoded<EntryAccepted>(*rows, Cf::entry, newest.cursor->key(), newest.cursor->value());
    for (size_t i = 0; i < entry.parts.size(); ++i) {
      const auto part = static_cast<uint8_t>(i);
      lines.push_back({.seq = entry.seq,
                       .part = part,
                       .entry = entry,
                       .title = title_of(*rows, entry.seq, part)});
    }
    newest.more = newest.cursor->prev();
  }
  return lines;
}

std::optional<EntryRow> TableHistory::entry(Seq seq) const {
  return entry_of(*rows_.snapshot(), seq);
}

std::optional<std::string> TableHistory::body(Seq seq, uint8_t part) const {
  return rows_.get(Cf::body, keys::body(seq, part));
}

std::vector<std::string> TableHistory::bodies(std::span<const BodyPlace> places) const {
  std::vector<std::string> found(places.size());
  if (places.empty()) {
    return found;
  }
  const auto cursor = rows_.cursor(Cf::body, keys::bodies());
  bool more = false;
  for (size_t i = 0; i < places.size(); ++i) {
    const std::string key = keys::body(places[i].first, places[i].second);
    // Neighbours are a step apart; anything else is sought.
    if (more && cursor->key() < key) {
      more = cursor->next();
    }
    if (!more || cursor->key() != key) {
      more = cursor->seek(key);
    }
    if (more && cursor->key() == key) {
      found[i].assign(cursor->value());
    }
  }
  return found;
}

std::optional<std::string> TableHistory::title(Seq seq, uint8_t part) const {
  return rows_.get(Cf::release, keys::title(seq, part));
}

std::optional<std::string> TableHistory::blob_range(const Digest& digest,
                                                    uint64_t offset,
                                                    uint32_t length) const {
  const auto row = lookup<BlobRow>(rows_, Cf::meta, keys::blob(digest));
  if (!row || offset > row->size_bytes) {
    return std::nullopt;
  }
  const uint64_t end =
      std::min({offset + length, row->size_bytes, offset + limits::blob_range_bytes_max});
  std::string bytes;
  bytes.reserve(end - offset);
  while (offset < end) {
    const auto index = static_cast<uint32_t>(offset / limits::blob_chunk_bytes);
    const uint64_t within = offset % limits::blob_chunk_bytes;
    const auto chunk = rows_.get(Cf::blob, keys::chunk(digest, index));
    if (!chunk || chunk->size() <= within) {
      return std::nullopt;
    }
    const uint64_t taken = std::min<uint64_t>(chunk->size() - within, end - offset);
    bytes.append(*chunk, within, taken);
    offset += taken;
  }
  return bytes;
}

std::optional<std::string> TableHistory::blob_chunk(const Digest& digest, uint32_t index) const {
  return rows_.get(Cf::blob, keys::chunk(digest, index));
}

std::optional<BlobRow> TableHistory::blob(const Digest& digest) const {
  return lookup<BlobRow>(rows_, Cf::meta, keys::blob(digest));
}

bool TableHistory::deliverable(const Digest& digest) const {
  bool found = false;
  scan(rows_, Cf::meta, keys::blob_uses(digest), [&](std::string_view, std::string_view use) {
    found = use == keys::use_delivered;
    return !found;
  });
  return found;
}

std::optional<PublicationRow> TableHistory::publication(const PublicationKey& key) const {
  const auto rows = rows_.snapshot();
  return TableReader(*rows).publication(key);
}

std::vector<PublicationRow> TableHistory::by_id_prefix(std::string_view prefix,
                                                       size_t limit) const {
  const auto rows = rows_.snapshot();
  const TableReader reader(*rows);
  std::vector<PublicationRow> found;
  const KeyRange range = keys::starting_with(keys::publications_from(prefix));
  const auto cursor = rows->cursor(Cf::release, range);
  bool more = cursor->seek(range.from);
  while (more && found.size() < limit) {
    const auto key = keys::publication_of(cursor->key());
    if (!key) {
      more = cursor->next();
      continue;
    }
    if (auto row = reader.publication(*key)) {
      found.push_back(*std::move(row));
    }
    more = cursor->seek(keys::starting_with(keys::publication(*key)).to);  // past its revisions
  }
  return found;
}

std::optional<PublicationKey> TableHistory::by_document(const Digest& document_key) const {
  const auto rows = rows_.snapshot();
  return TableReader(*rows).any_by_document(document_key);
}

std::optional<PublicationKey> TableHistory::by_index_no(std::string_view index_no) const {
  const auto rows = rows_.snapshot();
  return TableReader(*rows).by_index_no(index_no);
}

std::optional<Seq> TableHistory::by_url(std::string_view url) const {
  const auto place = lookup<PartPlace>(rows_, Cf::receipt, keys::url(sha256(url)));
  return place ? std::optional(place->seq) : std::nullopt;
}

Utc TableHistory::published_on(const PublicationKey& key) const {
  const auto rows = rows_.snapshot();
  return TableReader(*rows).published_on(key);
}

std::vector<Utc> TableHistory::published_on(std::span<const Seq> first_seqs) const {
  std::vector<Utc> found;
  found.reserve(first_seqs.size());
  const auto cursor = rows_.cursor(Cf::release, keys::shown_runs());
  const auto run_begins = [&](bool there) {
    return there ? keys::seq_of_release_row(cursor->key()).value : UINT64_MAX;
  };
  // Where `at` holds: a run, or a gap between two.
  uint64_t from = 0;
  uint64_t end = 0;
  Utc at;
  for (const Seq seq : first_seqs) {
    if (seq.value < from || seq.value >= end) {
      at = {};
      from = 0;
      const bool any_before = cursor->seek_back(keys::shown(seq));
      if (any_before) {
        const auto run = decoded<RunRow>(rows_, Cf::release, cursor->key(), cursor->value());
        from = run_begins(true);
        end = from + run.count;
        at = run.at;
      }
      if (!any_before || seq.value >= end) {
        from = any_before ? end : 0;
        end = run_begins(any_before ? cursor->next() : cursor->seek(keys::shown(seq)));
        at = {};
      }
    }
    found.push_back(at);
  }
  return found;
}

std::vector<ReleaseLine> TableHistory::find_title(std::string_view text,
                                                  Seq before,
                                                  size_t limit,
                                                  Seq& next) const {
  const auto rows = rows_.snapshot();
  std::vector<ReleaseLine> lines;
  next = {};
  const auto cursor = rows->cursor(Cf::release, keys::titles());
  const Seq below = before ? before : Seq{UINT64_MAX};
  size_t looked_at = 0;
  Seq last;
  for (bool more = cursor->seek_back(keys::title({below.value - 1}, UINT8_MAX)); more;
       more = cursor->prev(), ++looked_at) {
    const Seq seq = keys::seq_of_release_row(cursor->key());
    // Stops only between two entries.
    if (seq != last && (lines.size() >= limit || looked_at >= limits::title_rows_max)) {
      next = last;
      break;
    }
    last = seq;
    if (cursor->value().find(text) == std::string_view::npos) {
      continue;
    }
    if (auto row = entry_of(*rows, seq)) {
      lines.push_back({.seq = seq,
                       .part = keys::part_of_title(cursor->key()),
                       .entry = std::move(row->entry),
                       .title = std::string(cursor->value())});
    }
  }
  return lines;
}

std::vector<EntryAccepted> TableHistory::withdrawals(Seq before, size_t limit) const {
  std::vector<EntryAccepted> found;
  const Seq last{(before ? before.value : UINT64_MAX) - 1};
  const auto cursor = rows_.cursor(Cf::entry, keys::lane(Lane::withdrawal));
  for (bool more = cursor->seek_back(keys::entry(Lane::withdrawal, last));
       more && found.size() < limit;
       more = cursor->prev()) {
    found.push_back(decoded<EntryAccepted>(rows_, Cf::entry, cursor->key(), cursor->value()));
  }
  return found;
}

std::vector<ChannelDefined> TableHistory::channels() const {
  return all_rows<ChannelDefined>(rows_, Cf::meta, keys::channels());
}

std::vector<ChannelCondition> TableHistory::conditions() const {
  return all_rows<ChannelCondition>(rows_, Cf::meta, keys::conditions());
}

std::vector<RateUsed> TableHistory::rates() const {
  return all_rows<RateUsed>(rows_, Cf::meta, keys::rates());
}

std::vector<ReplayJob> TableHistory::jobs(size_t limit) const {
  const auto rows = rows_.snapshot();
  std::vector<ReplayJob> found;
  for (const Cf family : {Cf::open, Cf::receipt}) {
    const auto cursor = rows->cursor(family, keys::jobs());
    bool more = cursor->seek_back(keys::job({UINT64_MAX}));
    for (size_t taken = 0; more && taken < limit; ++taken, more = cursor->prev()) {
      found.push_back(decoded<ReplayJob>(*rows, family, cursor->key(), cursor->value()));
    }
  }
  std::sort(found.begin(), found.end(), [](const ReplayJob& a, const ReplayJob& b) {
    return a.job > b.job;
  });
  found.resize(std::min(found.size(), limit));
  return found;
}

std::optional<ReplayJob> TableHistory::job(JobNo job) const {
  const auto rows = rows_.snapshot();
  auto running = lookup<ReplayJob>(*rows, Cf::open, keys::job(job));
  return running ? running : lookup<ReplayJob>(*rows, Cf::receipt, keys::job(job));
}

std::vector<Confirmation> TableHistory::confirmations(size_t limit) const {
  const auto rows = rows_.snapshot();
  std::vector<Confirmation> found;
  for (const Cf family : {Cf::open, Cf::receipt}) {
    const auto cursor = rows->cursor(family, keys::confirmations());
    bool more = cursor->seek_back(keys::confirmation({UINT64_MAX}));
    for (; more && found.size() < limit; more = cursor->prev()) {
      found.push_back(decoded<Confirmation>(*rows, family, cursor->key(), cursor->value()));
    }
  }
  return found;
}

std::optional<Confirmation> TableHistory::confirmation(ConfirmationNo no) const {
  const auto rows = rows_.snapshot();
  return TableReader(*rows).confirmation(no);
}

std::optional<PartErased> TableHistory::erased(Seq seq, uint8_t part) const {
  return TableReader(rows_).erased(seq, part);
}

std::vector<PhaseDueRow> TableHistory::phases_due(std::string_view date, size_t limit) const {
  std::vector<PhaseDueRow> found;
  scan(rows_,
       Cf::open,
       keys::phases_due_before(date),
       [&](std::string_view key, std::string_view value) {
         if (found.size() == limit) {
           return false;
         }
         found.push_back(decoded<PhaseDueRow>(rows_, Cf::open, key, value));
         return true;
       });
  return found;
}

std::vector<NoticeSent> TableHistory::notices() const {
  return all_rows<NoticeSent>(rows_, Cf::meta, keys::notices());
}

bool TableHistory::seen_behind(ChannelNo channel, Lane lane, uint64_t after, Seq seq) const {
  const auto cursor = rows_.cursor(Cf::receipt, keys::seen_runs(channel, lane));
  const std::string next = keys::seen(channel, lane, after + 1);
  size_t looked_at = 0;
  for (bool more = cursor->seek_back(next) || cursor->seek(next); more; more = cursor->next()) {
    if (++looked_at > limits::seen_runs_looked_at) {
      return true;
    }
    const uint64_t number = keys::number_of_seen(cursor->key());
    const auto run = decoded<SeenRun>(rows_, Cf::receipt, cursor->key(), cursor->value());
    if (seq >= run.first && seq.value - run.first.value < run.count &&
        number + (seq.value - run.first.value) > after) {
      return true;
    }
  }
  return false;
}

std::vector<CursorMoved> TableHistory::cursors() const {
  return all_rows<CursorMoved>(rows_, Cf::open, keys::cursors());
}

std::vector<LeaseHeld> TableHistory::leases() const {
  return all_rows<LeaseHeld>(rows_, Cf::open, keys::leases());
}

std::optional<DeliveryChanged> TableHistory::delivery(SubscriberNo subscriber, Seq seq) const {
  const auto rows = rows_.snapshot();
  return TableReader(*rows).delivery(subscriber, seq);
}

std::optional<RangePublished> TableHistory::plain_success(SubscriberNo subscriber,
                                                          Lane lane,
                                                          Seq seq) const {
  return TableReader(rows_).plain_success(subscriber, lane, seq);
}

std::vector<AttemptEnded> TableHistory::attempts(SubscriberNo subscriber, Seq seq) const {
  return all_rows<AttemptEnded>(rows_, Cf::attempt, keys::attempts(subscriber, seq));
}

std::vector<DeliveryChanged> TableHistory::open_deliveries(std::optional<ChannelNo> channel,
                                                           std::optional<DeliveryState> state,
                                                           SubscriberNo after_subscriber,
                                                           Seq after_seq,
                                                           size_t limit) const {
  const auto rows = rows_.snapshot();
  const auto key_of = [&](SubscriberNo subscriber, Seq seq) {
    return state ? keys::state(*state, subscriber, seq) : keys::delivery(subscriber, seq);
  };
  KeyRange range{key_of({0}, {0}), key_of({UINT64_MAX}, {UINT64_MAX})};
  if (channel) {
    range = {key_of(shared_subscriber(*channel), {0}),
             key_of(shared_subscriber({channel->value + 1}), {0})};
  }
  if (after_subscriber || after_seq) {
    range.from = std::max(range.from, keys::behind(key_of(after_subscriber, after_seq)));
  }
  std::vector<DeliveryChanged> found;
  if (range.from >= range.to) {
    return found;
  }
  scan(*rows, Cf::open, std::move(range), [&](std::string_view key, std::string_view) {
    if (found.size() == limit) {
      return false;
    }
    auto row = lookup<DeliveryChanged>(
        *rows, Cf::open, keys::delivery(keys::subscriber_of(key), keys::seq_of_delivery(key)));
    if (row) {
      found.push_back(*std::move(row));
    }
    return true;
  });
  return found;
}

std::vector<StateCount> TableHistory::open_counts() const {
  std::vector<StateCount> counts;
  scan(rows_, Cf::open, keys::states(), [&](std::string_view key, std::string_view) {
    const ChannelNo channel = channel_of(keys::subscriber_of(key));
    const DeliveryState state = keys::state_of(key);
    if (counts.empty() || counts.back().channel != channel || counts.back().state != state) {
      counts.push_back({.channel = channel, .state = state});
    }
    ++counts.back().count;
    return true;
  });
  std::sort(counts.begin(), counts.end(), [](const StateCount& a, const StateCount& b) {
    return std::pair(a.channel, a.state) < std::pair(b.channel, b.state);
  });
  return counts;
}

std::vector<DeviceChanged> TableHistory::devices(ChannelNo channel) const {
  auto found = all_rows<DeviceChanged>(rows_, Cf::meta, keys::devices());
  if (channel) {
    std::erase_if(
        found, [channel](const DeviceChanged& one) { return channel_of(one.device) != channel; });
  }
  return found;
}

std::vector<DevicePosition> TableHistory::device_positions() const {
  return gulou::device_positions(*rows_.snapshot());
}

std::vector<std::pair<uint32_t, FleetPage>> TableHistory::fleet_pages(ChannelNo channel,
                                                                      Seq seq) const {
  std::vector<std::pair<uint32_t, FleetPage>> found;
  scan(rows_,
       Cf::receipt,
       keys::fleet_pages(channel, seq),
       [&](std::string_view key, std::string_view value) {
         found.emplace_back(keys::page_of_fleet_row(key),
                            decoded<FleetPage>(rows_, Cf::receipt, key, value));
         return true;
       });
  return found;
}

uint64_t TableHistory::epoch() const {
  return lookup<EpochOpened>(rows_, Cf::meta, keys::epoch()).value_or(EpochOpened{}).epoch;
}

uint64_t TableHistory::changesets() const {
  const auto cursor = rows_.cursor(Cf::journal, keys::changesets());
  return cursor->seek_back(keys::changeset(UINT64_MAX)) ? keys::number_of_changeset(cursor->key())
                                                        : 0;
}

Digest TableHistory::chain_hash() const {
  return journal_head(rows_).row.hash;
}

std::optional<ChangesetRow> TableHistory::changeset(uint64_t number) const {
  return lookup<ChangesetRow>(rows_, Cf::journal, keys::changeset(number));
}

Status TableHistory::changesets_from(uint64_t number, const ChangesetVisit& visit) const {
  const auto cursor = rows_.cursor(Cf::journal, keys::changesets(), RowReader::Scan::bulk);
  for (bool more = cursor->seek(keys::changeset(number)); more; more = cursor->next()) {
    const auto row = decode<ChangesetRow>(cursor->value());
    const uint64_t found = keys::number_of_changeset(cursor->key());
    if (!row) {
      return fail(ErrorCode::corrupt, "changeset_unreadable", {}, {std::to_string(found)});
    }
    if (!visit(found, *row)) {
      break;
    }
  }
  return {};
}

}  // namespace gulou
