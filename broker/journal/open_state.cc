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

// The last number of every channel and lane.
std::vector<SeenHead> seen_heads(const RowReader& rows) {
  std::vector<SeenHead> heads;
  const auto cursor = rows.cursor(Cf::receipt, keys::seen_runs());
  for (bool more = cursor->seek(keys::seen_runs().from); more; more = cursor->next()) {
    const ChannelNo channel = keys::channel_of_seen(cursor->key());
    const Lane lane = keys::lane_of_seen(cursor->key());
    cursor->seek_back(keys::seen(channel, lane, UINT64_MAX));
    const auto run = decoded<SeenRun>(rows, Cf::receipt, cursor->key(), cursor->value());
    heads.push_back({.channel = channel,
                     .lane = lane,
                     .number = keys::number_of_seen(cursor->key()) + run.count - 1});
  }
  return heads;
}

// Of rows that stand in one family while they are open and in another when they are closed.
template <class Number>
Number last_number(const RowReader& rows,
                   const KeyRange& range,
                   const std::string& end,
                   Number (*number_of)(std::string_view key)) {
  Number last;
  for (const Cf family : {Cf::open, Cf::receipt}) {
    const auto cursor = rows.cursor(family, range);
    if (cursor->seek_back(end)) {
      last = std::max(last, number_of(cursor->key()));
    }
  }
  return last;
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
  state.conditions = all_rows<ChannelCondition>(rows, Cf::meta, keys::conditions());
  state.rates = all_rows<RateUsed>(rows, Cf::meta, keys::rates());
  state.seen = seen_heads(rows);
  state.jobs = all_rows<ReplayJob>(rows, Cf::open, keys::jobs());
  state.last_job = last_number(rows, keys::jobs(), keys::job({UINT64_MAX}), keys::job_of);
  state.confirmations = all_rows<Confirmation>(rows, Cf::open, keys::confirmations());
  state.last_confirmation = last_number(
      rows, keys::confirmations(), keys::confirmation({UINT64_MAX}), keys::confirmation_of);
  state.devices = all_rows<DeviceChanged>(rows, Cf::meta, keys::devices());
  state.positions = device_positions(rows);
  state.loss = lookup<LossSuspected>(rows, Cf::meta, keys::loss());
  return state;
}

}  // namespace gulou
