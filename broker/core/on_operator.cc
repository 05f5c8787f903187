// A person decides about one delivery, or says what was done about it by hand (design 5.2, "By
// hand").
#include "broker/core/core.h"
#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>

namespace gulou {
namespace {

using Verb = OperatorDecided::Verb;

Trigger trigger_of(Verb verb) {
  switch (verb) {
    case Verb::retry:
    case Verb::resolve_not_published:
      return Trigger::operator_retry;
    case Verb::cancel:
      return Trigger::operator_cancel;
    case Verb::resolve_published:
    case Verb::resolve_removed:
      return Trigger::resolved_by_hand;
    case Verb::open_gate:
      return Trigger::gate_opened;
  }
  return Trigger::operator_retry;
}

std::string_view event_of(Verb verb) {
  switch (verb) {
    case Verb::retry:
      return "delivery.retried";
    case Verb::cancel:
      return "delivery.cancelled";
    case Verb::resolve_published:
    case Verb::resolve_removed:
    case Verb::resolve_not_published:
      return "delivery.resolved";
    case Verb::open_gate:
      return "gate.opened";
  }
  return "";
}

// What a plain hand-over or a person shows: the entry's own revision of each part.
void add_own_parts(const EntryAccepted& entry, Receipt& receipt) {
  for (size_t i = 0; i < entry.parts.size(); ++i) {
    receipt.parts.push_back({static_cast<uint8_t>(i), entry.parts[i].revision, {}, {}});
  }
}

}  // namespace

// What is known of a delivery that may have no row: plain success, range lease, or not reached.
DeliveryState Core::state_of(SubscriberNo subscriber, const EntryAccepted& entry) const {
  if (const auto row = ledger_.delivery(subscriber, entry.seq)) {
    return row->state;
  }
  if (ledger_.plain_success(subscriber, entry.lane, entry.seq)) {
    return DeliveryState::published;
  }
  for (const LeaseNo no : ledger_.subscriber(subscriber)->leases) {
    if (contains(ledger_.lease(no)->runs, entry.seq)) {
      return DeliveryState::leased;
    }
  }
  return DeliveryState::pending;
}

DeliveryChanged Core::row_of(SubscriberNo subscriber, const EntryAccepted& entry) const {
  if (auto row = ledger_.delivery(subscriber, entry.seq)) {
    return *std::move(row);
  }
  DeliveryChanged row;
  row.subscriber = subscriber;
  row.seq = entry.seq;
  row.lane = entry.lane;
  row.ahead = entry.seq > ledger_.subscriber(subscriber)->cursors[index_of(entry.lane)];
  if (const auto plain = ledger_.plain_success(subscriber, entry.lane, entry.seq)) {
    row.attempts = 1;
    row.receipt.level = plain->level;
    row.receipt.at = plain->at;
    add_own_parts(entry, row.receipt);
  }
  for (const LeaseNo no : ledger_.subscriber(subscriber)->leases) {
    if (contains(ledger_.lease(no)->runs, entry.seq)) {
      return leased_row(*ledger_.lease(no), entry.seq);
    }
  }
  return row;
}

bool Core::check_decision(const OperatorDecided& event,
                          const EntryAccepted& entry,
                          DeliveryState state) {
  const auto wrong =
      [&](ErrorCode code, std::string reason, std::string field, std::vector<std::string> args) {
        refuse(event.from,
               {{code, std::move(reason), std::move(field), std::move(args)}},
               "decision.refused");
        return false;
      };
  const Trigger trigger = trigger_of(event.verb);
  const auto channel = channels_.find(channel_of(event.subscriber));
  const bool for_channel = channel != channels_.end() &&
                           (entry.kind == EntryKind::withdrawal || matches(channel->second, entry));
  if (channel != channels_.end() && channel->second.policy.fleet) {
    return wrong(ErrorCode::refused, "channel_is_fleet", "channel", {channel->second.policy.id});
  }
  if (state == DeliveryState::pending && !for_channel) {
    return wrong(
        ErrorCode::not_found, "delivery_not_open", "delivery", {std::to_string(event.seq.value)});
  }
  if (!next_state(state, trigger)) {
    return wrong(ErrorCode::refused,
                 "delivery_state_forbids",
                 "delivery",
                 {std::string(name_of(state)), std::string(name_of(trigger))});
  }
  if (event.verb == Verb::open_gate && !is_gated(channel->second, entry.lane)) {
    return wrong(ErrorCode::refused, "channel_not_gated", "channel", {channel->second.policy.id});
  }
  const bool withdrawal = entry.kind == EntryKind::withdrawal;
  if ((event.verb == Verb::resolve_published && withdrawal) ||
      (event.verb == Verb::resolve_removed && !withdrawal)) {
    return wrong(ErrorCode::invalid_argument,
                 withdrawal ? "resolve_needs_removed" : "resolve_needs_published",
                 "delivery",
                 {std::to_string(event.seq.value)});
  }
  if (event.verb == Verb::resolve_published && all_down(entry)) {
    return wrong(ErrorCode::refused,
                 "publication_withdrawn",
                 "delivery",
                 {entry.parts[0].id, std::to_string(event.seq.value)});
  }
  return true;
}

void Core::on_event(const OperatorDecided& event, Now now) {
  std::optional<EntryRow> found;
  for (const Lane lane : all_lanes) {
    if (!found) {
      found = ledger_.entry(lane, event.seq);
    }
  }
  if (!found || ledger_.subscriber(event.subscriber) == nullptr) {
    return refuse(event.from,
                  {{ErrorCode::not_found,
                    "delivery_not_open",
                    "delivery",
                    {std::to_string(event.seq.value)}}},
                  "decision.refused");
  }
  const EntryAccepted& entry = found->entry;
  const DeliveryState state = state_of(event.subscriber, entry);
  if (!check_decision(event, entry, state)) {
    return;
  }
  DeliveryChanged row = row_of(event.subscriber, entry);
  row.at = now.utc;
  row.reason = event.reason;
  row.by = event.operator_name;
  row.detail = event.read_back;
  row.due = {};
  row.ahead = entry.seq > ledger_.subscriber(event.subscriber)->cursors[index_of(entry.lane)];
  note(
      Note::Level::info, event_of(event.verb), event.subscriber, event.seq, 1, event.operator_name);
  switch (event.verb) {
    case Verb::resolve_not_published:
      row.maybe_published = false;
      row.platform_id.clear();
      row.platform_ids.clear();
      [[fallthrough]];
    case Verb::retry:
      row.failures = 0;
      row.retried_at = now.utc;
      row.due = now.utc;
      probe_now(channel_of(event.subscriber), now);
      break;
    case Verb::open_gate:
      row.ungated = true;
      row.due = now.utc;
      break;
    case Verb::cancel:
      break;
    case Verb::resolve_published:
    case Verb::resolve_removed:
      resolve(event, entry, std::move(row), state, now);
      step_.sends.emplace_back(SendDone{event.from, {}});
      return;
  }
  move(std::move(row), state, trigger_of(event.verb));
  step_.sends.emplace_back(SendDone{event.from, {}});
}

// A receipt of source by_hand: it opens gates, closes takedowns, and is counted apart.
void Core::resolve(const OperatorDecided& event,
                   const EntryAccepted& entry,
                   DeliveryChanged row,
                   DeliveryState from,
                   Now now) {
  row.receipt.level = ReceiptLevel::seen_public;
  row.receipt.source = ReceiptSource::by_hand;
  row.receipt.at = now.utc;
  row.proof = event.proof;
  row.maybe_published = false;
  // What a person has seen is this entry, whatever newer revision an adapter was given for it.
  Receipt own;
  add_own_parts(entry, own);
  for (PartReceipt& part : own.parts) {
    for (const PartReceipt& handed : row.receipt.parts) {
      if (handed.part == part.part) {
        part.platform_id = handed.platform_id;
        part.url = handed.url;
      }
    }
  }
  row.receipt.parts = std::move(own.parts);
  for (PartReceipt& part : row.receipt.parts) {
    part.url = event.url.empty() ? part.url : event.url;
  }
  const SubscriberNo subscriber = row.subscriber;
  const Lane lane = row.lane;
  if (from == DeliveryState::leased) {
    end_run(subscriber, entry.seq);
  }
  move(std::move(row), from, Trigger::resolved_by_hand);
  const auto channel = channels_.find(channel_of(subscriber));
  if (channel != channels_.end() && entry.kind == EntryKind::bundle) {
    add_seen(channel->second, lane, {{entry.seq, 1}}, ReceiptLevel::seen_public);
  }
}

// A person was quicker than the adapter that holds it.
void Core::end_run(SubscriberNo subscriber, Seq seq) {
  const std::set<LeaseNo> leases = ledger_.subscriber(subscriber)->leases;
  for (const LeaseNo no : leases) {
    const Lease held = *ledger_.lease(no);
    if (!contains(held.runs, seq)) {
      continue;
    }
    const auto at = held_.find(no);
    if (at != held_.end()) {
      step_.sends.emplace_back(SendRecall{at->second.session, no, seq});
    }
    shrink(held, {{seq, 1}});
  }
}

}  // namespace gulou
