// Which delivery goes to which session with credit. Subscribers at the same position with the same
// filter share one batch: it is scanned once and packed once. Higher lanes come first, and every
// session gets its turn.
#include "broker/core/core.h"
#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>
#include <iterator>

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
// Withdrawals first, whatever the channel's condition; then urgent releases; then what is due and
// the rest take turns, so that neither many retries nor a deep backlog keeps the other waiting.
bool Core::serve(Session& session, Now now, uint64_t& budget) {
  const auto found = channels_.find(session.channel);
  if (found == channels_.end() || session.used_messages >= session.credit_messages ||
      !may_serve(session, found->second, now) || has_its_fill(session, found->second)) {
    return false;
  }
  const ChannelRuntime& channel = found->second;
  const auto take = [&](bool done) {
    budget -= done ? 1 : 0;
    return done;
  };
  if (may_lease(session, Lane::withdrawal) &&
      (hand_due(&session, channel, DueKind::withdrawal, now) ||
       hand_lane(session, channel, Lane::withdrawal, now))) {
    return take(true);
  }
  session.allowance = allowance(channel, now);
  const bool strict = channel.policy.order == Order::strict;
  session.allowance = strict ? std::min<uint64_t>(session.allowance, 1) : session.allowance;
  const SubscriberNo no = shared_subscriber(channel.no);
  if (session.allowance == 0 || (strict && !ledger_.subscriber(no)->leases.empty())) {
    return false;
  }
  const auto lane = [&](Lane one) {
    return may_lease(session, one) &&
           (is_gated(channel, one) ? hand_gated(&session, channel, one, now)
                                   : hand_lane(session, channel, one, now));
  };
  const bool lanes_wait = strict && ledger_.retrying(no);
  const auto lanes = [&] { return !lanes_wait && (lane(Lane::normal) || lane(Lane::bulk)); };
  const auto due = [&] {
    return may_lease(session, Lane::normal) &&
           hand_due(&session, channel, DueKind::publication, now);
  };
  bool done = !lanes_wait && lane(Lane::urgent);
  // A probe with something new: what failed may itself be the fault.
  if (!done && (session.due_last || is_probing(channel))) {
    done = lanes();
    session.due_last = !done;
  }
  if (!done) {
    done = due();
    session.due_last = session.due_last || done;
  }
  return take(done || lanes());
}

bool Core::has_its_fill(const Session& session, const ChannelRuntime& channel) const {
  const uint64_t most = channel.policy.credit_max;
  return most != 0 && in_hand_of(session) >= most;
}

uint64_t Core::in_hand_of(const Session& session) const {
  uint64_t in_hand = 0;
  for (const LeaseNo lease : session.leases) {
    in_hand += count(ledger_.lease(lease)->runs);
  }
  return in_hand;
}

// Channels without an adapter: a person does it all, so everything is parked for one.
void Core::dispatch_by_hand(Now now) {
  for (const auto& [no, runtime] : channels_) {
    const ChannelRuntime& channel = runtime;  // clang 14 captures no structured binding
    if (channel.policy.mode != Mode::manual) {
      continue;
    }
    for (size_t i = 0; i < limits::due_batch_max; ++i) {
      // What must go must go, also from a channel that gets nothing new any more.
      const ChannelCondition& condition = ledger_.condition(no);
      const bool paused = condition.paused || condition.retired;
      const auto lane = [&](Lane one) {
        return is_gated(channel, one) ? hand_gated(nullptr, channel, one, now)
                                      : hand_by_hand(channel, one, now);
      };
      const bool done = hand_due(nullptr, channel, DueKind::withdrawal, now) ||
                        lane(Lane::withdrawal) ||
                        (!paused && (lane(Lane::urgent) ||
                                     hand_due(nullptr, channel, DueKind::publication, now) ||
                                     lane(Lane::normal) || lane(Lane::bulk)));
      if (!done) {
        break;
      }
      more_ = more_ || i + 1 == limits::due_batch_max;
    }
  }
}

bool Core::hand_by_hand(const ChannelRuntime& channel, Lane lane, Now now) {
  const SubscriberNo no = shared_subscriber(channel.no);
  const Seq cursor = ledger_.subscriber(no)->cursors[index_of(lane)];
  if (cursor >= ledger_.lane_head(lane)) {
    return false;
  }
  Seq passed = cursor;
  for (const EntryRow& row : ledger_.entries(lane, cursor, limits::read_entries_max)) {
    passed = row.entry.seq;
    if (row.entry.kind == EntryKind::withdrawal || matches(channel, row.entry)) {
      emit(CursorMoved{no, lane, passed});
      hand_special(nullptr, channel, row, now);
      return true;
    }
  }
  emit(CursorMoved{no, lane, passed});
  return true;
}

