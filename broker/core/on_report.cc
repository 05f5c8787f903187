// Adapters report what became of deliveries. Plain successes stay ranges; everything else becomes
// the row of one delivery. Only the session that holds a lease may report on it; a success that
// comes after the lease has ended is still a success.
#include "broker/core/core.h"
#include "broker/core/retry_policy.h"
#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>

namespace gulou {
namespace {

Trigger trigger_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::published:
      return Trigger::report_published;
    case Outcome::accepted:
      return Trigger::report_accepted;
    case Outcome::transient:
      return Trigger::report_transient;
    case Outcome::ambiguous:
      return Trigger::report_ambiguous;
    case Outcome::quota:
      return Trigger::report_quota;
    case Outcome::auth:
      return Trigger::report_auth;
    case Outcome::misconfigured:
      return Trigger::report_misconfigured;
    case Outcome::content:
      return Trigger::report_content;
    case Outcome::gone:
      return Trigger::report_gone;
    case Outcome::prepared:
      return Trigger::report_prepared;
  }
  return Trigger::report_ambiguous;
}

bool was_shown(const DeliveryChanged& row) {
  return row.job && row.receipt.at && row.receipt.level >= ReceiptLevel::seen_public;
}

bool is_plain_success(const Report& report) {
  return report.outcome == Outcome::published && report.receipt.parts.empty();
}

std::string bounded(const std::string& text, size_t bytes_max) {
  if (text.size() <= bytes_max) {
    return text;
  }
  size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return text.substr(0, end);
}

// The parts' ids and URLs as reported, the revisions as handed out where the report names none.
Receipt complete(Receipt receipt, const Receipt& handed) {
  for (PartReceipt& part : receipt.parts) {
    part.platform_id = bounded(part.platform_id, limits::attempt_text_bytes_max);
    part.url = bounded(part.url, limits::receipt_url_bytes_max);
  }
  for (const PartReceipt& part : handed.parts) {
    const auto same = std::find_if(receipt.parts.begin(),
                                   receipt.parts.end(),
                                   [&](const PartReceipt& one) { return one.part == part.part; });
    if (same == receipt.parts.end()) {
      receipt.parts.push_back(part);
    } else if (same->revision == 0) {
      same->revision = part.revision;
    }
  }
  return receipt;
}

// When to look again: as the platform asks, but neither at once nor next year.
Utc next_look(Utc asked, Now now, int64_t least_ms) {
  return {std::clamp(asked.ms, now.utc.ms + least_ms, now.utc.ms + limits::due_clamp_ms_max)};
}

bool is_too_old(const DeliveryChanged& row, const Channel& policy, Now now) {
  const Utc from = row.retried_at ? row.retried_at : row.first_leased_at;
  return now.utc.ms - from.ms > policy.age_ms_max;
}

SeqRuns intersection(const SeqRuns& runs, Seq from, Seq to) {
  SeqRuns common;
  for (const SeqRun& run : runs) {
    const uint64_t first = std::max(run.first.value, from.value);
    const uint64_t last = std::min(run.first.value + run.count - 1, to.value);
    if (first <= last) {
      common.push_back({{first}, last - first + 1});
    }
  }
  return common;
}

}  // namespace

void Core::on_event(const Reported& event, Now now) {
  if (fleet_report(event)) {
    return;
  }
  const auto at = sessions_.find(event.session);
  if (at == sessions_.end()) {
    return;
  }
  const Session& session = at->second;
  for (const Reported::Item& item : event.items) {
    const Lease* lease = ledger_.lease(event.lease);
    if (lease == nullptr || !session.leases.contains(event.lease)) {
      late_report(session, event.lease, item, now);
      continue;
    }
    report_item(session, *lease, item, now);
  }
}

