// Tables: rows about devices, and which parts are live for whom.
#include "broker/journal/change_codec.h"
#include "broker/journal/row_lookup.h"
#include "broker/journal/tables.h"
#include "common/base/fleet_limits.h"

#include <algorithm>

namespace gulou {
namespace {

// Everybody where a release names nobody.
std::vector<std::string> audiences(const EntryPart& part) {
  return part.audience.empty() ? std::vector<std::string>{""} : part.audience;
}

}  // namespace

void Tables::apply_one(const DeviceChanged& change) {
  rows_->put(Cf::meta, keys::device(change.device), encode(change));
}

void Tables::apply_one(const FleetMarked& change) {
  for (const SubscriberNo device : devices_of(change.channel, change.page, change.bits)) {
    rows_->put(Cf::meta, keys::contact(device), encode(PositionRow{.seq = {}, .at = change.at}));
    if (change.mark == FleetMark::leased) {
      rows_->put(Cf::meta,
                 keys::display_lease(device),
                 encode(NumberRow{static_cast<uint64_t>(change.lease_ms)}));
    }
    if (change.mark == FleetMark::reached) {
      rows_->put(Cf::meta,
                 keys::position(device),
                 encode(PositionRow{.seq = change.seq, .at = change.at}));
    }
  }
  if (change.mark != FleetMark::received && change.mark != FleetMark::shown) {
    return;
  }
  FleetPage& row = page(change);
  add_bits(change.mark == FleetMark::shown ? row.shown : row.received, change.bits);
  const auto near = std::find_if(row.steps.rbegin(), row.steps.rend(), [&](const FleetStep& step) {
    return step.mark == change.mark && change.at.ms - step.at.ms < limits::fleet_step_ms;
  });
  if (near != row.steps.rend()) {
    add_bits(near->bits, change.bits);
    return;
  }
  const auto last = std::find_if(row.steps.rbegin(), row.steps.rend(), [&](const FleetStep& step) {
    return step.mark == change.mark;
  });
  if (row.steps.size() >= limits::fleet_steps_max && last != row.steps.rend()) {
    last->at = change.at;
    add_bits(last->bits, change.bits);
    return;
  }
  row.steps.push_back({.mark = change.mark, .at = change.at, .bits = change.bits});
}

FleetPage& Tables::page(const FleetMarked& change) {
  const std::string key = keys::fleet_page(change.channel, change.seq, change.page);
  const auto [at, added] = pages_.try_emplace(key);
  if (added) {
    at->second = lookup<FleetPage>(committed_, Cf::receipt, key).value_or(FleetPage{});
  }
  return at->second;
}

void Tables::put_pages() {
  for (const auto& [key, row] : pages_) {
    rows_->put(Cf::receipt, key, encode(row));
  }
}

// Imported history is on no device.
void Tables::put_live(const EntryAccepted& entry) {
  for (size_t i = 0; i < entry.parts.size(); ++i) {
    const EntryPart& part = entry.parts[i];
    if (part.previous_seq) {
      erase_live(part.id, part.previous_seq);
    }
    if (entry.kind == EntryKind::withdrawal || entry.imported) {
      continue;
    }
    for (const std::string& audience : audiences(part)) {
      rows_->put(Cf::release,
                 keys::live(audience, part.kind, entry.seq, static_cast<uint8_t>(i)),
                 encode(NumberRow{static_cast<uint64_t>(entry.lane)}));
    }
  }
}

// Of the publication that stood in this entry.
void Tables::erase_live(const std::string& id, Seq seq) {
  std::optional<EntryAccepted> committed;
  const auto own = entries_.find(seq);
  for (const Lane lane : {Lane::normal, Lane::urgent, Lane::bulk}) {
    if (own == entries_.end() && !committed) {
      committed = lookup<EntryAccepted>(committed_, Cf::entry, keys::entry(lane, seq));
    }
  }
  const EntryAccepted* entry = own != entries_.end() ? own->second
                               : committed           ? &*committed
                                                     : nullptr;
  for (size_t i = 0; entry != nullptr && i < entry->parts.size(); ++i) {
    const EntryPart& part = entry->parts[i];
    if (part.id != id || entry->imported) {
      continue;
    }
    for (const std::string& audience : audiences(part)) {
      rows_->erase(Cf::release, keys::live(audience, part.kind, seq, static_cast<uint8_t>(i)));
    }
  }
}

}  // namespace gulou
