// Sessions of adapters come and go; the configuration and the machine's state arrive.
#include "broker/core/core.h"
#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

// Has a person published what was prepared, and did the platform tell? The person's move is made.
bool was_published_by_hand(const DeliveryChanged& row, const std::string& platform_id) {
  return row.state == DeliveryState::parked && row.reason == "awaiting_person" &&
         row.outcome == Outcome::prepared &&
         std::find(row.platform_ids.begin(), row.platform_ids.end(), platform_id) !=
             row.platform_ids.end();
}

}  // namespace

void Core::on_event(const SessionOpened& event, Now now) {
  if (event.device) {
    return open_device(event, now);
  }
  const auto channel = ledger_.channels().find(event.channel);
  if (channel == ledger_.channels().end() || !channels_.contains(channel->second)) {
    step_.sends.emplace_back(SendError{
        event.from, {ErrorCode::not_found, "channel_unknown", "channel", {event.channel}}});
    step_.sends.emplace_back(SendGoodbye{event.from.session, "channel_unknown"});
    return;
  }
  if (channels_.at(channel->second).policy.fleet) {
    step_.sends.emplace_back(SendError{
        event.from, {ErrorCode::refused, "channel_is_fleet", "channel", {event.channel}}});
    step_.sends.emplace_back(SendGoodbye{event.from.session, "channel_not_allowed"});
    return;
  }
  // One key, one live session: the newest HELLO wins.
  std::vector<SessionNo> older;
  for (const auto& [no, session] : sessions_) {
    if (no == event.from.session || session.principal == event.principal) {
      older.push_back(no);
    }
  }
  for (const SessionNo no : older) {
    if (no != event.from.session) {
      step_.sends.emplace_back(SendGoodbye{no, "session_replaced"});
    }
    close_session(no, "session_replaced", now);
  }
  Session session;
  session.no = event.from.session;
  session.channel = channel->second;
  session.principal = event.principal;
  session.instance = event.instance;
  sessions_.emplace(session.no, std::move(session));
  probe_now(channel->second, now);  // perhaps with a new token
  note(Note::Level::info,
       "session.opened",
       shared_subscriber(channel->second),
       {},
       1,
       event.instance);
  step_.sends.emplace_back(
      SendWelcome{event.from, channel->second, ledger_.head(), ledger_.epoch()});
}

void Core::on_event(const SessionClosed& event, Now now) {
  if (close_device(event.session)) {
    return;
  }
  close_session(event.session, "session_gone", now);
}

void Core::close_session(SessionNo session, const std::string& reason, Now now) {
  const auto at = sessions_.find(session);
  if (at == sessions_.end()) {
    return;
  }
  const std::set<LeaseNo> leases = at->second.leases;
  const auto channel = channels_.find(at->second.channel);
  if (channel != channels_.end() && channel->second.policy.exclusive) {
    for (const LeaseNo lease : leases) {
      const Mono over{held_.at(lease).deadline.ms + channel->second.policy.call_ms_max};
      channel->second.successor_at = std::max(channel->second.successor_at, over);
    }
    keep_successor(channel->second, now);
  }
  // An adapter works on one delivery at a time, higher lanes first: if it died of one, of this.
  std::pair<Lane, LeaseNo> working{Lane::bulk, {}};
  for (const LeaseNo lease : leases) {
    const std::pair<Lane, LeaseNo> one{ledger_.lease(lease)->lane, lease};
    working = working.second && working < one ? working : one;
  }
  const Seq culprit = working.second ? first_of(working.second) : Seq{};
  note(Note::Level::info,
       "session.closed",
       shared_subscriber(at->second.channel),
       {},
       1,
       at->second.instance);
  sessions_.erase(at);
  for (const LeaseNo lease : leases) {
    end_lease(lease, reason, now, culprit);
  }
}

void Core::on_event(const CreditGranted& event, Now /*now*/) {
  const auto at = sessions_.find(event.session);
  if (at == sessions_.end()) {
    return;
  }
  // However much is granted, leases_per_subscriber_max batches are on the way at most.
  at->second.credit_messages = std::max(at->second.credit_messages, event.messages);
  at->second.credit_bytes = std::max(at->second.credit_bytes, event.bytes);
}

void Core::on_event(const Configured& event, Now now) {
  const bool opening = !std::exchange(configured_, true);
  if (opening) {
    emit(EpochOpened{ledger_.epoch() + 1, now.utc});
  }
  county_ = event.county;
  std::map<ChannelNo, Mono> successors;
  for (const auto& [no, channel] : channels_) {
    successors[no] = channel.successor_at;
  }
  channels_.clear();
  std::vector<std::pair<ChannelFilter, bool>> groups;
  for (const Channel& policy : county_.channels) {
    const auto known = ledger_.channels().find(policy.id);
    ChannelNo no;
    if (known != ledger_.channels().end()) {
      no = known->second;
    } else {
      no = {ledger_.last_channel().value + 1};
      emit(ChannelDefined{no, policy.id, policy.start == Start::all ? Seq{} : ledger_.head()});
      note(Note::Level::info, "channel.defined", shared_subscriber(no), {}, 1, policy.id);
      if (policy.start == Start::current && ledger_.head() && !policy.fleet) {
        ReplayJob job;
        job.selection.channel = no;
        job.selection.from = {1};
        job.selection.to = ledger_.head();
        job.selection.newest_only = true;
        job.reason = "channel_start_current";
        job.per_minute = limits::replay_per_minute_default;
        start_job(std::move(job), now);
      }
    }
    const std::pair<ChannelFilter, bool> key{policy.filter, policy.portal};
    auto group = std::find(groups.begin(), groups.end(), key);
    if (group == groups.end()) {
      groups.push_back(key);
      group = groups.end() - 1;
    }
    channels_.emplace(no,
                      ChannelRuntime{.policy = policy,
                                     .no = no,
                                     .filter_group = static_cast<uint32_t>(group - groups.begin()),
                                     .gate = {},
                                     .shows = policy.portal,
                                     .successor_at = successors[no]});
    if (ledger_.condition(no).retired) {
      retiring_.insert(no);
    }
  }
  if (opening) {
    wait_again(now);
  }
  wire_gates(now);
  close_stranded(now);
}