void Core::report_item(const Session& session,
                       const Lease& lease,
                       const Reported::Item& item,
                       Now now) {
  const Lease held = lease;  // applying changes ends the original
  const SeqRuns reported = intersection(held.runs, item.from, item.to);
  if (reported.empty()) {
    step_.sends.emplace_back(
        SendError{{session.no, 0},
                  {ErrorCode::not_found,
                   "delivery_not_leased",
                   "items",
                   {std::to_string(item.from.value), std::to_string(held.no.value)}}});
    return;
  }
  const bool with_rows = held_.at(held.no).with_rows;
  SeqRuns plain;
  if (is_plain_success(item.report) && !with_rows) {
    plain = reported;
  } else {
    for (const SeqRun& run : reported) {
      for (Seq seq = run.first; seq.value < run.first.value + run.count; ++seq.value) {
        if (is_plain_success(item.report) && !ledger_.delivery(held.subscriber, seq)) {
          append(plain, seq);
        } else {
          report_one(session, held, seq, item.report, now);
        }
      }
    }
  }
  if (!plain.empty()) {
    fired_.insert({DeliveryState::leased, Trigger::report_published});
    note(Note::Level::info,
         "delivery.published",
         held.subscriber,
         plain.front().first,
         count(plain));
    const ChannelRuntime& channel = channels_.at(session.channel);
    channel_works(channel, now);
    add_seen(channel, held.lane, plain, item.report.receipt.level);
    emit(RangePublished{
        held.subscriber, held.lane, std::move(plain), item.report.receipt.level, now.utc});
  }
  shrink(held, reported);
}

DeliveryChanged Core::leased_row(const Lease& lease, Seq seq) const {
  if (const auto row = ledger_.delivery(lease.subscriber, seq)) {
    return *row;
  }
  DeliveryChanged row;
  row.subscriber = lease.subscriber;
  row.seq = seq;
  row.lane = lease.lane;
  row.state = DeliveryState::leased;
  row.attempts = 1;
  row.lease = lease.no;
  row.instance = lease.instance;
  row.first_leased_at = lease.leased_at;
  // What a plain range hands out is the entry's own revision of each part.
  if (const auto entry = ledger_.entry(lease.lane, seq)) {
    for (size_t i = 0; i < entry->entry.parts.size(); ++i) {
      row.receipt.parts.push_back(
          {static_cast<uint8_t>(i), entry->entry.parts[i].revision, {}, {}});
    }
  }
  return row;
}

void Core::note_attempt(const DeliveryChanged& row,
                        const Report& report,
                        const Lease& lease,
                        Now now) {
  emit(AttemptEnded{row.subscriber,
                    row.seq,
                    row.attempts,
                    report.outcome,
                    bounded(report.reason, limits::attempt_text_bytes_max),
                    bounded(report.detail, limits::attempt_text_bytes_max),
                    lease.instance,
                    lease.leased_at,
                    now.utc});
}

void Core::report_one(
    const Session& session, const Lease& lease, Seq seq, const Report& reported, Now now) {
  DeliveryChanged row = leased_row(lease, seq);
  CHECK(row.state == DeliveryState::leased);
  const ChannelRuntime& channel = channels_.at(session.channel);
  Report report = reported;
  report.reason = bounded(report.reason, limits::attempt_text_bytes_max);
  report.detail = bounded(report.detail, limits::attempt_text_bytes_max);
  const bool removal = lease.lane == Lane::withdrawal;
  if (removal && report.outcome == Outcome::gone) {
    report.outcome = Outcome::published;  // it is not there: done
    report.receipt.level = std::max(report.receipt.level, ReceiptLevel::seen_public);
  }
  note_attempt(row, report, lease, now);
  row.at = now.utc;
  row.instance = session.instance;
  row.outcome = report.outcome;
  row.reason = report.reason;
  row.detail = report.detail;
  note_outcome(channel, seq, report, now);
  const bool failed = report.outcome != Outcome::published && report.outcome != Outcome::accepted &&
                      report.outcome != Outcome::prepared;
  const auto entry = removal || !failed ? std::nullopt : ledger_.entry(lease.lane, seq);
  if (entry && all_down(entry->entry)) {
    row.maybe_published = row.maybe_published || report.outcome == Outcome::ambiguous;
    row.reason = "withdrawn";
    return move(std::move(row), DeliveryState::leased, Trigger::withdrawal);
  }
  settle_report(channel, std::move(row), report, removal, now);
}

// What the outcome says of the channel.
void Core::note_outcome(const ChannelRuntime& channel, Seq seq, const Report& report, Now now) {
  switch (report.outcome) {
    case Outcome::published:
    case Outcome::accepted:
    case Outcome::gone:
    case Outcome::prepared:
      return channel_works(channel, now);
    case Outcome::content:
      return;  // perhaps found out before the platform was called
    case Outcome::transient:
    case Outcome::ambiguous:
      return report.reason == "recalled" ? void() : channel_fails(channel, seq, report, now);
    case Outcome::quota:
      return channel_sleeps(channel,
                            ChannelState::throttled,
                            next_look(report.until, now, limits::quota_wait_ms_min),
                            report,
                            now);
    case Outcome::auth:
      return channel_sleeps(channel, ChannelState::needs_authorisation, {}, report, now);
    case Outcome::misconfigured:
      return channel_sleeps(channel, ChannelState::misconfigured, {}, report, now);
  }
}

