// A fleet's stream: where a device stands, what it lacks, what it gets, and what it says about it
// (design 4, "A fleet device has one position P").
#include "broker/core/core.h"
#include "common/base/check.h"
#include "common/base/fleet_limits.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace gulou {
namespace {

constexpr size_t shown_run_max = 64;
constexpr size_t removals_marked_max = 64;  // of one manifest

// Of a part that goes from a device: no text, up to this revision.
HandedItem removal_of(const EntryAccepted& entry) {
  HandedItem item;
  item.seq = entry.seq;
  item.withdrawal = WithdrawalKind::remove;
  item.publisher = entry.publisher;
  return item;
}

HandedPart handed(const EntryAccepted& entry, size_t number) {
  HandedPart part;
  part.part = static_cast<uint8_t>(number);
  part.seq = entry.seq;
  part.body_part = static_cast<uint8_t>(number);
  part.facts = entry.parts[number];
  return part;
}

}  // namespace

// ---- sessions -----------------------------------------------------------------------------------

void Core::open_device(const SessionOpened& event, Now now) {
  const auto refuse_it = [&](Error error, std::string reason) {
    step_.sends.emplace_back(SendError{event.from, std::move(error)});
    step_.sends.emplace_back(SendGoodbye{event.from.session, std::move(reason)});
  };
  const FleetDevice* device = ledger_.fleet().device(event.device);
  if (device == nullptr || device->row.state != DeviceState::enrolled) {
    return refuse_it({ErrorCode::refused, "device_not_enrolled", "", {}}, "device_revoked");
  }
  const ChannelNo channel = channel_of(event.device);
  if (!channels_.contains(channel) || !channels_.at(channel).policy.fleet) {
    return refuse_it({ErrorCode::not_found, "channel_unknown", "channel", {event.channel}},
                     "channel_unknown");
  }
  const FleetStream* older = fleet_.stream_of(event.device);
  if (older != nullptr && older->session != event.from.session) {
    close_stream_of(event.device, "session_replaced");
  }
  fleet_.remove(event.from.session);
  FleetStream stream;
  stream.session = event.from.session;
  stream.device = event.device;
  stream.channel = channel;
  stream.group = fleet_.group(channel, device->row.reach);
  stream.since = now.utc;
  fleet_.add(std::move(stream));
  fleet_.mark(FleetMark::contact, event.device, {});
  note(Note::Level::debug, "device.connected", event.device, {}, 1, device->row.name);
  const Channel& policy = channels_.at(channel).policy;
  step_.sends.emplace_back(SendWelcome{event.from,
                                       channel,
                                       ledger_.head(),
                                       ledger_.epoch(),
                                       int64_t{policy.must_confirm_every_s} * 1000,
                                       policy.portal_url});
}

bool Core::close_device(SessionNo session) {
  const FleetStream* stream = fleet_.stream(session);
  if (stream == nullptr) {
    return false;
  }
  fleet_.mark(FleetMark::contact, stream->device, {});
  note(Note::Level::debug, "device.gone", stream->device, {}, 1, {});
  fleet_.remove(session);
  return true;
}

void Core::close_stream_of(SubscriberNo device, const std::string& reason) {
  const FleetStream* stream = fleet_.stream_of(device);
  if (stream != nullptr) {
    step_.sends.emplace_back(SendGoodbye{stream->session, reason});
    fleet_.remove(stream->session);
  }
}

// ---- SYNC ---------------------------------------------------------------------------------------

void Core::on_event(const Synced& event, Now now) {
  FleetStream* stream = fleet_.stream(event.session);
  if (stream == nullptr || loss_suspected()) {
    return;
  }
  if (!event.wants.empty()) {
    return answer_wants(*stream, event);
  }
  stream->faults = event.faults;
  if (event.lease_ms != ledger_.fleet().device(stream->device)->lease_ms) {
    fleet_.mark(FleetMark::leased, stream->device, {}, event.lease_ms);
  }
  const Seq head = ledger_.durable_head();
  if (event.position > ledger_.head()) {
    note(Note::Level::warn, "device.ahead", stream->device, event.position, 1, {});
    return send_manifest(*stream, event.held, now);
  }
  if (stream->open) {
    return close_catch_up(*stream, event, now);
  }
  const FleetDevice& device = *ledger_.fleet().device(stream->device);
  const bool near = event.position && event.position <= head &&
                    head.value - event.position.value <= limits::fleet_near_entries &&
                    event.position > device.row.changed_at;
  if (!near) {
    return send_manifest(*stream, event.held, now);
  }
  stream->open = true;
  stream->sent.fill(event.position);
  stream->position = event.position;
  fleet_.ready.insert(stream->session);
  close_catch_up(*stream, event, now);
}

