// The checks of a lease as its channel stands: asleep, paused, strict, gated, rated, exclusive.
#include "tests/simulation/checker.h"

#include <algorithm>

namespace gulou::simulation {
namespace {

constexpr int64_t second_ms = 1'000;
constexpr int64_t minute_ms = 60 * second_ms;
constexpr int64_t day_ms = 24 * 60 * minute_ms;
// Between the decision and the moment a message leaves lie two slow commits.
constexpr int64_t decided_before_ms_max = 3'500;

std::string name(Seq seq) {
  return "#" + std::to_string(seq.value);
}

}  // namespace

void Checker::check_lease(const LeaseHeld& lease) {
  const Channel& policy = books_.plan(lease.subscriber)->policy;
  if (policy.mode == Mode::manual) {
    violated(name(lease.runs[0].first) + " is handed out on a channel without adapters");
  }
  if (policy.rates.any()) {
    uncounted_[channel_of(lease.subscriber)] +=
        lease.lane == Lane::withdrawal ? 0 : count(lease.runs);
  }
  for (const auto& [no, other] : live_) {
    if (policy.exclusive && other.subscriber == lease.subscriber &&
        other.instance != lease.instance) {
      violated("two instances of the exclusive " + policy.id + " hold leases");
    }
  }
  if (lease.lane == Lane::withdrawal) {
    return;  // passes all that follows
  }
  check_condition(lease);
  if (policy.order == Order::strict) {
    check_strict(lease);
  }
  if (Books::is_gated(policy, lease.lane)) {
    for (const SeqRun& run : lease.runs) {
      for (Seq seq = run.first; seq.value < run.first.value + run.count; ++seq.value) {
        check_gate(lease, seq);
      }
    }
  }
}

void Checker::see(const ChannelCondition& change) {
  conditions_[change.channel] = change;
}

void Checker::check_condition(const LeaseHeld& lease) {
  const std::string what = name(lease.runs[0].first) + " is handed out while ";
  const ChannelCondition& condition = conditions_[channel_of(lease.subscriber)];
  if (condition.paused) {
    violated(what + "paused");
  }
  if (condition.retired) {
    violated(what + "retired");
  }
  if (condition.state == ChannelState::open) {
    return;
  }
  if (condition.until > lease.leased_at) {
    violated(what + std::string(name_of(condition.state)));
  }
  const bool others = std::any_of(live_.begin(), live_.end(), [&](const auto& one) {
    return one.second.subscriber == lease.subscriber;
  });
  if (condition.state != ChannelState::throttled && (others || count(lease.runs) > 1)) {
    violated(what + "another probe is under way");
  }
}

// One at a time, and nothing passes what will be tried again.
void Checker::check_strict(const LeaseHeld& lease) {
  const Seq seq = lease.runs[0].first;
  const bool others = std::any_of(live_.begin(), live_.end(), [&](const auto& one) {
    return one.second.subscriber == lease.subscriber && one.second.lane != Lane::withdrawal;
  });
  if (others || count(lease.runs) > 1) {
    violated("two deliveries of a strict channel are out, one of them " + name(seq));
  }
  const DeliveryChanged* own = books_.row({lease.subscriber, seq});
  if (waited_.contains({lease.subscriber, seq}) || (own != nullptr && own->attempts > 1)) {
    return;  // its own time had come
  }
  for (const auto& [key, row] : books_.rows()) {
    const bool retried =
        row.state == DeliveryState::waiting || row.state == DeliveryState::confirming;
    if (key.first == lease.subscriber && key.second < seq && retried && row.attempts > 0 &&
        row.lane == lease.lane) {
      violated(name(seq) + " passes " + name(key.second) + " on a strict channel");
    }
  }
}

// Open by a public receipt, a person, or the time-out where that is the policy.
void Checker::check_gate(const LeaseHeld& lease, Seq seq) {
  const Channel& policy = books_.plan(lease.subscriber)->policy;
  const EntryAccepted& entry = *books_.entry(seq);
  const ChannelPlan* gate = books_.plan(books_.subscriber(policy.gate.channel));
  const DeliveryChanged* row = books_.row({lease.subscriber, seq});
  const Utc since = std::max(entry.accepted_at, Books::from(policy, entry));
  const bool excused =
      gate == nullptr || !Books::takes(gate->policy, entry) ||
      (row != nullptr && row->attempts > 1) || opened_.contains({lease.subscriber, seq}) ||
      (policy.gate.proceeds && lease.leased_at.ms >= since.ms + policy.gate.timeout_ms);
  for (const EntryPart& part : entry.parts) {
    const PublicationKey key{entry.publisher, part.id};
    if (!excused && !books_.publication(key)->is_down(part.revision) &&
        !books_.was_seen(policy, key, part.revision)) {
      violated(name(seq) + " is handed to " + policy.id + " before its gate opened, " +
               std::to_string(lease.leased_at.ms - since.ms) + " ms after it might");
    }
  }
}

// ---- rates --------------------------------------------------------------------------------------

void Checker::see(const RateUsed& change) {
  const ChannelPlan* plan = books_.plan(shared_subscriber(change.channel));
  const Rates& rates = plan->policy.rates;
  count_window(windows_[{change.channel, second_ms}],
               change.second,
               rates.per_second,
               second_ms,
               change.channel);
  count_window(windows_[{change.channel, minute_ms}],
               change.minute,
               rates.per_minute,
               minute_ms,
               change.channel);
  count_window(
      windows_[{change.channel, day_ms}], change.day, rates.per_day, day_ms, change.channel);
  uncounted_.erase(change.channel);
}

void Checker::count_window(
    Window& window, Utc begin, uint64_t most, int64_t window_ms, ChannelNo channel) {
  const int64_t later_ms = begin.ms - window.begin.ms;
  if (later_ms != 0) {
    // A clock that was far ahead is not believed.
    if (window.begin && later_ms < window_ms && later_ms > -window_ms) {
      violated("a window of channel " + std::to_string(channel.value) + " begins again after " +
               std::to_string(later_ms) + " ms");
    }
    window = {begin, 0};
  }
  window.handed += uncounted_[channel];
  if (most != 0 && window.handed > most) {
    violated("channel " + std::to_string(channel.value) + " gets " + std::to_string(window.handed) +
             " deliveries in " + std::to_string(window_ms) + " ms, faster than " +
             std::to_string(most));
  }
}

// ---- exclusive ----------------------------------------------------------------------------------

// Its session has gone; what it began may go on until its lease is over, and one call longer.
void Checker::note_gone(const AttemptEnded& change) {
  const ChannelPlan* plan = books_.plan(change.subscriber);
  const bool gone = change.reason == "session_gone" || change.reason == "session_replaced" ||
                    change.reason == "broker_restarted";
  if (plan == nullptr || !plan->policy.exclusive || !gone) {
    return;
  }
  const auto lease = std::find_if(live_.begin(), live_.end(), [&](const auto& one) {
    return one.second.subscriber == change.subscriber && contains(one.second.runs, change.seq);
  });
  const auto sent = lease == live_.end() ? sent_.end() : sent_.find(lease->first);
  if (sent == sent_.end()) {
    return;
  }
  const Mono until{sent->second.ms + plan->policy.lease_ms + plan->policy.call_ms_max -
                   decided_before_ms_max};
  Gone& last = gone_[change.subscriber];
  if (until > last.until) {
    last = {change.instance, until};
  }
}

void Checker::check_exclusive(const LeaseHeld& lease) {
  const auto gone = gone_.find(lease.subscriber);
  if (gone != gone_.end() && gone->second.instance != lease.instance &&
      schedule_.now().mono < gone->second.until) {
    violated(lease.instance + " works on an exclusive channel while the call of " +
             gone->second.instance + " may be under way");
  }
}

}  // namespace gulou::simulation