bool Core::may_lease(const Session& session, Lane lane) const {
  const size_t most = limits::leases_per_subscriber_max + (lane <= Lane::urgent ? 1 : 0) +
                      (lane == Lane::withdrawal ? 1 : 0);
  return session.leases.size() < most && ledger_.leases().size() < limits::open_leases_max;
}

bool Core::hand_due(Session* session, const ChannelRuntime& channel, DueKind kind, Now now) {
  const SubscriberNo no = shared_subscriber(channel.no);
  const Subscriber::Due& known = ledger_.subscriber(no)->due[static_cast<size_t>(kind)];
  if (!known.known) {
    ledger_.set_due_hint(no, kind, reader_.first_due(no, kind));
  }
  std::vector<DeliveryChanged> rows;
  if (known.hint && known.hint <= now.utc) {
    rows = ledger_.due(no, kind, now.utc, limits::due_batch_max);
    if (rows.empty()) {
      ledger_.set_due_hint(no, kind, reader_.first_due(no, kind));
    }
  }
  if (rows.empty()) {
    if (known.hint > now.utc) {
      wake_at(known.hint);
    }
    return false;
  }
  const Lane lane = kind == DueKind::withdrawal ? Lane::withdrawal : Lane::normal;
  uint64_t handed = 0;
  for (const DeliveryChanged& due : rows) {
    const bool full = session != nullptr && (session->used_messages >= session->credit_messages ||
                                             !may_lease(*session, lane));
    const bool spent =
        session != nullptr && kind == DueKind::publication && handed >= session->allowance;
    if (full || spent) {
      return true;
    }
    const auto entry = ledger_.entry(due.lane, due.seq);
    CHECK(entry.has_value());
    hand_special(session, channel, *entry, now);
    ++handed;
  }
  return true;
}

Core::Batch& Core::batch_at(const Session& session,
                            const ChannelRuntime& channel,
                            Lane lane,
                            Now now) {
  const Seq cursor = ledger_.subscriber(shared_subscriber(channel.no))->cursors[index_of(lane)];
  const Channel& policy = channel.policy;
  uint64_t entries = std::min<uint64_t>(limits::deliver_entries_max,
                                        session.credit_messages - session.used_messages);
  if (policy.credit_max != 0) {
    entries = std::min<uint64_t>(entries, policy.credit_max - in_hand_of(session));
  }
  if (lane != Lane::withdrawal) {
    entries = std::min(entries, session.allowance);
  }
  entries = policy.order == Order::strict ? std::min<uint64_t>(entries, 1) : entries;
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
    if (entry.kind == EntryKind::bundle && !matches(channel, entry)) {
      batch.cursor_to = entry.seq;
      continue;
    }
    if (!is_plain(channel, row, now)) {
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
      HandedPart part;
      part.part = number;
      part.seq = entry.seq;
      part.body_part = number;
      part.facts = std::move(entry.parts[i]);
      item.parts.push_back(std::move(part));
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
    hand_special(&session, channel, row, now);
  }
  return true;
}

// One entry that is not plain, or one whose time has come again.
void Core::hand_special(Session* session,
                        const ChannelRuntime& channel,
                        const EntryRow& row,
                        Now now) {
  const SubscriberNo no = shared_subscriber(channel.no);
  const EntryAccepted& entry = row.entry;
  const auto known = ledger_.delivery(no, entry.seq);
  const DeliveryState from = known ? known->state : DeliveryState::pending;
  if (is_final(from) || from == DeliveryState::leased || from == DeliveryState::parked) {
    return;  // decided about before the cursor came
  }
  Verdict verdict = entry.kind == EntryKind::withdrawal
                        ? judge_withdrawal(channel, no, entry, known, now)
                        : judge(channel, no, row, known, now);
  DeliveryChanged changed = row_of(no, entry);
  changed.ahead = false;
  changed.at = now.utc;
  changed.due = {};
  changed.reason = verdict.reason;
  switch (verdict.kind) {
    case Verdict::Kind::expired:
      return move(std::move(changed), from, Trigger::expiry);
    case Verdict::Kind::superseded:
      // A withdrawal that came too late to matter leaves no trace.
      if (!known && entry.kind == EntryKind::withdrawal) {
        return;
      }
      return move(std::move(changed), from, Trigger::newer_delivered);
    case Verdict::Kind::withdrawn:
      return move(std::move(changed), from, Trigger::withdrawal);
    case Verdict::Kind::nothing:
      if (!known && verdict.reason.empty()) {
        return;
      }
      changed.receipt.at = now.utc;
      return move(std::move(changed), from, Trigger::nothing_to_do);
    case Verdict::Kind::person:
      // What may be there now is so too when the person comes to it, whatever ends meanwhile.
      keep_places(verdict.item, changed);
      note(Note::Level::warn, "delivery.parked", no, entry.seq, 1, verdict.reason);
      return move(std::move(changed), from, Trigger::awaits_person);
    case Verdict::Kind::wait:
      changed.due = verdict.due;
      if (verdict.reason == "predecessor_leased") {
        held_back_[no].insert(entry.seq);
      }
      if (known) {
        return emit(std::move(changed));  // stays as it is, only later
      }
      return move(std::move(changed), from, Trigger::schedule);
    case Verdict::Kind::hand_over:
      break;
  }
  changed.state = from;
  hand_one(session, channel, entry, std::move(verdict), std::move(changed), now);
}