void Core::settle_report(const ChannelRuntime& channel,
                         DeliveryChanged row,
                         const Report& report,
                         bool removal,
                         Now now) {
  const SubscriberNo no = row.subscriber;
  const Seq seq = row.seq;
  const Trigger trigger = trigger_of(report.outcome);
  const auto park = [&](Trigger why) {
    note(Note::Level::warn, "delivery.parked", no, seq, 1, row.reason);
    move(std::move(row), DeliveryState::leased, why);
  };
  // What a replay shows once more opens no gate once more.
  const bool shown_before = was_shown(row);
  switch (report.outcome) {
    case Outcome::published:
      row.receipt = complete(report.receipt, row.receipt);
      row.receipt.at = row.receipt.at ? row.receipt.at : now.utc;
      row.maybe_published = false;
      note(Note::Level::info, "delivery.published", no, seq);
      if (!shown_before) {
        add_seen(channel, row.lane, {{seq, 1}}, row.receipt.level);
      }
      {
        const Lane lane = row.lane;
        move(std::move(row), DeliveryState::leased, trigger);
        return supersede_parked(no, lane, seq, now);
      }
    case Outcome::accepted: {
      row.platform_id = bounded(report.platform_id, limits::attempt_text_bytes_max);
      row.maybe_published = true;
      if (is_too_old(row, channel.policy, now)) {
        row.reason = "confirmation_overdue";
        return park(Trigger::budget_spent);
      }
      row.due = next_look(report.until, now, channel.policy.backoff_first_ms);
      return move(std::move(row), DeliveryState::leased, trigger);
    }
    case Outcome::quota:
    case Outcome::auth:
    case Outcome::misconfigured:
      if (removal) {
        return park(Trigger::removal_blocked);
      }
      row.due = now.utc;  // as soon as the channel is open again
      return move(std::move(row), DeliveryState::leased, trigger);
    case Outcome::prepared:
      row.reason = row.reason.empty() ? "awaiting_person" : row.reason;
      add_platform_id(row.platform_ids,
                      bounded(report.platform_id, limits::attempt_text_bytes_max));
      return park(trigger);
    case Outcome::content:
    case Outcome::gone:
      return park(trigger);
    case Outcome::transient:
    case Outcome::ambiguous:
      return retry_later(std::move(row), trigger, report, now, true);
  }
}

// What a person was asked about is no longer needed once a newer revision is there.
void Core::supersede_parked(SubscriberNo subscriber, Lane lane, Seq seq, Now now) {
  const auto entry = ledger_.entry(lane, seq);
  if (!entry || entry->entry.kind != EntryKind::bundle) {
    return;
  }
  for (const EntryPart& part : entry->entry.parts) {
    const auto publication = ledger_.publication({entry->entry.publisher, part.id});
    if (!publication || publication->revisions.size() < 2) {
      continue;
    }
    size_t looked_at = 0;
    for (auto older = publication->revisions.rbegin();
         older != publication->revisions.rend() && looked_at < limits::revisions_looked_at_max;
         ++older, ++looked_at) {
      auto row = ledger_.delivery(subscriber, older->seq);
      if (!row || row->state != DeliveryState::parked || older->seq == seq ||
          !all_there(subscriber, older->lane, older->seq)) {
        continue;
      }
      row->at = now.utc;
      row->reason.clear();
      move(*std::move(row), DeliveryState::parked, Trigger::newer_delivered);
    }
  }
}

// Is every part of this entry on the channel, at its revision or a newer one?
bool Core::all_there(SubscriberNo subscriber, Lane lane, Seq seq) const {
  const auto entry = ledger_.entry(lane, seq);
  CHECK(entry.has_value());
  return std::all_of(
      entry->entry.parts.begin(), entry->entry.parts.end(), [&](const EntryPart& part) {
        const auto publication = ledger_.publication({entry->entry.publisher, part.id});
        const auto delivered =
            publication ? ledger_.delivered(subscriber, *publication) : std::nullopt;
        return delivered && delivered->revision >= part.revision;
      });
}