// It says how far it has come; at the head it must hold what it should.
void Core::close_catch_up(FleetStream& stream, const Synced& event, Now now) {
  if (stream.manifest_at && event.position < stream.manifest_at) {
    return;  // said before the manifest came
  }
  if (stream.manifest_at) {
    mark_removals(stream);
    stream.manifest_at = {};
  }
  mark_reached(stream.device, event.position);
  const Seq head = ledger_.durable_head();
  if (event.position == head && head == ledger_.head() && stream.out.empty() &&
      manifest_of(stream, now).held != event.held) {
    note(Note::Level::info, "device.differs", stream.device, head, 1, {});
    return send_manifest(stream, event.held, now);
  }
  if (event.confirm) {
    confirm(stream, event, now);
  }
}

// Nothing is on its way to it, and it holds what it should: so much a display lease rests on.
void Core::confirm(FleetStream& stream, const Synced& event, Now now) {
  const Seq head = ledger_.durable_head();
  const bool all_sent = std::all_of(std::begin(all_lanes), std::end(all_lanes), [&](Lane lane) {
    return stream.sent[index_of(lane)] >= ledger_.lane_head(lane);
  });
  if (!stream.open || !stream.out.empty() || head != ledger_.head() || !all_sent) {
    return;  // it asks again
  }
  if (manifest_of(stream, now).held != event.held) {
    return send_manifest(stream, event.held, now);
  }
  step_.sends.emplace_back(
      SendManifest{stream.session, head, true, std::make_shared<const ManifestItems>()});
}

// A device whose store was lost begins anew; what it once confirmed stays confirmed.
void Core::mark_reached(SubscriberNo device, Seq position) {
  if (position > ledger_.fleet().device(device)->position) {
    fleet_.mark(FleetMark::reached, device, position);
  }
}

// Withdrawals that a manifest has carried out.
void Core::mark_removals(const FleetStream& stream) {
  const Seq before = ledger_.fleet().device(stream.device)->position;
  for (const EntryRow& row : ledger_.entries(Lane::withdrawal, before, removals_marked_max)) {
    if (row.entry.seq > stream.manifest_at) {
      break;
    }
    if (!fleet_items(channels_.at(stream.channel), fleet_.reach(stream.group), row).empty()) {
      fleet_.mark(FleetMark::received, stream.device, row.entry.seq);
    }
  }
}

void Core::send_manifest(FleetStream& stream, const Digest& held, Now now) {
  // A device whose store and ours never agree must not ask without end.
  const bool again = stream.manifest_last.ms != 0 &&
                     now.mono.ms - stream.manifest_last.ms < limits::fleet_manifest_every_ms_min;
  if (again) {
    return;
  }
  const FleetManifest& manifest = manifest_of(stream, now);
  stream.manifest_last = now.mono;
  stream.manifest_at = manifest.head;
  if (!stream.open) {
    stream.open = true;
    stream.sent.fill(manifest.head);
  }
  stream.position = std::max(stream.position, manifest.head);
  fleet_.ready.insert(stream.session);
  const bool same = manifest.held == held;
  step_.sends.emplace_back(
      SendManifest{stream.session,
                   manifest.head,
                   same,
                   same ? std::make_shared<const ManifestItems>() : manifest.items});
}

