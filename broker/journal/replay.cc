#include "broker/journal/replay.h"

#include "broker/journal/chain.h"
#include "broker/journal/history.h"
#include "broker/journal/memory_rows.h"
#include "broker/journal/tables.h"
#include "common/base/limits.h"
#include "common/crypto/digest.h"

#include <map>
#include <set>
#include <utility>

namespace gulou {
namespace {

auto bad_changeset(uint64_t number, std::string reason) {
  return fail(ErrorCode::corrupt, std::move(reason), {}, {std::to_string(number)});
}

Result<std::vector<Change>> decode_changes(uint64_t number, const ChangesetRow& row) {
  std::vector<Change> changes;
  changes.reserve(row.changes.size());
  for (const std::string& bytes : row.changes) {
    auto change = decode_change(bytes);
    if (!change) {
      return bad_changeset(number, "changeset_unreadable");
    }
    changes.push_back(*std::move(change));
  }
  return changes;
}

Status verify_sign_off(const History& history, const EntryAccepted& entry) {
  if (!entry.sign_off.digest) {
    return {};
  }
  const auto approvals = history.body(entry.seq, approvals_part);
  if (!approvals || sha256(*approvals) != entry.sign_off.digest) {
    return fail(ErrorCode::corrupt,
                approvals ? "approvals_changed" : "approvals_missing",
                {},
                {std::to_string(entry.seq.value)});
  }
  return {};
}

using PartPlaces = std::set<std::pair<Seq, uint8_t>>;

// missing: bodies that are not there; some later change must say that they were erased.
Status verify_bodies(const History& history, const EntryAccepted& entry, PartPlaces& missing) {
  if (entry.kind != EntryKind::bundle) {
    return {};  // a withdrawal has none
  }
  for (size_t part = 0; part < entry.parts.size(); ++part) {
    const auto body = history.body(entry.seq, static_cast<uint8_t>(part));
    if (!body) {
      missing.emplace(entry.seq, static_cast<uint8_t>(part));
      continue;
    }
    if (sha256(*body) != entry.parts[part].digest) {
      return fail(ErrorCode::corrupt,
                  "body_changed",
                  {},
                  {std::to_string(entry.seq.value), std::to_string(part)});
    }
  }
  return verify_sign_off(history, entry);
}

Status verify_blob(const History& history, const Digest& digest, uint64_t size_bytes) {
  Sha256 hasher;
  for (uint64_t offset = 0; offset < size_bytes; offset += limits::blob_chunk_bytes) {
    const auto bytes = history.blob_range(digest, offset, limits::blob_chunk_bytes);
    if (!bytes && !history.blob(digest)) {
      return {};  // swept since the replay; a row lost otherwise is found by compare_rebuilt()
    }
    if (!bytes) {
      return fail(ErrorCode::corrupt, "blob_missing", {}, {to_hex(digest)});
    }
    hasher.update(*bytes);
  }
  if (hasher.finish() != digest) {
    return fail(ErrorCode::corrupt, "blob_changed", {}, {to_hex(digest)});
  }
  return {};
}

using BlobSizes = std::map<Digest, uint64_t>;

// What is left to be found when all changes are seen.
struct Awaited {
  BlobSizes blobs;
  PartPlaces missing;
};

// Checks the bodies of a changeset and keeps the list of blobs that should be there.
Status verify_changes(const History& history,
                      const std::vector<Change>& changes,
                      Awaited& awaited,
                      const ErasedVisit& on_erased) {
  auto& [blobs, missing] = awaited;
  for (const Change& change : changes) {
    if (const auto* entry = std::get_if<EntryAccepted>(&change)) {
      TRY(verify_bodies(history, *entry, missing));
    } else if (const auto* erased = std::get_if<PartErased>(&change)) {
      missing.erase({erased->seq, erased->part});
      for (const Digest& blob : erased->blobs) {
        blobs.erase(blob);
      }
      if (history.body(erased->seq, erased->part)) {
        return fail(ErrorCode::corrupt,
                    "body_not_erased",
                    {},
                    {std::to_string(erased->seq.value), std::to_string(erased->part)});
      }
      if (on_erased) {
        on_erased(*erased);
      }
    } else if (const auto* stored = std::get_if<BlobStored>(&change)) {
      blobs[stored->digest] = stored->size_bytes;
    } else if (const auto* swept = std::get_if<BlobSwept>(&change); swept && !swept->kept) {
      blobs.erase(swept->digest);
    }
  }
  return {};
}

bool is_compared(Cf family, std::string_view key) {
  switch (family) {
    case Cf::body:
    case Cf::blob:
    case Cf::journal:
      return false;
    case Cf::release:
      return !keys::is_title(key);
    case Cf::meta:
      return key != keys::format();
    case Cf::entry:
    case Cf::open:
    case Cf::receipt:
    case Cf::attempt:
      return true;
  }
  return true;
}

// Moves to the next compared row; false at the end.
bool settle(Cf family, RowCursor& cursor, bool more) {
  while (more && !is_compared(family, cursor.key())) {
    more = cursor.next();
  }
  return more;
}

Status compare_family(Cf family, const RowReader& rebuilt, const RowReader& live) {
  const KeyRange range{{}, std::string(64, '\xff')};
  const auto ours = rebuilt.cursor(family, range, RowReader::Scan::bulk);
  const auto theirs = live.cursor(family, range, RowReader::Scan::bulk);
  bool more_ours = settle(family, *ours, ours->seek({}));
  bool more_theirs = settle(family, *theirs, theirs->seek({}));
  while (more_ours || more_theirs) {
    if (!more_ours || !more_theirs || ours->key() != theirs->key() ||
        ours->value() != theirs->value()) {
      const bool ours_first = more_ours && (!more_theirs || ours->key() <= theirs->key());
      return fail(ErrorCode::corrupt,
                  "rows_differ",
                  {},
                  {std::string(name_of(family)), to_hex(ours_first ? ours->key() : theirs->key())});
    }
    more_ours = settle(family, *ours, ours->next());
    more_theirs = settle(family, *theirs, theirs->next());
  }
  return {};
}

}  // namespace

Status replay_rows(const RowReader& rows, const Journal::Visitor& visitor) {
  uint64_t expected = 1;
  Digest previous;
  bool checked = false;  // rows have their check from some changeset on
  const auto cursor = rows.cursor(Cf::journal, keys::changesets(), RowReader::Scan::bulk);
  for (bool more = cursor->seek({}); more; more = cursor->next(), ++expected) {
    if (keys::number_of_changeset(cursor->key()) != expected) {
      return bad_changeset(expected, "changeset_missing");
    }
    const auto row = decode<ChangesetRow>(cursor->value());
    if (!row) {
      return bad_changeset(expected, "changeset_unreadable");
    }
    if (chain_hash(previous, row->changes) != row->hash) {
      return bad_changeset(expected, "chain_broken");
    }
    if (encode(*row) != cursor->value() || (row->check != 0 && row->check != check_of(*row)) ||
        (row->check == 0 && checked)) {
      return bad_changeset(expected, "changeset_changed");
    }
    checked = row->check != 0;
    previous = row->hash;
    const auto changes = TRY(decode_changes(expected, *row));
    TRY(visitor(expected, row->at, row->hash, changes));
  }
  return {};
}

Status verify(const Journal& journal, const ErasedVisit& on_erased) {
  const History& history = journal.history();
  Awaited awaited;
  uint64_t last = 0;
  const auto check = [&](uint64_t number, Utc, const Digest&, const std::vector<Change>& changes) {
    last = number;
    return verify_changes(history, changes, awaited, on_erased);
  };
  TRY(journal.replay(check));
  // A broker that works meanwhile may have erased something since the replay began.
  TRY(history.changesets_from(last + 1, [&](uint64_t, const ChangesetRow& row) {
    for (const std::string& bytes : row.changes) {
      const auto change = decode_change(bytes);
      if (const auto* erased = change ? std::get_if<PartErased>(&*change) : nullptr) {
        awaited.missing.erase({erased->seq, erased->part});
      }
    }
    return true;
  }));
  if (!awaited.missing.empty()) {
    const auto& [seq, part] = *awaited.missing.begin();
    return fail(
        ErrorCode::corrupt, "body_missing", {}, {std::to_string(seq.value), std::to_string(part)});
  }
  for (const auto& [digest, size_bytes] : awaited.blobs) {
    TRY(verify_blob(history, digest, size_bytes));
  }
  return {};
}

Status compare_rebuilt(const Journal& journal, const RowReader& live) {
  MemoryRows rebuilt;
  Tables tables(rebuilt);
  const auto apply = [&](uint64_t, Utc, const Digest& hash, const std::vector<Change>& changes) {
    tables.apply(changes, hash, rebuilt);
    return Status();
  };
  TRY(journal.replay(apply));
  for (const Cf family : all_families) {
    TRY(compare_family(family, rebuilt, live));
  }
  return {};
}

}  // namespace gulou
