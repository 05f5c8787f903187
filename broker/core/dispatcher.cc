// Which delivery goes to which session with credit. Subscribers at the same position with the same
// filter share one batch: it is scanned once and packed once. Higher lanes come first, and every
// session gets its turn.
#include "broker/core/core.h"
#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>

namespace gulou {

void Core::dispatch(Now now) {
  uint64_t budget = limits::hand_overs_per_round_max;
  std::vector<SessionNo> turn;
  turn.reserve(sessions_.size());
  for (auto at = sessions_.upper_bound(served_last_); at != sessions_.end(); ++at) {
    turn.push_back(at->first);
  }
  for (auto at = sessions_.begin(); at != sessions_.end() && at->first <= served_last_; ++at) {
    turn.push_back(at->first);
  }
  for (const SessionNo no : turn) {
    if (budget == 0) {
      break;
    }
    while (budget > 0 && serve(sessions_.at(no), now, budget)) {
    }
    served_last_ = no;
  }
  more_ = more_ || budget == 0;
}

// One hand-over (or one step of a cursor) for this session; false when there is nothing to do.
bool Core::serve(Session& session, Now now, uint64_t& budget) {
  const auto channel = channels_.find(session.channel);
  if (channel == channels_.end() || session.used_messages >= session.credit_messages) {
    return false;
  }
  const auto lane = [&](Lane one) {
    return may_lease(session, one) && hand_lane(session, channel->second, one, now);
  };
  const auto lanes = [&] { return lane(Lane::normal) || lane(Lane::bulk); };
  const auto due = [&] {
    return may_lease(session, Lane::normal) && hand_due(session, channel->second, now);
  };
  // Withdrawals and urgent releases first; then what is due and the rest take turns, so that
  // neither many retries nor a deep backlog keeps the other waiting.
  bool done = lane(Lane::withdrawal) || lane(Lane::urgent);
  if (!done && session.due_last) {
    done = lanes();
    session.due_last = !done;
  }
  if (!done) {
    done = due();
    session.due_last = session.due_last || done;
  }
  done = done || lanes();
  budget -= done ? 1 : 0;
  return done;
}

bool Core::may_lease(const Session& session, Lane lane) const {
  const size_t most = limits::leases_per_subscriber_max + (lane <= Lane::urgent ? 1 : 0);
  return session.leases.size() < most && ledger_.leases().size() < limits::open_leases_max;
}

bool Core::hand_due(Session& session, const ChannelRuntime& channel, Now now) {
  const SubscriberNo no = shared_subscriber(channel.no);
  const Subscriber& subscriber = *ledger_.subscriber(no);
  if (!subscriber.due_known) {
    ledger_.set_due_hint(no, reader_.first_due(no));
  }
  std::vector<DeliveryChanged> rows;
  if (subscriber.due_hint && subscriber.due_hint <= now.utc) {
    rows = ledger_.due(no, now.utc, limits::due_batch_max);
    if (rows.empty()) {
      ledger_.set_due_hint(no, reader_.first_due(no));
    }
  }
  if (rows.empty()) {
    if (subscriber.due_hint > now.utc) {
      next_due_ = std::min(next_due_.value_or(subscriber.due_hint), subscriber.due_hint);
    }
    return false;
  }
  for (const DeliveryChanged& due : rows) {
    if (session.used_messages >= session.credit_messages || !may_lease(session, Lane::normal)) {
      return true;
    }
    const auto entry = ledger_.entry(due.lane, due.seq);
    CHECK(entry.has_value());
    hand_special(session, channel, *entry, now);
  }
  return true;
}

Core::Batch& Core::batch_at(const Session& session,
                            const ChannelRuntime& channel,
                            Lane lane,
                            Now now) {
  const Seq cursor = ledger_.subscriber(shared_subscriber(channel.no))->cursors[index_of(lane)];
  const uint64_t entries = std::min<uint64_t>(limits::deliver_entries_max,
                                              session.credit_messages - session.used_messages);
  const uint64_t bytes =
      std::min<uint64_t>(limits::deliver_bytes_max, session.credit_bytes - session.used_bytes);
  const BatchKey key{lane, cursor, channel.filter_group, channel.policy.portal, entries, bytes};
  const auto known = batches_.find(key);
  if (known != batches_.end()) {
    return known->second;
  }
  return batches_.emplace(key, scan(channel, lane, cursor, entries, bytes, now)).first->second;
}

Core::Batch Core::scan(const ChannelRuntime& channel,
                       Lane lane,
                       Seq after,
                       uint64_t entries,
                       uint64_t bytes,
                       Now now) const {
  Batch batch;
  batch.over.lane = lane;
  batch.cursor_to = after;
  auto items = std::make_shared<HandedItems>();
  for (EntryRow& row : ledger_.entries(lane, after, limits::read_entries_max)) {
    EntryAccepted& entry = row.entry;
    if (!matches(channel, entry)) {
      batch.cursor_to = entry.seq;
      continue;
    }
    if (!is_plain(row, now)) {
      batch.special = std::move(row);
      break;
    }
    uint64_t size = 0;
    for (const EntryPart& part : entry.parts) {
      size += part.body_bytes;
    }
    if (items->size() >= entries || (!items->empty() && batch.over.bytes + size > bytes) ||
        (items->empty() && size > bytes && bytes < limits::deliver_bytes_max)) {
      break;
    }
    batch.over.bytes += size;
    batch.cursor_to = entry.seq;
    append(batch.over.runs, entry.seq);
    add_first_shown(channel, entry, batch.first_shown);
    HandedItem item;
    item.seq = entry.seq;
    item.imported = entry.imported;
    item.test = entry.test;
    item.publisher = std::move(entry.publisher);
    item.shown_at = now.utc;
    for (size_t i = 0; i < entry.parts.size(); ++i) {
      const auto number = static_cast<uint8_t>(i);
      item.parts.push_back({number, entry.seq, number, std::move(entry.parts[i]), 0, {}, {}});
    }
    items->push_back(std::move(item));
  }
  batch.over.items = std::move(items);
  return batch;
}

bool Core::hand_lane(Session& session, const ChannelRuntime& channel, Lane lane, Now now) {
  const SubscriberNo no = shared_subscriber(channel.no);
  const Subscriber& subscriber = *ledger_.subscriber(no);
  const Seq cursor = subscriber.cursors[index_of(lane)];
  if (cursor >= ledger_.lane_head(lane)) {
    return false;
  }
  Batch& batch = batch_at(session, channel, lane, now);
  if (batch.over.runs.empty() && !batch.special && batch.cursor_to == cursor) {
    return false;  // the next entry is larger than the credit left
  }
  if (batch.cursor_to > cursor) {
    emit(CursorMoved{no, lane, batch.cursor_to});
  }
  if (!batch.over.runs.empty()) {
    if (!batch.first_shown.empty() && !batch.over.send) {
      emit(FirstShown{batch.first_shown, now.utc, lane});
    }
    hand_out(session, channel, batch.over, now);
    return true;
  }
  if (batch.special) {
    const EntryRow row = *batch.special;
    emit(CursorMoved{no, lane, row.entry.seq});
    hand_special(session, channel, row, now);
  }
  return true;
}

// One entry that is not plain, or one whose time has come again.
void Core::hand_special(Session& session,
                        const ChannelRuntime& channel,
                        const EntryRow& row,
                        Now now) {
  const SubscriberNo no = shared_subscriber(channel.no);
  const EntryAccepted& entry = row.entry;
  const auto known = ledger_.delivery(no, entry.seq);
  Verdict verdict = judge(channel, no, row, known, now);
  DeliveryChanged changed;
  if (known) {
    changed = *known;
  } else {
    changed.subscriber = no;
    changed.seq = entry.seq;
    changed.lane = entry.lane;
  }
  const DeliveryState from = known ? known->state : DeliveryState::pending;
  changed.at = now.utc;
  changed.due = {};
  changed.reason = verdict.reason;
  switch (verdict.kind) {
    case Verdict::Kind::expired:
      return move(std::move(changed), from, Trigger::expiry);
    case Verdict::Kind::superseded:
      return move(std::move(changed), from, Trigger::newer_delivered);
    case Verdict::Kind::wait:
      changed.due = verdict.due;
      if (known) {
        return emit(std::move(changed));  // stays as it is, only later
      }
      return move(std::move(changed), from, Trigger::schedule);
    case Verdict::Kind::hand_over:
      break;
  }
  SeqRuns first_shown;
  add_first_shown(channel, entry, first_shown);
  if (!first_shown.empty()) {
    emit(FirstShown{std::move(first_shown), now.utc, entry.lane});
  }
  HandOver over{.lane = entry.lane, .runs = {{entry.seq, 1}}, .with_rows = true};
  changed.receipt = {};
  for (const HandedPart& part : verdict.item.parts) {
    over.bytes += part.facts.body_bytes;
    changed.receipt.parts.push_back({part.part, part.facts.revision, {}, {}});
  }
  changed.attempts = verdict.item.attempt;
  changed.maybe_published = verdict.item.maybe_published;
  changed.platform_ids = verdict.item.platform_ids;
  changed.instance = session.instance;
  changed.lease = ledger_.next_lease();
  if (!changed.first_leased_at) {
    changed.first_leased_at = now.utc;
  }
  move(std::move(changed), from, Trigger::hand_over);
  auto items = std::make_shared<HandedItems>();
  items->push_back(std::move(verdict.item));
  over.items = std::move(items);
  hand_out(session, channel, over, now);
}

void Core::hand_out(Session& session, const ChannelRuntime& channel, HandOver& over, Now now) {
  const SubscriberNo no = shared_subscriber(channel.no);
  const LeaseNo lease = ledger_.next_lease();
  emit(LeaseHeld{lease, no, over.lane, over.runs, session.instance, now.utc});
  fired_.insert({DeliveryState::pending, Trigger::hand_over});
  const Mono deadline{now.mono.ms + channel.policy.lease_ms};
  held_.emplace(lease, HeldLease{session.no, deadline, over.with_rows});
  lease_deadlines_.insert({deadline, lease});
  session.leases.insert(lease);
  session.used_messages += over.items->size();
  session.used_bytes += over.bytes;
  session.credit_bytes = std::max(session.credit_bytes, session.used_bytes);
  const SendDeliver::Target target{session.no, lease, channel.policy.lease_ms};
  if (over.send) {
    std::get<SendDeliver>(step_.sends[*over.send]).targets.push_back(target);
    return;
  }
  over.send = step_.sends.size();
  step_.sends.emplace_back(SendDeliver{over.lane, over.items, {target}});
}

}  // namespace gulou