const FleetManifest& Core::manifest_of(const FleetStream& stream, Now now) {
  const Seq head = ledger_.durable_head();
  const auto known = fleet_.manifests.find(stream.group);
  if (known != fleet_.manifests.end() && known->second.head == head && known->second.items) {
    return known->second;
  }
  if (fleet_.manifests.size() >= limits::fleet_manifests_max) {
    fleet_.manifests.clear();
  }
  const ChannelRuntime& channel = channels_.at(stream.channel);
  const DeviceReach& reach = fleet_.reach(stream.group);
  std::vector<LiveRow> rows;
  const auto& kinds = channel.policy.filter.kinds;
  for (const std::string& audience : audience_keys(reach)) {
    for (const Kind kind : all_kinds) {
      const bool wanted =
          (kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) &&
          (reach.kinds.empty() ||
           std::find(reach.kinds.begin(), reach.kinds.end(), kind) != reach.kinds.end());
      if (wanted) {
        const auto found = reader_.live(audience, kind, limits::screen_items_max);
        rows.insert(rows.end(), found.begin(), found.end());
      }
    }
  }
  std::sort(rows.begin(), rows.end(), [](const LiveRow& a, const LiveRow& b) {
    return std::pair(b.seq, b.part) < std::pair(a.seq, a.part);
  });
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  FleetManifest manifest;
  manifest.head = head;
  auto items = std::make_shared<ManifestItems>();
  for (const LiveRow& row : rows) {
    const auto entry = row.seq <= head ? ledger_.entry(row.lane, row.seq) : std::nullopt;
    if (!entry || items->size() >= limits::screen_items_max) {
      continue;
    }
    const EntryPart& part = entry->entry.parts[row.part];
    if (!takes_part(channel, reach, entry->entry, part) ||
        (entry->entry.expires && entry->entry.expires <= now.utc) ||
        is_gone(entry->entry.publisher, part)) {
      continue;
    }
    fold_held(manifest.held, part.digest);
    items->push_back({entry->entry.publisher,
                      part.id,
                      part.revision,
                      row.seq,
                      row.part,
                      row.lane,
                      part.digest,
                      part.body_bytes});
  }
  manifest.items = std::move(items);
  return fleet_.manifests[stream.group] = std::move(manifest);
}

// Taken back, or marked invalid: no device shows it. Rows say so already unless rounds are under
// way.
bool Core::is_gone(const std::string& publisher, const EntryPart& part) const {
  if (ledger_.durable_head() == ledger_.head()) {
    return false;
  }
  const auto publication = ledger_.publication({publisher, part.id});
  return publication &&
         (publication->is_down(part.revision) || publication->is_invalid(part.revision));
}

void Core::answer_wants(FleetStream& stream, const Synced& event) {
  const auto known = fleet_.manifests.find(stream.group);
  auto items = std::make_shared<HandedItems>();
  uint64_t bytes = 0;
  for (const Synced::Want& want : event.wants) {
    const auto* list = known != fleet_.manifests.end() ? known->second.items.get() : nullptr;
    if (list == nullptr) {
      break;
    }
    const auto item = std::find_if(list->begin(), list->end(), [&](const ManifestItem& one) {
      return one.seq == want.seq && one.part == want.part;
    });
    const auto entry = item != list->end() ? ledger_.entry(item->lane, item->seq) : std::nullopt;
    if (!entry || is_gone(entry->entry.publisher, entry->entry.parts[want.part])) {
      continue;
    }
    if (!items->empty() && (bytes + item->body_bytes > limits::deliver_bytes_max ||
                            items->size() >= limits::deliver_entries_max)) {
      break;
    }
    bytes += item->body_bytes;
    HandedItem one;
    one.seq = want.seq;
    one.test = entry->entry.test;
    one.publisher = entry->entry.publisher;
    one.shown_at = entry->entry.accepted_at;
    one.parts.push_back(handed(entry->entry, want.part));
    items->push_back(std::move(one));
  }
  step_.sends.emplace_back(
      SendDeliver{Lane::normal, std::move(items), {{stream.session, {}, 0, {}}}});
}

// ---- the stream ---------------------------------------------------------------------------------

bool Core::takes_part(const ChannelRuntime& channel,
                      const DeviceReach& reach,
                      const EntryAccepted& entry,
                      const EntryPart& part) {
  const ChannelFilter& filter = channel.policy.filter;
  const auto in = [](const auto& list, const auto& value) {
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
  };
  return (!entry.test || filter.drill) && (!entry.imported || filter.imports) &&
         in(filter.columns, part.column) && in(filter.kinds, part.kind) &&
         reaches(reach, part.audience, part.column, part.kind, entry.test);
}

