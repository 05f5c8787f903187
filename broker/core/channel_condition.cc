// May a channel get anything but withdrawals, and how much? Its condition and the use of its rates
// are changes, so they outlive restarts (design 5.2: quota, auth and misconfigured put the channel
// to sleep, failures trip a circuit with one probe at a time).
#include "broker/core/core.h"
#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>
#include <limits>

namespace gulou {
namespace {

constexpr int64_t second_ms = 1'000;
constexpr int64_t minute_ms = 60 * second_ms;
constexpr int64_t day_ms = 24 * 60 * minute_ms;
constexpr int64_t shanghai_ms = 8 * 60 * minute_ms;

// Does a window that began at `begin` still count? A clock that went back stays in it, one that was
// far ahead is not believed for longer than a window.
bool counts(Utc begin, int64_t window_ms, Utc now) {
  return begin && now.ms < begin.ms + window_ms && begin.ms - now.ms <= window_ms;
}

Utc begin_of_day(Utc now) {
  return {(now.ms + shanghai_ms) / day_ms * day_ms - shanghai_ms};
}

bool is_asleep(ChannelState state) {
  return state == ChannelState::failing || state == ChannelState::needs_authorisation ||
         state == ChannelState::misconfigured;
}

int64_t probe_wait_ms(const Channel& policy, uint32_t probes) {
  const int64_t longest = std::max(policy.probe_ms, limits::probe_ms_max);
  int64_t wait = policy.probe_ms;
  for (uint32_t i = 0; i < probes && wait < longest; ++i) {
    wait *= 2;
  }
  return std::min(wait, longest);
}

}  // namespace

void Core::wake_at(Utc at) {
  next_due_ = std::min(next_due_.value_or(at), at);
}

uint64_t Core::allowance(const ChannelRuntime& channel, Now now) {
  const ChannelCondition& condition = ledger_.condition(channel.no);
  if (condition.paused || condition.retired) {
    return 0;
  }
  if (condition.state == ChannelState::throttled) {
    if (condition.until > now.utc) {
      wake_at(condition.until);
      return 0;
    }
    open_channel(channel, condition, "quota_renewed", now);
    return rate_left(channel, now);
  }
  if (!is_asleep(condition.state)) {
    return rate_left(channel, now);
  }
  if (condition.until > now.utc) {
    wake_at(condition.until);
    return 0;
  }
  const bool probing = !ledger_.subscriber(shared_subscriber(channel.no))->leases.empty();
  return probing ? 0 : std::min<uint64_t>(1, rate_left(channel, now));
}

uint64_t Core::rate_left(const ChannelRuntime& channel, Now now) {
  uint64_t left = std::numeric_limits<uint64_t>::max();
  const Rates& rates = channel.policy.rates;
  if (!rates.any()) {
    return left;
  }
  const RateUsed used = ledger_.rate(channel.no);
  const auto window = [&](uint32_t most, Utc begin, uint32_t in_window, int64_t window_ms) {
    if (most == 0 || !counts(begin, window_ms, now.utc)) {
      left = most == 0 ? left : std::min<uint64_t>(left, most);
      return;
    }
    const uint64_t rest = in_window < most ? most - in_window : 0;
    if (rest == 0) {
      wake_at({begin.ms + window_ms});
    }
    left = std::min(left, rest);
  };
  window(rates.per_second, used.second, used.in_second, second_ms);
  window(rates.per_minute, used.minute, used.in_minute, minute_ms);
  window(rates.per_day, used.day, used.in_day, day_ms);
  return left;
}

bool Core::is_probing(const ChannelRuntime& channel) const {
  return is_asleep(ledger_.condition(channel.no).state);
}

// Also counts withdrawals, which are never held up.
void Core::note_handed(const ChannelRuntime& channel, Lane lane, uint64_t deliveries, Now now) {
  if (channel.policy.rates.any()) {
    RateUsed used = ledger_.rate(channel.no);
    const auto add = [&](Utc& begin, uint32_t& in_window, int64_t window_ms, Utc fresh) {
      if (!counts(begin, window_ms, now.utc)) {
        begin = fresh;
        in_window = 0;
      }
      in_window += static_cast<uint32_t>(deliveries);
    };
    add(used.second, used.in_second, second_ms, now.utc);
    add(used.minute, used.in_minute, minute_ms, now.utc);
    add(used.day, used.in_day, day_ms, begin_of_day(now.utc));
    emit(used);
  }
  if (lane == Lane::withdrawal || !is_probing(channel)) {
    return;
  }
  ChannelCondition condition = ledger_.condition(channel.no);
  // This is the probe; without an answer the next one waits longer.
  condition.until = {now.utc.ms + probe_wait_ms(channel.policy, condition.probes)};
  ++condition.probes;
  emit(std::move(condition));
}

// The platform answered: whatever it said of the delivery, the channel is there.
void Core::channel_works(const ChannelRuntime& channel, Now now) {
  const ChannelCondition& known = ledger_.condition(channel.no);
  const bool asleep = is_asleep(known.state);
  if (known.failures == 0 && !asleep) {
    return;
  }
  ChannelCondition condition = known;
  condition.failures = 0;
  condition.failed = {};
  condition.probes = 0;
  if (asleep) {
    return open_channel(channel, std::move(condition), "probe_succeeded", now);
  }
  emit(std::move(condition));
}

void Core::open_channel(const ChannelRuntime& channel,
                        ChannelCondition condition,
                        std::string_view reason,
                        Now now) {
  condition.state = ChannelState::open;
  condition.at = now.utc;
  condition.until = {};
  condition.reason = reason;
  condition.detail.clear();
  note(Note::Level::info, "channel.open", shared_subscriber(channel.no), {}, 1, channel.policy.id);
  emit(std::move(condition));
}

// One bad delivery must not stop the others: only failures of different ones, in turn, count.
void Core::channel_fails(const ChannelRuntime& channel, Seq seq, const Report& report, Now now) {
  ChannelCondition condition = ledger_.condition(channel.no);
  if (condition.failed == seq && !is_asleep(condition.state)) {
    return;
  }
  condition.failed = seq;
  ++condition.failures;
  if (condition.state == ChannelState::open &&
      condition.failures >= channel.policy.circuit_failures) {
    return channel_sleeps(channel, ChannelState::failing, {}, report, now);
  }
  emit(std::move(condition));
}

void Core::channel_sleeps(
    const ChannelRuntime& channel, ChannelState state, Utc until, const Report& report, Now now) {
  ChannelCondition condition = ledger_.condition(channel.no);
  if (condition.state != state) {
    condition.at = now.utc;
    condition.probes = 0;
    note(Note::Level::warn,
         state == ChannelState::throttled ? "channel.throttled" : "channel.asleep",
         shared_subscriber(channel.no),
         {},
         1,
         std::string(name_of(state)));
  }
  condition.failures += state == ChannelState::failing ? 1 : 0;
  condition.state = state;
  condition.until =
      until ? until : Utc{now.utc.ms + probe_wait_ms(channel.policy, condition.probes)};
  condition.reason = report.reason;
  condition.detail = report.detail;
  emit(std::move(condition));
}

// Something changed that may have mended the channel: the next delivery tries.
void Core::probe_now(ChannelNo channel, Now now) {
  ChannelCondition condition = ledger_.condition(channel);
  if (!is_asleep(condition.state) || condition.until <= now.utc) {
    return;
  }
  condition.until = now.utc;
  emit(std::move(condition));
}

// Of an exclusive channel only the oldest session works, and a successor only once nothing its
// predecessor began can still be under way.
bool Core::may_serve(const Session& session, const ChannelRuntime& channel, Now now) {
  if (!channel.policy.exclusive) {
    return true;
  }
  if (channel.successor_at > now.mono) {
    wake_at({now.utc.ms + (channel.successor_at.ms - now.mono.ms)});
    return false;
  }
  if (ledger_.condition(channel.no).successor_at) {
    ChannelCondition over = ledger_.condition(channel.no);
    over.successor_at = {};  // a restart waits for nothing that is over
    emit(std::move(over));
  }
  for (const auto& [no, other] : sessions_) {
    if (other.channel == session.channel) {
      return no == session.no;
    }
  }
  return false;
}

void Core::on_event(const ChannelDecided& event, Now now) {
  std::vector<ChannelNo> channels = event.channels;
  if (channels.empty()) {
    for (const auto& [id, no] : ledger_.channels()) {
      channels.push_back(no);
    }
  }
  for (const ChannelNo no : channels) {
    if (ledger_.subscriber(shared_subscriber(no)) == nullptr) {
      return refuse(
          event.from,
          {{ErrorCode::not_found, "channel_unknown", "channel", {std::to_string(no.value)}}},
          "decision.refused");
    }
    if (ledger_.condition(no).retired) {
      return refuse(
          event.from,
          {{ErrorCode::refused, "channel_retired", "channel", {std::to_string(no.value)}}},
          "decision.refused");
    }
  }
  for (const ChannelNo no : channels) {
    ChannelCondition condition = ledger_.condition(no);
    switch (event.verb) {
      case ChannelDecided::Verb::pause:
        condition.paused = true;
        condition.paused_at = now.utc;
        condition.paused_by = event.operator_name;
        condition.paused_reason = event.reason;
        break;
      case ChannelDecided::Verb::resume:
        condition.paused = false;
        condition.paused_at = {};
        condition.paused_by.clear();
        condition.paused_reason.clear();
        condition.until = std::min(condition.until, now.utc);
        break;
      case ChannelDecided::Verb::retire:
        condition.retired = true;
        condition.retired_at = now.utc;
        condition.retired_by = event.operator_name;
        condition.retired_reason = event.reason;
        retiring_.insert(no);
        break;
    }
    emit(std::move(condition));
  }
  note(Note::Level::info, "channel.decided", {}, {}, channels.size(), event.operator_name);
  step_.sends.emplace_back(SendDone{event.from, {}});
}

// What was open on a retired channel ends, a bounded number each round.
void Core::cancel_retired(Now now) {
  size_t budget = limits::retired_per_round_max;
  for (auto at = retiring_.begin(); at != retiring_.end() && budget > 0;) {
    const ChannelCondition condition = ledger_.condition(*at);
    bool left = false;
    Seq after;
    do {
      for (DeliveryChanged& row :
           ledger_.open_rows(shared_subscriber(*at), after, limits::due_rows_max, after)) {
        if (row.state == DeliveryState::leased || row.lane == Lane::withdrawal) {
          continue;  // ends by itself; what must go must go
        }
        if (budget == 0) {
          left = true;
          break;
        }
        --budget;
        const DeliveryState from = row.state;
        row.at = now.utc;
        row.due = {};
        row.reason = "channel_retired";
        row.by = condition.retired_by;
        move(std::move(row), from, Trigger::retired);
      }
    } while (after && budget > 0);
    if (left || budget == 0) {
      more_ = true;
      break;
    }
    at = retiring_.erase(at);
  }
}

}  // namespace gulou