// Parts that a replay leaves out, being withdrawn, may stand where they were: replaced by another,
// or because their removal is not confirmed.
std::vector<PartReceipt> Core::places_left(const EntryAccepted& entry,
                                           const DeliveryChanged& row,
                                           const HandedItem& item) const {
  std::vector<PartReceipt> left;
  for (size_t i = 0; row.job && entry.kind == EntryKind::bundle && i < entry.parts.size(); ++i) {
    const auto number = static_cast<uint8_t>(i);
    if (std::ranges::find(item.parts, number, &HandedPart::part) != item.parts.end()) {
      continue;
    }
    const auto publication = ledger_.publication({entry.publisher, entry.parts[i].id});
    CHECK(publication.has_value());
    const auto there = ledger_.delivered(row.subscriber, *publication);
    if (there && there->revision == entry.parts[i].revision) {
      left.push_back({number, there->revision, there->platform_id, there->url});
    }
  }
  return left;
}

// Where it is now: an update that names no place leaves it there.
void Core::keep_places(const HandedItem& item, DeliveryChanged& changed) {
  changed.receipt.parts.clear();
  for (const HandedPart& part : item.parts) {
    changed.receipt.parts.push_back(
        {part.part, part.facts.revision, part.old_platform_id, part.old_url});
  }
  changed.maybe_published = item.maybe_published;
  changed.platform_ids = item.platform_ids;
}

// Two persons have decided that it goes out once more as if nothing were there.
void Core::hide_what_is_there(HandedItem& item) {
  item.maybe_published = false;
  item.platform_ids.clear();
  for (HandedPart& part : item.parts) {
    if (part.old_revision == part.facts.revision) {
      part.old_revision = 0;
      part.old_platform_id.clear();
      part.old_url.clear();
    }
  }
}

// To the adapter, or where the channel has none to a person.
void Core::hand_one(Session* session,
                    const ChannelRuntime& channel,
                    const EntryAccepted& entry,
                    Verdict verdict,
                    DeliveryChanged changed,
                    Now now) {
  const DeliveryState from = changed.state;
  if (session == nullptr) {
    changed.reason = "awaiting_person";
    note(Note::Level::info, "delivery.parked", changed.subscriber, entry.seq, 1, changed.reason);
    return move(std::move(changed), from, Trigger::awaits_person);
  }
  SeqRuns first_shown;
  if (entry.kind == EntryKind::bundle) {
    add_first_shown(channel, entry, first_shown);
  }
  if (!first_shown.empty()) {
    emit(FirstShown{std::move(first_shown), now.utc, entry.lane});
  }
  HandOver over{.lane = entry.lane, .runs = {{entry.seq, 1}}, .with_rows = true};
  if (!changed.job) {
    changed.receipt = {};
  }
  for (const HandedPart& part : verdict.item.parts) {
    over.bytes += part.facts.body_bytes;
  }
  const std::vector<PartReceipt> left = places_left(entry, changed, verdict.item);
  keep_places(verdict.item, changed);
  std::ranges::copy(left, std::back_inserter(changed.receipt.parts));
  changed.attempts = verdict.item.attempt;
  changed.instance = session->instance;
  changed.lease = ledger_.next_lease();
  if (!changed.first_leased_at) {
    changed.first_leased_at = now.utc;
  }
  if (changed.afresh) {
    hide_what_is_there(verdict.item);  // from the adapter; the row keeps it
  }
  move(std::move(changed), from, Trigger::hand_over);
  auto items = std::make_shared<HandedItems>();
  items->push_back(std::move(verdict.item));
  over.items = std::move(items);
  hand_out(*session, channel, over, now);
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
  session.allowance -= std::min<uint64_t>(session.allowance, over.items->size());
  note_handed(channel, over.lane, over.items->size(), now);
  const SendDeliver::Target target{session.no, lease, channel.policy.lease_ms};
  if (over.send) {
    std::get<SendDeliver>(step_.sends[*over.send]).targets.push_back(target);
    return;
  }
  over.send = step_.sends.size();
  step_.sends.emplace_back(SendDeliver{over.lane, over.items, {target}});
}

}  // namespace gulou
