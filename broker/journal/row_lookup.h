// Typed reading of rows. A row whose bytes do not decode is a fault of the store: reported to the
// reader, answered with defaults.
#pragma once

#include "broker/journal/change_codec.h"
#include "broker/journal/rows.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

template <class Type>
Type decoded(const RowReader& rows, Cf family, std::string_view key, std::string_view value) {
  auto row = decode<Type>(value);
  if (!row) {
    rows.fault(Error{
        ErrorCode::corrupt, "row_unreadable", {}, {std::string(name_of(family)), to_hex(key)}});
    return {};
  }
  return *std::move(row);
}

template <class Type>
std::optional<Type> lookup(const RowReader& rows, Cf family, std::string_view key) {
  const auto value = rows.get(family, key);
  if (!value) {
    return std::nullopt;
  }
  return decoded<Type>(rows, family, key, *value);
}

template <class Type>
std::vector<Type> all_rows(const RowReader& rows, Cf family, KeyRange range) {
  std::vector<Type> found;
  scan(rows, family, std::move(range), [&](std::string_view key, std::string_view value) {
    found.push_back(decoded<Type>(rows, family, key, value));
    return true;
  });
  return found;
}

// Of every device that was ever heard of.
inline std::vector<DevicePosition> device_positions(const RowReader& rows) {
  std::vector<DevicePosition> found;
  scan(rows, Cf::meta, keys::contacts(), [&](std::string_view key, std::string_view value) {
    const SubscriberNo device = keys::device_of(key);
    const auto position = lookup<PositionRow>(rows, Cf::meta, keys::position(device));
    const auto lease = lookup<NumberRow>(rows, Cf::meta, keys::display_lease(device));
    found.push_back({.device = device,
                     .seq = position ? position->seq : Seq{},
                     .at = position ? position->at : Utc{},
                     .contact = decoded<PositionRow>(rows, Cf::meta, key, value).at,
                     .lease_ms = lease ? static_cast<int64_t>(lease->value) : 0});
    return true;
  });
  return found;
}

// The newest changeset: its number and row.
struct JournalHead {
  uint64_t changeset = 0;
  ChangesetRow row;
};

inline JournalHead journal_head(const RowReader& rows) {
  const auto cursor = rows.cursor(Cf::journal, keys::changesets());
  if (!cursor->seek_back(keys::changeset(UINT64_MAX))) {
    return {};
  }
  return {.changeset = keys::number_of_changeset(cursor->key()),
          .row = decoded<ChangesetRow>(rows, Cf::journal, cursor->key(), cursor->value())};
}

}  // namespace gulou
