#include "broker/journal/table_reader.h"

#include "broker/journal/row_lookup.h"

#include <algorithm>

namespace gulou {
namespace {

// Marks entries that have a newer revision. Entries and marks are both in order of seq; a mark far
// behind is reached by seeking, one nearby by stepping.
void mark_revised(const RowReader& rows, std::vector<EntryRow>& entries) {
  if (entries.empty()) {
    return;
  }
  constexpr int steps_max = 8;
  const auto cursor = rows.cursor(Cf::release,
                                  {keys::revised(entries.front().entry.seq),
                                   keys::behind(keys::revised(entries.back().entry.seq))});
  bool more = cursor->seek(keys::revised(entries.front().entry.seq));
  for (EntryRow& row : entries) {
    for (int step = 0; more && keys::seq_of_release_row(cursor->key()) < row.entry.seq; ++step) {
      more = step < steps_max ? cursor->next() : cursor->seek(keys::revised(row.entry.seq));
    }
    if (!more) {
      return;
    }
    row.revised = keys::seq_of_release_row(cursor->key()) == row.entry.seq;
  }
}

}  // namespace

std::vector<EntryRow> TableReader::entries(Lane lane, Seq after, size_t limit) const {
  std::vector<EntryRow> found;
  KeyRange range = keys::lane(lane);
  range.from = keys::behind(keys::entry(lane, after));
  scan(rows_, Cf::entry, std::move(range), [&](std::string_view key, std::string_view value) {
    if (found.size() == limit) {
      return false;
    }
    found.push_back({.entry = decoded<EntryAccepted>(rows_, Cf::entry, key, value)});
    return true;
  });
  mark_revised(rows_, found);
  return found;
}

std::optional<EntryRow> TableReader::entry(Lane lane, Seq seq) const {
  auto entry = lookup<EntryAccepted>(rows_, Cf::entry, keys::entry(lane, seq));
  if (!entry) {
    return std::nullopt;
  }
  return EntryRow{.entry = *std::move(entry),
                  .revised = rows_.get(Cf::release, keys::revised(seq)).has_value()};
}

std::optional<PublicationRow> TableReader::publication(const PublicationKey& key) const {
  const std::string first_key = keys::publication(key);
  const auto first = rows_.get(Cf::release, first_key);
  if (!first) {
    return std::nullopt;
  }
  PublicationRow row{.publisher = key.publisher, .id = key.id};
  if (!add_revision(row, *first)) {
    return std::nullopt;
  }
  // Only a publication whose first entry is marked has further revisions or was withdrawn.
  if (rows_.get(Cf::release, keys::revised(row.revisions.front().seq))) {
    KeyRange later = keys::starting_with(first_key);
    later.from = keys::behind(first_key);
    scan(rows_, Cf::release, std::move(later), [&](std::string_view, std::string_view value) {
      return add_revision(row, value);
    });
    row.withdrawn = lookup<WithdrawnRow>(rows_, Cf::release, keys::withdrawn(key));
  }
  return row;
}

bool TableReader::add_revision(PublicationRow& publication, std::string_view place_bytes) const {
  const auto at = decoded<RevisionPlace>(rows_, Cf::release, publication.id, place_bytes);
  const PartPlace& place = at.place;
  const auto entry = entry_at(place);
  if (!entry) {
    return false;
  }
  const EntryPart& part = entry->parts[place.part];
  publication.index_no = part.index_no;
  publication.content_digest = part.content_digest;
  publication.document_key = part.document_key;
  publication.revisions.push_back({.revision = part.revision,
                                   .seq = place.seq,
                                   .part = place.part,
                                   .lane = place.lane,
                                   .digest = part.digest,
                                   .bundle_digest = entry->bundle_digest,
                                   .epoch = at.epoch,
                                   .hash = at.hash,
                                   .accepted_at = entry->accepted_at});
  return true;
}

// The entry, which has that part.
std::optional<EntryAccepted> TableReader::entry_at(const PartPlace& place) const {
  auto entry = lookup<EntryAccepted>(rows_, Cf::entry, keys::entry(place.lane, place.seq));
  if (!entry || place.part >= entry->parts.size()) {
    rows_.fault(
        Error{ErrorCode::corrupt, "row_missing", {}, {"entry", std::to_string(place.seq.value)}});
    return std::nullopt;
  }
  return entry;
}

std::optional<PublicationKey> TableReader::publication_at(std::string_view key) const {
  const auto place = lookup<PartPlace>(rows_, Cf::release, key);
  const auto entry = place ? entry_at(*place) : std::nullopt;
  if (!entry) {
    return std::nullopt;
  }
  return PublicationKey{.publisher = entry->publisher, .id = entry->parts[place->part].id};
}

// What a person took back for good does not stand in the way of the next one. What is marked
// invalid or expired goes on with its next revision.
bool TableReader::stands(const PublicationKey& publication) const {
  const auto withdrawn = lookup<WithdrawnRow>(rows_, Cf::release, keys::withdrawn(publication));
  return !withdrawn || !ends_publication(withdrawn->kind);
}

std::vector<PublicationKey> TableReader::holders_at(std::string_view key, Others others) const {
  const auto place = lookup<PartPlace>(rows_, Cf::release, key);
  const auto entry = place ? entry_at(*place) : std::nullopt;
  if (!entry) {
    return {};
  }
  const EntryPart& part = entry->parts[place->part];
  std::vector<PublicationKey> holders{{.publisher = entry->publisher, .id = part.id}};
  holders.insert(holders.end(), (part.*others).begin(), (part.*others).end());
  std::erase_if(holders, [this](const PublicationKey& holder) { return !stands(holder); });
  return holders;
}

std::vector<PublicationKey> TableReader::by_document(const Digest& document_key) const {
  return holders_at(keys::document(document_key), &EntryPart::same_document);
}

std::optional<PublicationKey> TableReader::any_by_document(const Digest& document_key) const {
  return publication_at(keys::document(document_key));
}

std::vector<PublicationKey> TableReader::by_content(const Digest& content_digest) const {
  return holders_at(keys::content(content_digest), &EntryPart::same_content);
}

std::optional<PublicationKey> TableReader::by_index_no(std::string_view index_no) const {
  return publication_at(keys::index_no(index_no));
}

uint64_t TableReader::index_serial(std::string_view org_code, uint32_t year) const {
  return lookup<NumberRow>(rows_, Cf::release, keys::index_serial(org_code, year))
      .value_or(NumberRow{})
      .value;
}

Utc TableReader::published_on(const PublicationKey& key) const {
  const auto first = lookup<RevisionPlace>(rows_, Cf::release, keys::publication(key));
  if (!first) {
    return {};
  }
  const auto cursor = rows_.cursor(Cf::release, keys::shown_runs());
  if (!cursor->seek_back(keys::shown(first->place.seq))) {
    return {};
  }
  const auto run = decoded<RunRow>(rows_, Cf::release, cursor->key(), cursor->value());
  const Seq from = keys::seq_of_release_row(cursor->key());
  return first->place.seq.value - from.value < run.count ? run.at : Utc{};
}

std::optional<BlobRow> TableReader::blob(const Digest& digest) const {
  return lookup<BlobRow>(rows_, Cf::meta, keys::blob(digest));
}

std::vector<Orphan> TableReader::orphans(Utc until, size_t limit) const {
  std::vector<Orphan> found;
  scan(rows_, Cf::meta, keys::orphans_until(until), [&](std::string_view key, std::string_view) {
    if (found.size() == limit) {
      return false;
    }
    Orphan orphan{.digest = keys::orphan_digest(key), .stored_at = keys::orphan_time(key)};
    scan(rows_, Cf::meta, keys::blob_uses(orphan.digest), [&](std::string_view, std::string_view) {
      orphan.referenced = true;
      return false;
    });
    found.push_back(orphan);
    return true;
  });
  return found;
}

std::vector<Seq> TableReader::blob_uses(const Digest& digest, Seq after, size_t limit) const {
  std::vector<Seq> found;
  scan(rows_,
       Cf::meta,
       keys::blob_uses_behind(digest, after),
       [&](std::string_view key, std::string_view) {
         if (found.size() < limit) {
           found.push_back(keys::seq_of_blob_use(key));
         }
         return found.size() < limit;
       });
  return found;
}

std::optional<Confirmation> TableReader::confirmation(ConfirmationNo no) const {
  const std::string key = keys::confirmation(no);
  auto open = lookup<Confirmation>(rows_, Cf::open, key);
  return open ? open : lookup<Confirmation>(rows_, Cf::receipt, key);
}

std::optional<PartErased> TableReader::erased(Seq seq, uint8_t part) const {
  return lookup<PartErased>(rows_, Cf::release, keys::erased(seq, part));
}

std::optional<DeliveryChanged> TableReader::delivery(SubscriberNo subscriber, Seq seq) const {
  const std::string key = keys::delivery(subscriber, seq);
  auto row = lookup<DeliveryChanged>(rows_, Cf::open, key);
  return row ? row : lookup<DeliveryChanged>(rows_, Cf::receipt, key);
}

std::optional<RangePublished> TableReader::plain_success(SubscriberNo subscriber,
                                                         Lane lane,
                                                         Seq seq) const {
  const auto cursor = rows_.cursor(Cf::receipt, keys::plain_runs(subscriber, lane));
  if (!cursor->seek_back(keys::plain(subscriber, lane, seq))) {
    return std::nullopt;
  }
  const auto run = decoded<RunRow>(rows_, Cf::receipt, cursor->key(), cursor->value());
  const Seq first = keys::first_of_plain(cursor->key());
  if (seq.value - first.value >= run.count) {
    return std::nullopt;
  }
  return RangePublished{.subscriber = subscriber,
                        .lane = lane,
                        .runs = {{.first = first, .count = run.count}},
                        .level = run.level,
                        .at = run.at};
}

std::vector<DeliveryChanged> TableReader::due(SubscriberNo subscriber,
                                              DueKind kind,
                                              Utc until,
                                              size_t limit) const {
  std::vector<DeliveryChanged> found;
  scan(rows_,
       Cf::open,
       keys::due_until(subscriber, kind, until),
       [&](std::string_view key, std::string_view) {
         if (found.size() == limit) {
           return false;
         }
         // A commit after this scan began may have ended the delivery or moved it on.
         auto row = lookup<DeliveryChanged>(
             rows_, Cf::open, keys::delivery(subscriber, keys::seq_of_delivery(key)));
         if (row && row->due == keys::due_of(key)) {
           found.push_back(*std::move(row));
         }
         return true;
       });
  return found;
}

std::vector<DeliveryChanged> TableReader::open_rows(SubscriberNo subscriber,
                                                    Seq after,
                                                    size_t limit) const {
  std::vector<DeliveryChanged> found;
  scan(rows_,
       Cf::open,
       keys::deliveries_behind(subscriber, after),
       [&](std::string_view key, std::string_view value) {
         if (found.size() == limit) {
           return false;
         }
         found.push_back(decoded<DeliveryChanged>(rows_, Cf::open, key, value));
         return true;
       });
  return found;
}

std::vector<LiveRow> TableReader::live(std::string_view audience, Kind kind, size_t limit) const {
  std::vector<LiveRow> found;
  scan(rows_,
       Cf::release,
       keys::live_parts(audience, kind),
       [&](std::string_view key, std::string_view value) {
         const auto lane = decoded<NumberRow>(rows_, Cf::release, key, value).value;
         found.push_back({.seq = keys::seq_of_live(key),
                          .part = keys::part_of_live(key),
                          .lane = static_cast<Lane>(lane)});
         return found.size() < limit;
       });
  return found;
}

std::vector<SeenRow> TableReader::seen(ChannelNo channel,
                                       Lane lane,
                                       uint64_t after,
                                       size_t limit) const {
  std::vector<SeenRow> found;
  const auto cursor = rows_.cursor(Cf::receipt, keys::seen_runs(channel, lane));
  const std::string next = keys::seen(channel, lane, after + 1);
  for (bool more = cursor->seek_back(next) || cursor->seek(next); more && found.size() < limit;
       more = cursor->next()) {
    const uint64_t number = keys::number_of_seen(cursor->key());
    const auto run = decoded<SeenRun>(rows_, Cf::receipt, cursor->key(), cursor->value());
    for (uint64_t i = number > after ? 0 : after + 1 - number;
         i < run.count && found.size() < limit;
         ++i) {
      found.push_back({.number = number + i, .seq = {run.first.value + i}});
    }
  }
  return found;
}

std::vector<Expiry> TableReader::expiring(Utc until, size_t limit) const {
  std::vector<Expiry> found;
  scan(rows_,
       Cf::open,
       keys::expiries_until(until),
       [&](std::string_view key, std::string_view value) {
         if (found.size() == limit) {
           return false;
         }
         const auto lane = decoded<NumberRow>(rows_, Cf::open, key, value);
         found.push_back({.expires = keys::time_of_expiry(key),
                          .seq = keys::seq_of_expiry(key),
                          .lane = static_cast<Lane>(lane.value)});
         return true;
       });
  return found;
}

std::optional<Utc> TableReader::first_expiry() const {
  std::optional<Utc> first;
  scan(rows_, Cf::open, keys::expiries(), [&](std::string_view key, std::string_view) {
    first = keys::time_of_expiry(key);
    return false;
  });
  return first;
}

std::optional<Utc> TableReader::first_due(SubscriberNo subscriber, DueKind kind) const {
  std::optional<Utc> first;
  scan(rows_,
       Cf::open,
       keys::due_rows(subscriber, kind),
       [&](std::string_view key, std::string_view) {
         first = keys::due_of(key);
         return false;
       });
  return first;
}

}  // namespace gulou