// counts: against the budget. While the channel fails as a whole nothing does.
void Core::retry_later(
    DeliveryChanged row, Trigger trigger, const Report& report, Now now, bool counts) {
  const auto channel = channels_.find(channel_of(row.subscriber));
  const Channel policy = channel == channels_.end() ? Channel{} : channel->second.policy;
  const ChannelCondition& condition = ledger_.condition(channel_of(row.subscriber));
  row.maybe_published = row.maybe_published || report.outcome == Outcome::ambiguous;
  if (condition.retired && row.lane != Lane::withdrawal) {
    row.due = {};
    row.reason = "channel_retired";
    row.by = condition.retired_by;
    return move(std::move(row), DeliveryState::leased, Trigger::retired);
  }
  if (condition.state == ChannelState::failing && trigger != Trigger::lease_ended) {
    row.due = now.utc;
    return move(std::move(row), DeliveryState::leased, trigger);
  }
  row.failures += counts ? 1 : 0;
  if (row.failures >= policy.attempts_max || is_too_old(row, policy, now)) {
    row.due = {};
    note(Note::Level::warn, "delivery.parked", row.subscriber, row.seq, row.failures, row.reason);
    return move(std::move(row), DeliveryState::leased, Trigger::budget_spent);
  }
  if (!counts) {
    row.due = {now.utc.ms + policy.backoff_first_ms};
    return move(std::move(row), DeliveryState::leased, trigger);
  }
  const int64_t backoff = backoff_ms(
      policy.backoff_first_ms, policy.backoff_ms_max, row.failures, row.subscriber, row.seq);
  const int64_t asked = std::min(report.retry_after_ms, limits::due_clamp_ms_max);
  row.due = next_look({now.utc.ms + asked}, now, std::min(backoff, limits::due_clamp_ms_max));
  note(Note::Level::info, "delivery.waiting", row.subscriber, row.seq, row.failures, row.reason);
  move(std::move(row), DeliveryState::leased, trigger);
}

Seq Core::first_of(LeaseNo lease) const {
  const Lease* held = ledger_.lease(lease);
  return held == nullptr || held->runs.empty() ? Seq{} : held->runs.front().first;
}

// What waited for this lease goes on at once.
void Core::release_held_back(SubscriberNo subscriber) {
  const auto waiting = held_back_.find(subscriber);
  if (waiting == held_back_.end()) {
    return;
  }
  const std::set<Seq> seqs = std::move(waiting->second);
  held_back_.erase(waiting);
  for (const Seq seq : seqs) {
    auto row = ledger_.delivery(subscriber, seq);
    if (row && row->state == DeliveryState::waiting && row->reason == "predecessor_leased") {
      row->due = row->at;
      emit(*std::move(row));
    }
  }
}

void Core::shrink(const Lease& lease, const SeqRuns& reported) {
  SeqRuns rest;
  for (const SeqRun& run : lease.runs) {
    for (Seq seq = run.first; seq.value < run.first.value + run.count; ++seq.value) {
      if (!contains(reported, seq)) {
        append(rest, seq);
      }
    }
  }
  const bool done = rest.empty();
  emit(LeaseHeld{
      lease.no, lease.subscriber, lease.lane, std::move(rest), lease.instance, lease.leased_at});
  release_held_back(lease.subscriber);
  if (ledger_.condition(channel_of(lease.subscriber)).retired) {
    retiring_.insert(channel_of(lease.subscriber));  // what it left open ends as well
  }
  const auto held = held_.find(lease.no);
  if (!done || held == held_.end()) {
    return;
  }
  lease_deadlines_.erase({held->second.deadline, lease.no});
  const auto session = sessions_.find(held->second.session);
  if (session != sessions_.end()) {
    session->second.leases.erase(lease.no);
  }
  held_.erase(held);
}

