// Changes and rows as bytes: msgpack arrays, a change led by its type number. Stored for ever and
// hashed: fields are only added at the end of an array, type numbers never reused. Decoding ignores
// fields it does not know and gives missing ones their defaults; encoding leaves out defaults at
// the end of an array, so adding a field changes no stored byte. An empty digest is nil. The row of
// a change (an open delivery, a lease …) is the change's own bytes. Pure; any thread. Door to
// msgpack: change_codec.cc.
#pragma once

#include "broker/core/change.h"
#include "broker/core/reader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// Where a part stands in the log.
struct PartPlace {
  Lane lane = Lane::normal;
  Seq seq;
  uint8_t part = 0;
  friend bool operator==(const PartPlace&, const PartPlace&) = default;
};

// One revision of a publication; the rest of a RevisionRow stands in the entry.
struct RevisionPlace {
  PartPlace place;
  uint64_t epoch = 0;
  Digest hash;  // of the changeset
  friend bool operator==(const RevisionPlace&, const RevisionPlace&) = default;
};

// A phase of interpretation of a document, planned or met or both.
struct PhaseRow {
  std::string due_on;  // date; empty: not planned
  Seq planned_by;      // the newest entry that says so
  Seq met_by;          // the entry that brought the interpretation; 0: none yet
  friend bool operator==(const PhaseRow&, const PhaseRow&) = default;
};

// One that is due, by date.
struct PhaseDueRow {
  PublicationKey document;
  Digest phase;
  std::string due_on;
  Seq planned_by;
  friend bool operator==(const PhaseDueRow&, const PhaseDueRow&) = default;
};

// A run of plain successes, or of entries first shown (level unused); the first seq is in the key.
struct RunRow {
  uint64_t count = 0;
  Utc at;
  ReceiptLevel level = ReceiptLevel::accepted;
  friend bool operator==(const RunRow&, const RunRow&) = default;
};

// A run of entries a channel has shown; the number of the first one is in the key.
struct SeenRun {
  Seq first;
  uint64_t count = 0;
  friend bool operator==(const SeenRun&, const SeenRun&) = default;
};

struct NumberRow {
  uint64_t value = 0;
  friend bool operator==(const NumberRow&, const NumberRow&) = default;
};

// Devices of a page that said the same within fleet_step_ms.
struct FleetStep {
  FleetMark mark = FleetMark::received;
  Utc at;
  DeviceBits bits;
  friend bool operator==(const FleetStep&, const FleetStep&) = default;
};

// Where one entry stands at the devices of one page. Beyond fleet_steps_max the last step takes
// what comes, under its newest time.
struct FleetPage {
  DeviceBits received;
  DeviceBits shown;
  std::vector<FleetStep> steps;
  friend bool operator==(const FleetPage&, const FleetPage&) = default;
};

// How far a device is; of a contact only `at`.
struct PositionRow {
  Seq seq;
  Utc at;
  friend bool operator==(const PositionRow&, const PositionRow&) = default;
};

// One changeset of the journal. head: the highest seq so far. check: over what the chain does not
// cover (chain.h); 0: a row of an earlier version.
struct ChangesetRow {
  Utc at;
  Seq head;
  Digest hash;
  std::vector<std::string> changes;
  uint64_t check = 0;
  friend bool operator==(const ChangesetRow&, const ChangesetRow&) = default;
};

// Exists for each of Change's alternatives, the rows above, BlobRow and WithdrawnRow.
template <class Type>
struct Codec {
  static std::string encode(const Type& value);
  static std::optional<Type> decode(std::string_view bytes);
};

template <class Type>
std::string encode(const Type& value) {
  return Codec<Type>::encode(value);
}

template <class Type>
std::optional<Type> decode(std::string_view bytes) {
  return Codec<Type>::decode(bytes);
}

std::string encode_change(const Change& change);
std::optional<Change> decode_change(std::string_view bytes);

}  // namespace gulou
