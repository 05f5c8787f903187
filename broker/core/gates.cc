// Portal first (design 4, "a gate is a cursor too"): a gated channel follows what its gate has
// shown to the public; its log cursor only looks for what is held too long, so a closed gate costs
// no rows.
#include "broker/core/core.h"
#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>

namespace gulou {

bool Core::is_gated(const ChannelRuntime& channel, Lane lane) const {
  return channel.gate && lane != Lane::withdrawal &&
         !(lane == Lane::urgent && channel.policy.gate.urgent_skips);
}

std::optional<Core::SeenPart> Core::seen_at(const ChannelRuntime& channel,
                                            const RevisionRow& revision) const {
  const auto gate = channels_.find(channel.gate);
  if (gate == channels_.end()) {
    return std::nullopt;
  }
  const auto counts = [&](ReceiptLevel level) {
    return level >= ReceiptLevel::seen_public || !gate->second.policy.read_back;
  };
  const SubscriberNo subscriber = shared_subscriber(channel.gate);
  if (const auto row = ledger_.delivery(subscriber, revision.seq)) {
    if (row->state != DeliveryState::published || !counts(row->receipt.level)) {
      return std::nullopt;
    }
    for (const PartReceipt& part : row->receipt.parts) {
      if (part.part == revision.part) {
        // Under an older entry the gate may have got a newer revision.
        return SeenPart{std::max(part.revision, revision.revision), part.url};
      }
    }
    return std::nullopt;  // that part was left out
  }
  const auto plain = ledger_.plain_success(subscriber, revision.lane, revision.seq);
  return plain && counts(plain->level) ? std::optional(SeenPart{revision.revision, {}})
                                       : std::nullopt;
}

// Open when every part is shown at this revision or a later one, and for what the gate never gets.
bool Core::gate_is_open(const ChannelRuntime& channel,
                        const EntryAccepted& entry,
                        const std::optional<DeliveryChanged>& delivery) const {
  if (!is_gated(channel, entry.lane) || (delivery && delivery->ungated)) {
    return true;
  }
  const auto gate = channels_.find(channel.gate);
  if (gate == channels_.end() || !matches(gate->second, entry)) {
    return true;
  }
  return std::all_of(entry.parts.begin(), entry.parts.end(), [&](const EntryPart& part) {
    const auto publication = ledger_.publication({entry.publisher, part.id});
    return !publication || publication->is_down(part.revision) ||
           std::any_of(publication->revisions.rbegin(),
                       publication->revisions.rend(),
                       [&](const RevisionRow& revision) {
                         const auto seen = seen_at(channel, revision);
                         return seen && seen->revision >= part.revision;
                       });
  });
}

bool Core::hand_gated(Session* session, const ChannelRuntime& channel, Lane lane, Now now) {
  return hand_seen(session, channel, lane, now) || hand_overdue(session, channel, lane, now);
}

// What the gate has shown, in the order in which it did.
bool Core::hand_seen(Session* session, const ChannelRuntime& channel, Lane lane, Now now) {
  const SubscriberNo no = shared_subscriber(channel.no);
  const uint64_t after = ledger_.subscriber(no)->receipts[index_of(lane)];
  const auto rows = ledger_.seen(channel.gate, lane, after, limits::due_batch_max);
  if (rows.empty()) {
    return false;
  }
  for (const SeenRow& row : rows) {
    const auto entry = ledger_.entry(lane, row.seq);
    CHECK(entry.has_value());
    if (!matches(channel, entry->entry)) {
      continue;
    }
    const auto known = ledger_.delivery(no, row.seq);
    const bool reached = known ? known->state != DeliveryState::waiting || known->attempts > 0
                               : ledger_.plain_success(no, lane, row.seq).has_value();
    if (reached) {
      continue;
    }
    emit(CursorMoved{no, lane, {row.number}, CursorKind::receipts});
    hand_special(session, channel, *entry, now);
    return true;
  }
  emit(CursorMoved{no, lane, {rows.back().number}, CursorKind::receipts});
  return true;
}

// The log cursor of a gated channel: passes what the gate let through, stops at what it holds.
bool Core::hand_overdue(Session* session, const ChannelRuntime& channel, Lane lane, Now now) {
  const SubscriberNo no = shared_subscriber(channel.no);
  const Seq cursor = ledger_.subscriber(no)->cursors[index_of(lane)];
  if (cursor >= ledger_.lane_head(lane)) {
    return false;
  }
  Seq passed = cursor;
  const auto pass = [&] {
    if (passed > cursor) {
      emit(CursorMoved{no, lane, passed});
    }
    return passed > cursor;
  };
  for (const EntryRow& row : ledger_.entries(lane, cursor, limits::read_entries_max)) {
    const EntryAccepted& entry = row.entry;
    const auto known = ledger_.delivery(no, entry.seq);
    if (!matches(channel, entry) || known || ledger_.plain_success(no, lane, entry.seq)) {
      passed = entry.seq;
      continue;
    }
    const Utc from = std::max(entry.accepted_at, not_before(channel, entry));
    const Utc overdue{from.ms + channel.policy.gate.timeout_ms};
    const bool open = gate_is_open(channel, entry, known);
    const bool scheduled = from > now.utc;
    const bool ended = all_down(entry) || (entry.expires && entry.expires <= now.utc);
    if (!open && !ended && !scheduled && (overdue > now.utc || !channel.policy.gate.proceeds)) {
      if (overdue > now.utc) {
        wake_at(overdue);
      }
      return pass() || hand_beside(session, channel, lane, entry.seq, now);
    }
    emit(CursorMoved{no, lane, entry.seq});
    if (!open && !ended && scheduled) {
      DeliveryChanged wait = row_of(no, entry);
      wait.at = now.utc;
      wait.due = overdue;
      wait.reason = "gate";
      move(std::move(wait), DeliveryState::pending, Trigger::schedule);
      return true;
    }
    if (!open && !ended) {
      note(Note::Level::warn, "gate.overdue", no, entry.seq, 1, channel.policy.gate.channel);
      DeliveryChanged opened = row_of(no, entry);
      opened.at = now.utc;
      opened.due = now.utc;
      opened.reason = "gate_timed_out";
      opened.ungated = true;
      move(std::move(opened), DeliveryState::pending, Trigger::gate_opened);
      return true;
    }
    hand_special(session, channel, row, now);
    return true;
  }
  return pass();
}

// Behind what is held: what the gate never gets does not wait for it.
bool Core::hand_beside(
    Session* session, const ChannelRuntime& channel, Lane lane, Seq held, Now now) {
  const SubscriberNo no = shared_subscriber(channel.no);
  const auto gate = channels_.find(channel.gate);
  CHECK(gate != channels_.end());
  for (const EntryRow& row : ledger_.entries(lane, held, limits::read_entries_max)) {
    const EntryAccepted& entry = row.entry;
    if (matches(channel, entry) && !matches(gate->second, entry) &&
        !ledger_.delivery(no, entry.seq)) {
      hand_special(session, channel, row, now);
      return true;
    }
  }
  return false;
}

void Core::add_seen(const ChannelRuntime& channel, Lane lane, SeqRuns runs, ReceiptLevel level) {
  const bool counts = level >= ReceiptLevel::seen_public || !channel.policy.read_back;
  if (!channel.shows || !counts || runs.empty() || lane == Lane::withdrawal) {
    return;
  }
  emit(PublicSeen{channel.no, lane, ledger_.seen_head(channel.no, lane) + 1, std::move(runs)});
}

// The first entry the gate holds; for people.
void Core::add_gate_view(const ChannelRuntime& channel, ChannelView& view) const {
  const SubscriberNo no = shared_subscriber(channel.no);
  for (const Lane lane : all_lanes) {
    if (!is_gated(channel, lane)) {
      continue;
    }
    const Seq cursor = ledger_.subscriber(no)->cursors[index_of(lane)];
    for (const EntryRow& row : ledger_.entries(lane, cursor, limits::read_entries_max)) {
      const EntryAccepted& entry = row.entry;
      const auto known = ledger_.delivery(no, entry.seq);
      if (!matches(channel, entry) || known || gate_is_open(channel, entry, known)) {
        continue;
      }
      const Utc from = std::max(entry.accepted_at, not_before(channel, entry));
      const Utc overdue{from.ms + channel.policy.gate.timeout_ms};
      if (!view.gate_waits_for || overdue < view.gate_overdue_at) {
        view.gate_waits_for = entry.seq;
        view.gate_overdue_at = overdue;
      }
      break;
    }
  }
}

}  // namespace gulou
