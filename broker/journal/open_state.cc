#include "broker/journal/open_state.h"

#include "broker/journal/row_lookup.h"

#include <algorithm>

namespace gulou {
namespace {

// Marks which numbers the log holds, and finds the end of each lane.
Status check_entries(const RowReader& rows, OpenState& state) {
  std::vector<bool> seen(state.head.value + 1, false);
  const auto cursor = rows.cursor(Cf::entry, keys::entries(), RowReader::Scan::bulk);
  for (bool more = cursor->seek({}); more; more = cursor->next()) {
    const Lane lane = keys::lane_of_entry(cursor->key());
    const Seq seq = keys::seq_of_entry(cursor->key());
    if (lane < Lane::withdrawal || lane > Lane::bulk || !seq || seq > state.head ||
        seen[seq.value]) {
      return fail(ErrorCode::corrupt,
                  "entry_unexpected",
                  {},
                  {std::to_string(seq.value), std::to_string(state.head.value)});
    }
    seen[seq.value] = true;
    state.lane_heads[static_cast<size_t>(lane)] = seq;
  }
  const auto gap = std::find(seen.begin() + 1, seen.end(), false);
  if (gap != seen.end()) {
    const auto gap_end = std::find(gap, seen.end(), true);
    return fail(ErrorCode::corrupt,
                "entries_missing",
                {},
                {std::to_string(gap - seen.begin()),
                 std::to_string(gap_end - seen.begin() - 1),
                 std::to_string(state.head.value)});
  }
  return {};
}

}  // namespace

Result<OpenState> load_open_state(const RowReader& rows) {
  const JournalHead head = journal_head(rows);
  OpenState state;
  state.changeset = head.changeset;
  state.hash = head.row.hash;
  state.head = head.row.head;
  TRY(check_entries(rows, state));
  state.epoch = lookup<EpochOpened>(rows, Cf::meta, keys::epoch()).value_or(EpochOpened{}).epoch;
  state.last_lease.value =
      lookup<NumberRow>(rows, Cf::meta, keys::last_lease()).value_or(NumberRow{}).value;
  state.channels = all_rows<ChannelDefined>(rows, Cf::meta, keys::channels());
  state.cursors = all_rows<CursorMoved>(rows, Cf::open, keys::cursors());
  state.leases = all_rows<LeaseHeld>(rows, Cf::open, keys::leases());
  return state;
}

}  // namespace gulou