void Core::close_stranded(Now now) {
  std::vector<SessionNo> stranded;
  for (const auto& [no, session] : sessions_) {
    if (!channels_.contains(session.channel)) {
      stranded.push_back(no);
    }
  }
  for (const auto& [no, stream] : fleet_.streams()) {
    const auto channel = channels_.find(stream.channel);
    if (channel == channels_.end() || !channel->second.policy.fleet) {
      stranded.push_back(no);
    }
  }
  for (const SessionNo no : stranded) {
    step_.sends.emplace_back(SendGoodbye{no, "channel_unknown"});
    if (!close_device(no)) {
      close_session(no, "session_gone", now);
    }
  }
}

// How long no process ran nobody knows, since the wall clock may have stepped meanwhile: a wait
// that was not over begins anew.
void Core::wait_again(Now now) {
  for (auto& [no, channel] : channels_) {
    if (channel.policy.exclusive && ledger_.condition(no).successor_at) {
      channel.successor_at = {now.mono.ms + channel.policy.lease_ms + channel.policy.call_ms_max};
    }
  }
}

// A channel that is gated from now on begins behind what its gate has shown so far; what its log
// cursor has not passed is found by that.
void Core::wire_gates(Now now) {
  for (auto& [no, channel] : channels_) {
    const auto gate = ledger_.channels().find(channel.policy.gate.channel);
    if (channel.policy.gate.channel.empty() || gate == ledger_.channels().end() ||
        !channels_.contains(gate->second)) {
      continue;
    }
    channel.gate = gate->second;
    channels_.at(gate->second).shows = true;
  }
  // Leases of an earlier process: what they began may still be under way.
  for (const LeaseNo lease : orphan_leases_) {
    const auto channel = channels_.find(channel_of(ledger_.lease(lease)->subscriber));
    if (channel != channels_.end() && channel->second.policy.exclusive) {
      const Channel& policy = channel->second.policy;
      const Mono over{now.mono.ms + policy.lease_ms + policy.call_ms_max};
      channel->second.successor_at = std::max(channel->second.successor_at, over);
    }
  }
  for (auto& [no, channel] : channels_) {
    keep_successor(channel, now);
  }
}

// The wait of an exclusive channel outlives this process; the longest one bounds what a stepping
// clock makes of it.
void Core::keep_successor(ChannelRuntime& channel, Now now) {
  if (!channel.policy.exclusive) {
    return;
  }
  ChannelCondition condition = ledger_.condition(channel.no);
  const int64_t longest = channel.policy.lease_ms + channel.policy.call_ms_max;
  const int64_t known =
      condition.successor_at ? std::min(condition.successor_at.ms - now.utc.ms, longest) : 0;
  const int64_t left = channel.successor_at.ms - now.mono.ms;
  channel.successor_at = std::max(channel.successor_at, Mono{now.mono.ms + known});
  if (left > known && left > 0) {
    condition.successor_at = {now.utc.ms + left};
    emit(std::move(condition));
  }
}

// The delivery that waits for this id is looked at now.
void Core::on_event(const CalledBack& event, Now now) {
  const auto session = sessions_.find(event.session);
  if (session == sessions_.end() || event.platform_id.empty()) {
    return;
  }
  const SubscriberNo subscriber = shared_subscriber(session->second.channel);
  Seq after;
  do {
    for (DeliveryChanged& row : ledger_.open_rows(subscriber, after, limits::due_rows_max, after)) {
      const bool by_hand = was_published_by_hand(row, event.platform_id);
      if (!by_hand &&
          (row.state != DeliveryState::confirming || row.platform_id != event.platform_id)) {
        continue;
      }
      row.due = now.utc;
      if (by_hand) {
        row.at = now.utc;
        row.maybe_published = true;
        note(Note::Level::info, "delivery.called_back", subscriber, row.seq, 1, event.platform_id);
        return move(std::move(row), DeliveryState::parked, Trigger::operator_retry);
      }
      note(Note::Level::info, "delivery.called_back", subscriber, row.seq, 1, row.platform_id);
      return emit(std::move(row));
    }
  } while (after);
}

void Core::on_event(const Notified& event, Now /*now*/) {
  emit(event.notice);
  step_.sends.emplace_back(SendDone{event.from, {}});
}

void Core::on_event(const DiskObserved& event, Now /*now*/) {
  if (accepting_ != event.accepting) {
    note(event.accepting ? Note::Level::info : Note::Level::error,
         event.accepting ? "disk.enough" : "disk.full");
  }
  accepting_ = event.accepting;
}

void Core::on_event(const Draining& /*event*/, Now /*now*/) {
  draining_ = true;
}

void Core::on_event(const RoundDurable& event, Now /*now*/) {
  CHECK(event.round < round_);
  ledger_.durable(event.round);
}

}  // namespace gulou