// What devices of this reach get of an entry: its live parts, and first what must go for them. A
// newer revision has an entry of its own further on.
HandedItems Core::fleet_items(const ChannelRuntime& channel,
                              const DeviceReach& reach,
                              const EntryRow& row) const {
  const EntryAccepted& entry = row.entry;
  HandedItem removal = removal_of(entry);
  HandedItem item;
  item.seq = entry.seq;
  item.test = entry.test;
  item.imported = entry.imported;
  item.publisher = entry.publisher;
  item.shown_at = entry.accepted_at;
  for (size_t i = 0; i < entry.parts.size(); ++i) {
    const EntryPart& part = entry.parts[i];
    const bool taken = takes_part(channel, reach, entry, part);
    if (entry.kind == EntryKind::withdrawal) {
      if (taken) {
        removal.parts.push_back(handed(entry, i));
      }
      continue;
    }
    if (!taken) {
      // A revision for others: what came before it was perhaps for this one.
      if (part.previous_revision != 0) {
        removal.parts.push_back(handed(entry, i));
      }
      continue;
    }
    const auto publication =
        row.revised ? ledger_.publication({entry.publisher, part.id}) : std::nullopt;
    const bool over = publication && (publication->newest().revision > part.revision ||
                                      publication->is_down(part.revision) ||
                                      publication->is_invalid(part.revision));
    if (!over) {
      item.parts.push_back(handed(entry, i));
    }
  }
  HandedItems items;
  if (!removal.parts.empty()) {
    items.push_back(std::move(removal));
  }
  if (!item.parts.empty()) {
    items.push_back(std::move(item));
  }
  return items;
}

void Core::serve_fleets(Now now) {
  LaneHeads heads{};
  for (const Lane lane : all_lanes) {
    heads[index_of(lane)] = ledger_.lane_head(lane);
  }
  if (heads != fleet_.heads) {
    pass_fleet_cursors();
    fleet_.heads = heads;
    for (const auto& [no, stream] : fleet_.streams()) {
      if (stream.open) {
        fleet_.ready.insert(no);
      }
    }
  }
  uint64_t budget = limits::hand_overs_per_round_max;
  FleetBatches batches;
  while (!fleet_.ready.empty() && budget > 0) {
    const SessionNo no = *fleet_.ready.begin();
    while (budget > 0 && hand_stream(*fleet_.stream(no), batches, now)) {
      --budget;
    }
    if (budget > 0) {
      fleet_.ready.erase(no);
    }
  }
  more_ = more_ || !fleet_.ready.empty();
}

// A fleet as a whole is always at the head: its devices have positions of their own.
void Core::pass_fleet_cursors() {
  for (const auto& [no, channel] : channels_) {
    for (const Lane lane : all_lanes) {
      const SubscriberNo shared = shared_subscriber(no);
      const Seq head = ledger_.lane_head(lane);
      if (channel.policy.fleet && ledger_.subscriber(shared)->cursors[index_of(lane)] < head) {
        emit(CursorMoved{shared, lane, head});
      }
    }
  }
}

Core::FleetHandOver& Core::fleet_batch(const FleetStream& stream,
                                       Lane lane,
                                       FleetBatches& batches) const {
  const Seq after = stream.sent[index_of(lane)];
  const auto [at, added] = batches.try_emplace({stream.group, lane, after});
  FleetHandOver& batch = at->second;
  if (!added) {
    return batch;
  }
  batch.to = after;
  auto items = std::make_shared<HandedItems>();
  uint64_t bytes = 0;
  const ChannelRuntime& channel = channels_.at(stream.channel);
  for (const EntryRow& row : ledger_.entries(lane, after, limits::read_entries_max)) {
    HandedItems more = fleet_items(channel, fleet_.reach(stream.group), row);
    uint64_t size = 0;
    for (const HandedItem& item : more) {
      for (const HandedPart& part : item.parts) {
        size += item.withdrawal ? 0 : part.facts.body_bytes;
      }
    }
    if (!items->empty() && (items->size() + more.size() > limits::fleet_batch_entries ||
                            bytes + size > limits::deliver_bytes_max)) {
      break;
    }
    bytes += size;
    batch.to = row.entry.seq;
    if (!more.empty()) {
      batch.seqs.push_back(row.entry.seq);
    }
    std::move(more.begin(), more.end(), std::back_inserter(*items));
  }
  batch.items = std::move(items);
  return batch;
}

