// Replay (design 5.3): a job is a cursor over a frozen range of the log that sends again exactly
// what was approved; each entry is judged when the job comes to it, once more when it is handed
// out.
#include "broker/core/core.h"
#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>

namespace gulou {
namespace {

template <class Item>
bool allows(const std::vector<Item>& list, const Item& item) {
  return list.empty() || std::find(list.begin(), list.end(), item) != list.end();
}

bool selects_part(const ReplaySelection& selection, const EntryAccepted& entry) {
  return std::any_of(entry.parts.begin(), entry.parts.end(), [&](const EntryPart& part) {
    return allows(selection.kinds, part.kind) && allows(selection.columns, part.column) &&
           (selection.publication.empty() ||
            selection.publication == entry.publisher + "/" + part.id);
  });
}

bool selects_entry(const ReplaySelection& selection, const EntryAccepted& entry) {
  return entry.seq >= selection.from && entry.seq <= selection.to &&
         (!selection.accepted_from || entry.accepted_at >= selection.accepted_from) &&
         (!selection.accepted_to || entry.accepted_at < selection.accepted_to) &&
         selects_part(selection, entry);
}

// The lanes a job goes through; withdrawals are never replayed.
Lane lane_after(Lane lane) {
  return lane == Lane::urgent ? Lane::normal : Lane::bulk;
}

}  // namespace

void Core::on_event(const ReplayAsked& event, Now now) {
  const auto wrong = [&](ErrorCode code, std::string reason, std::string field, std::string arg) {
    refuse(event.from,
           {{code, std::move(reason), std::move(field), {std::move(arg)}}},
           "decision.refused");
  };
  if (auto error = replay_error(event.selection.channel)) {
    return refuse(event.from, {*std::move(error)}, "decision.refused");
  }
  if (event.reason.empty()) {
    return wrong(ErrorCode::invalid_argument, "reason_missing", "reason", {});
  }
  if (event.per_minute > limits::replay_per_minute_max) {
    return wrong(ErrorCode::invalid_argument,
                 "replay_too_fast",
                 "per_minute",
                 std::to_string(limits::replay_per_minute_max));
  }
  const Seq head = ledger_.head();
  ReplayJob job;
  job.selection = event.selection;
  job.selection.from = std::max(job.selection.from, Seq{1});
  job.selection.to = job.selection.to ? std::min(job.selection.to, head) : head;
  if (job.selection.from > job.selection.to) {
    return wrong(ErrorCode::invalid_argument,
                 "replay_empty",
                 "from",
                 std::to_string(event.selection.from.value));
  }
  job.by = event.operator_name;
  job.reason = event.reason;
  job.per_minute = event.per_minute == 0 ? limits::replay_per_minute_default : event.per_minute;
  // Where the platform can be asked nothing goes out twice anyway.
  job.allow_duplicate =
      event.allow_duplicate && !channels_.at(event.selection.channel).policy.can_look;
  if (job.allow_duplicate && county_.approvals.needs_two(TwoPersonAct::replay_duplicate)) {
    return ask_replay(event.from, job, now);
  }
  const JobNo no = ledger_.next_job();
  start_job(std::move(job), now);
  step_.sends.emplace_back(SendDone{event.from, no});
}

std::optional<Error> Core::replay_error(ChannelNo channel) const {
  const auto at = channels_.find(channel);
  if (at == channels_.end()) {
    return Error{
        ErrorCode::not_found, "channel_unknown", "channel", {std::to_string(channel.value)}};
  }
  if (ledger_.condition(channel).retired) {
    return Error{ErrorCode::refused, "channel_retired", "channel", {at->second.policy.id}};
  }
  if (at->second.policy.fleet) {  // a device asks for what it lacks by itself
    return Error{ErrorCode::refused, "channel_is_fleet", "channel", {at->second.policy.id}};
  }
  if (ledger_.jobs().size() >= limits::replay_jobs_max) {
    return Error{
        ErrorCode::exhausted, "replay_jobs_full", "", {std::to_string(limits::replay_jobs_max)}};
  }
  return std::nullopt;
}

// It runs when a second operator has confirmed it.
void Core::ask_replay(const Asker& from, const ReplayJob& job, Now now) {
  if (!may_ask(TwoPersonAct::replay_duplicate, job.by)) {
    return refuse(from,
                  {{ErrorCode::exhausted,
                    "confirmations_full",
                    "",
                    {std::to_string(limits::confirmations_max)}}},
                  "decision.refused");
  }
  Confirmation asked;
  asked.act = TwoPersonAct::replay_duplicate;
  asked.asked_by = job.by;
  asked.reason = job.reason;
  asked.selection = job.selection;
  asked.per_minute = job.per_minute;
  step_.sends.emplace_back(SendDone{from, {}, ask(std::move(asked), now)});
}

ReplayJob Core::job_of(const Confirmation& given) {
  ReplayJob job;
  job.selection = given.selection;
  job.by = given.asked_by;
  job.reason = given.reason;
  job.allow_duplicate = true;
  job.per_minute = given.per_minute;
  job.confirmed_by = given.decided_by;
  return job;
}

void Core::start_job(ReplayJob job, Now now) {
  job.job = ledger_.next_job();
  job.created_at = now.utc;
  job.at = now.utc;
  job.lane = Lane::urgent;
  job.position = {job.selection.from.value - 1};
  note(Note::Level::info,
       "replay.started",
       shared_subscriber(job.selection.channel),
       {},
       job.job.value,
       job.by);
  emit(std::move(job));
}

void Core::on_event(const ReplayCancelled& event, Now now) {
  const auto at = ledger_.jobs().find(event.job);
  if (at == ledger_.jobs().end()) {
    return refuse(
        event.from,
        {{ErrorCode::not_found, "replay_unknown", "job", {std::to_string(event.job.value)}}},
        "decision.refused");
  }
  ReplayJob job = at->second;
  job.ended_by = event.operator_name;
  end_job(std::move(job), ReplayState::cancelled, event.reason, now);
  step_.sends.emplace_back(SendDone{event.from, event.job});
}

void Core::run_jobs(Now now) {
  if (ledger_.jobs().empty()) {
    return;
  }
  const std::map<JobNo, ReplayJob> jobs = ledger_.jobs();
  for (const auto& [no, job] : jobs) {
    if (channels_.contains(job.selection.channel)) {
      run_job(job, now);
    }
  }
}

// May it send now? Not faster than its rate, also right after a restart; a channel that sleeps
// keeps its job waiting.
bool Core::job_is_due(const ReplayJob& job, Now now) {
  const ChannelCondition& condition = ledger_.condition(job.selection.channel);
  if (condition.paused) {
    return false;
  }
  // A channel that sleeps gets no more than what may wake it: there may be nothing else to try.
  if (condition.state != ChannelState::open && condition.until > now.utc) {
    wake_at(condition.until);
    return false;
  }
  const auto [next, fresh] = job_next_.try_emplace(job.job);
  if (fresh && job.sent > 0) {
    const int64_t interval_ms = 60'000 / job.per_minute;
    next->second.ms =
        now.mono.ms + std::clamp<int64_t>(job.at.ms + interval_ms - now.utc.ms, 0, interval_ms);
  }
  if (next->second > now.mono) {
    wake_at({now.utc.ms + (next->second.ms - now.mono.ms)});
    return false;
  }
  return true;
}

// Goes on until the rate or the round's bound stops it.
void Core::run_job(ReplayJob job, Now now) {
  const ChannelRuntime& channel = channels_.at(job.selection.channel);
  if (ledger_.condition(channel.no).retired) {
    return end_job(std::move(job), ReplayState::cancelled, "channel_retired", now);
  }
  if (!job_is_due(job, now)) {
    return;
  }
  const uint64_t before = job.sent;
  const Seq started = job.position;
  const uint64_t most = std::max<uint64_t>(1, job.per_minute / 60);  // a second's worth at once
  const auto rows = ledger_.entries(job.lane, job.position, limits::replay_entries_per_round);
  for (const EntryRow& row : rows) {
    if (row.entry.seq > job.selection.to || job.sent - before >= most) {
      break;
    }
    job.position = row.entry.seq;
    const Replayed replayed = replay_one(job, channel, row, now);
    job.sent += replayed == Replayed::sent ? 1 : 0;
    job.skipped += replayed == Replayed::skipped ? 1 : 0;
  }
  const uint64_t sent = job.sent - before;
  if (sent > 0) {
    Mono& next = job_next_[job.job];
    next = {now.mono.ms + static_cast<int64_t>(sent) * 60'000 / job.per_minute};
    wake_at({now.utc.ms + (next.ms - now.mono.ms)});
  }
  const bool lane_done =
      rows.empty() || rows.back().entry.seq > job.selection.to ||
      (rows.size() < limits::replay_entries_per_round && job.position == rows.back().entry.seq);
  const bool next_lane = lane_done && sent < most;
  if (next_lane && job.lane == Lane::bulk) {
    return end_job(std::move(job), ReplayState::done, {}, now);
  }
  if (next_lane) {
    job.lane = lane_after(job.lane);
    job.position = {job.selection.from.value - 1};
  }
  if (next_lane || job.position != started) {
    job.at = now.utc;
    more_ = more_ || sent == 0;
    emit(std::move(job));
  }
}

void Core::end_job(ReplayJob job, ReplayState state, const std::string& reason, Now now) {
  job.state = state;
  job.at = now.utc;
  job.ended_reason = reason;
  job_next_.erase(job.job);
  note(Note::Level::info,
       state == ReplayState::done ? "replay.done" : "replay.cancelled",
       shared_subscriber(job.selection.channel),
       {},
       job.job.value,
       reason);
  emit(std::move(job));
}

// Never what was withdrawn, superseded or has expired, nor what is under way; and where nobody can
// look, nothing that may be there.
bool Core::may_replay(const ReplayJob& job,
                      const ChannelRuntime& channel,
                      const EntryAccepted& entry,
                      DeliveryState state,
                      bool maybe_published,
                      Now now) const {
  const SubscriberNo no = shared_subscriber(channel.no);
  bool newest = true;
  bool there = true;
  for (const EntryPart& part : entry.parts) {
    const auto publication = ledger_.publication({entry.publisher, part.id});
    CHECK(publication.has_value());
    const auto delivered = ledger_.delivered(no, *publication);
    newest = newest && publication->newest().seq == entry.seq;
    there = there && delivered && delivered->revision >= part.revision;
    if (delivered && delivered->revision > part.revision) {
      return false;
    }
  }
  const bool passed = entry.seq <= ledger_.subscriber(no)->cursors[index_of(entry.lane)];
  const bool at_rest = state == DeliveryState::published || state == DeliveryState::cancelled ||
                       state == DeliveryState::parked ||
                       (state == DeliveryState::pending && passed);
  const bool blind = !channel.policy.can_look && !job.allow_duplicate &&
                     (state == DeliveryState::published || maybe_published);
  return at_rest && !blind && !all_down(entry) && (!entry.expires || entry.expires > now.utc) &&
         !(job.selection.newest_only && (!newest || there));
}

Core::Replayed Core::replay_one(const ReplayJob& job,
                                const ChannelRuntime& channel,
                                const EntryRow& row,
                                Now now) {
  const EntryAccepted& entry = row.entry;
  const SubscriberNo no = shared_subscriber(channel.no);
  if (entry.kind != EntryKind::bundle || !selects_entry(job.selection, entry) ||
      !matches(channel, entry)) {
    return Replayed::not_selected;
  }
  const DeliveryState state = state_of(no, entry);
  DeliveryChanged again = row_of(no, entry);
  const bool tried = again.attempts > 0 && state != DeliveryState::leased;
  if (!allows(job.selection.states, state) || !allows(job.selection.reasons, again.reason) ||
      (!job.selection.outcomes.empty() &&
       !(tried && allows(job.selection.outcomes, again.outcome)))) {
    return Replayed::not_selected;
  }
  if (!may_replay(job, channel, entry, state, again.maybe_published, now)) {
    return Replayed::skipped;
  }
  again.at = now.utc;
  again.due = now.utc;
  again.retried_at = now.utc;
  again.failures = 0;
  again.job = job.job;
  again.by = job.by;
  again.reason = "replayed";
  again.detail.clear();
  again.afresh = job.allow_duplicate && !channel.policy.can_look;
  again.maybe_published = again.maybe_published || state == DeliveryState::published;
  if (again.afresh) {
    // What it posts may stand beside these for good: a withdrawal must know them all.
    for (const PartReceipt& part : again.receipt.parts) {
      add_platform_id(again.platform_ids, part.platform_id);
    }
  }
  move(std::move(again), state, Trigger::replay);
  return Replayed::sent;
}

}  // namespace gulou