// Only `culprit` may be at fault; the others come again without a mark against them.
void Core::end_lease(LeaseNo lease_no, const std::string& reason, Now now, Seq culprit) {
  const Lease* lease = ledger_.lease(lease_no);
  if (lease == nullptr) {
    return;
  }
  const Lease held = *lease;
  Report report;
  report.outcome = Outcome::ambiguous;
  report.reason = reason;
  for (const SeqRun& run : held.runs) {
    for (uint64_t i = 0; i < run.count; ++i) {
      DeliveryChanged row = leased_row(held, {run.first.value + i});
      note_attempt(row, report, held, now);
      row.at = now.utc;
      row.outcome = Outcome::ambiguous;
      row.reason = reason;
      row.detail.clear();
      const bool counts = row.seq == culprit;
      retry_later(std::move(row), Trigger::lease_ended, report, now, counts);
    }
  }
  note(Note::Level::warn, "lease.ended", held.subscriber, {}, count(held.runs), reason);
  shrink(held, held.runs);
}

// The lease has ended; what its adapter found out is still true.
void Core::late_report(const Session& session, LeaseNo lease, const Reported::Item& item, Now now) {
  bool taken = false;
  if (item.from <= item.to && item.to.value - item.from.value < limits::deliver_entries_max) {
    for (Seq seq = item.from; seq <= item.to; ++seq.value) {
      taken = late_outcome(session, lease, seq, item.report, now) || taken;
    }
  }
  if (!taken) {
    step_.sends.emplace_back(SendError{
        {session.no, 0},
        {ErrorCode::not_found, "lease_ended", "lease", {std::to_string(item.from.value)}}});
  }
}

// Of the last attempt only: what an earlier one published may be an older revision. A platform that
// was waited for may also refuse late.
bool Core::late_outcome(
    const Session& session, LeaseNo lease, Seq seq, const Report& report, Now now) {
  const SubscriberNo subscriber = shared_subscriber(session.channel);
  const auto row = ledger_.delivery(subscriber, seq);
  if (!row || row->lease != lease || row->state == DeliveryState::leased ||
      (report.outcome != Outcome::published && report.outcome != Outcome::content) ||
      !next_state(row->state, trigger_of(report.outcome))) {
    return false;
  }
  DeliveryChanged changed = *row;
  changed.at = now.utc;
  changed.outcome = report.outcome;
  changed.reason = bounded(report.reason, limits::attempt_text_bytes_max);
  changed.detail = bounded(report.detail, limits::attempt_text_bytes_max);
  changed.due = {};
  changed.instance = session.instance;
  if (report.outcome == Outcome::published) {
    changed.maybe_published = false;
    changed.receipt = complete(report.receipt, row->receipt);
    changed.receipt.at = changed.receipt.at ? changed.receipt.at : now.utc;
    note(Note::Level::info, "delivery.published_late", subscriber, seq);
    if (!was_shown(*row)) {
      add_seen(channels_.at(session.channel), changed.lane, {{seq, 1}}, changed.receipt.level);
    }
  } else {
    note(Note::Level::warn, "delivery.parked", subscriber, seq, 1, changed.reason);
  }
  move(std::move(changed), row->state, trigger_of(report.outcome));
  return true;
}

void Core::add_platform_id(std::vector<std::string>& ids, const std::string& id) {
  if (id.empty() || std::find(ids.begin(), ids.end(), id) != ids.end()) {
    return;
  }
  if (ids.size() >= limits::platform_ids_max) {
    ids.erase(ids.begin());
  }
  ids.push_back(id);
}

void Core::on_event(const Progressed& event, Now now) {
  const auto session = sessions_.find(event.from.session);
  const Lease* lease = ledger_.lease(event.lease);
  if (session == sessions_.end() || lease == nullptr ||
      !session->second.leases.contains(event.lease) || !contains(lease->runs, event.seq)) {
    step_.sends.emplace_back(SendError{
        event.from,
        {ErrorCode::not_found, "lease_ended", "lease", {std::to_string(event.seq.value)}}});
    return;
  }
  const ChannelRuntime& channel = channels_.at(session->second.channel);
  HeldLease& held = held_.at(event.lease);
  held.with_rows = true;
  lease_deadlines_.erase({held.deadline, event.lease});
  held.deadline = {now.mono.ms + channel.policy.lease_ms};
  lease_deadlines_.insert({held.deadline, event.lease});
  if (!event.platform_id.empty()) {
    DeliveryChanged row = leased_row(*lease, event.seq);
    add_platform_id(row.platform_ids, bounded(event.platform_id, limits::attempt_text_bytes_max));
    row.at = now.utc;
    row.maybe_published = true;
    emit(std::move(row));
  }
  step_.sends.emplace_back(SendProgressOk{event.from, event.lease, event.seq});
}

}  // namespace gulou