// One batch for this device, or one step past what is not for it; false: nothing to do now.
bool Core::hand_stream(FleetStream& stream, FleetBatches& batches, Now /*now*/) {
  if (!stream.open || !channels_.contains(stream.channel)) {
    return false;
  }
  for (const Lane lane : all_lanes) {
    const size_t room = lane == Lane::withdrawal ? limits::fleet_batches_max
                        : lane == Lane::urgent   ? limits::fleet_batches_max - 1
                                                 : 1;
    Seq& sent = stream.sent[index_of(lane)];
    if (sent >= ledger_.lane_head(lane) || stream.out.size() >= room) {
      continue;
    }
    FleetHandOver& batch = fleet_batch(stream, lane, batches);
    sent = std::max(batch.to, sent);
    stream.position = position_of(stream);
    if (batch.seqs.empty()) {
      return true;
    }
    stream.out.push_back({lane, batch.seqs, stream.position});
    const SendDeliver::Target target{stream.session, {}, 0, stream.position};
    if (batch.send) {
      std::get<SendDeliver>(step_.sends[*batch.send]).targets.push_back(target);
    } else {
      batch.send = step_.sends.size();
      step_.sends.emplace_back(SendDeliver{lane, batch.items, {target}});
    }
    return true;
  }
  return false;
}

// Up to where a device is when it has applied all it was handed.
Seq Core::position_of(const FleetStream& stream) const {
  Seq position = ledger_.head();
  for (const Lane lane : all_lanes) {
    const Seq sent = stream.sent[index_of(lane)];
    position = sent < ledger_.lane_head(lane) ? std::min(position, sent) : position;
  }
  return std::max(position, stream.position);
}

// ---- reports ------------------------------------------------------------------------------------

bool Core::fleet_report(const Reported& event) {
  FleetStream* stream = fleet_.stream(event.session);
  if (stream == nullptr) {
    return false;
  }
  for (const Reported::Item& item : event.items) {
    if (item.report.outcome != Outcome::published && item.report.outcome != Outcome::gone) {
      note(Note::Level::warn, "device.failed", stream->device, item.from, 1, item.report.reason);
    } else if (item.report.receipt.level == ReceiptLevel::shown) {
      const uint64_t last = std::min(item.to.value, item.from.value + shown_run_max - 1);
      for (uint64_t seq = item.from.value; seq <= last && seq <= ledger_.head().value; ++seq) {
        fleet_.mark(FleetMark::shown, stream->device, {seq});
      }
    } else {
      fleet_received(*stream, item.from, item.to);
    }
  }
  return true;
}

// A device applies what it gets in order, each batch as a whole.
void Core::fleet_received(FleetStream& stream, Seq from, Seq to) {
  const auto batch = std::find_if(stream.out.begin(), stream.out.end(), [&](const FleetBatch& one) {
    return one.seqs.front() >= from && one.seqs.back() <= to;
  });
  if (batch == stream.out.end()) {
    step_.sends.emplace_back(SendError{
        {stream.session, 0},
        {ErrorCode::not_found, "delivery_not_leased", "items", {std::to_string(from.value), "0"}}});
    return;
  }
  for (const Seq seq : batch->seqs) {
    fleet_.mark(FleetMark::received, stream.device, seq);
  }
  if (batch == stream.out.begin() && !stream.manifest_at) {
    mark_reached(stream.device, batch->position);
  }
  stream.out.erase(batch);
  fleet_.ready.insert(stream.session);
}

void Core::flush_fleet_marks(Now now) {
  if (!fleet_.streams().empty() && now.mono >= fleet_.contact_next) {
    fleet_.contact_next = {now.mono.ms + limits::fleet_contact_every_ms};
    for (const auto& [no, stream] : fleet_.streams()) {
      fleet_.mark(FleetMark::contact, stream.device, {});
    }
  }
  for (const FleetMarked& marked : fleet_.take_marks(now.utc)) {
    emit(marked);
  }
}

}  // namespace gulou
