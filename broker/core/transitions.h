// The one table of what a delivery may do (design 5.2). State never changes anywhere else: whoever
// changes a delivery asks next_state() and CHECKs the answer. The README's diagram is drawn from
// it.
#pragma once

#include "common/model/delivery.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gulou {

enum class Trigger : uint8_t {
  hand_over,  // leased to an adapter
  schedule,   // not_before lies ahead
  report_published,
  report_accepted,
  report_transient,
  report_ambiguous,
  report_quota,
  report_auth,
  report_misconfigured,
  report_content,
  report_gone,
  lease_ended,      // expired, session gone or process restarted
  budget_spent,     // attempts or total age used up
  newer_delivered,  // every part is there at this revision or newer
  withdrawal,       // the release was withdrawn
  expiry,           // `expires` has passed
  operator_retry,
  operator_cancel,
  resolved_by_hand,
  report_prepared,  // a draft is there
  awaits_person,    // the channel is served by hand, or policy leaves a withdrawal to a person
  removal_blocked,  // a withdrawal met a quota, a missing right or a wrong setting
  gate_opened,      // by a person, or the time-out
  replay,           // a job sends it again
  nothing_to_do,    // a withdrawal, where nothing is or may stay
  retired,          // its channel was
};

std::string_view name_of(Trigger trigger);

struct Transition {
  DeliveryState from;
  Trigger trigger;
  DeliveryState to;
};

inline constexpr std::array transitions = {
    // pending: reached by the cursor, or before
    Transition{DeliveryState::pending, Trigger::hand_over, DeliveryState::leased},
    Transition{DeliveryState::pending, Trigger::schedule, DeliveryState::waiting},
    Transition{DeliveryState::pending, Trigger::newer_delivered, DeliveryState::superseded},
    Transition{DeliveryState::pending, Trigger::withdrawal, DeliveryState::withdrawn},
    Transition{DeliveryState::pending, Trigger::expiry, DeliveryState::expired},
    Transition{DeliveryState::pending, Trigger::operator_cancel, DeliveryState::cancelled},
    Transition{DeliveryState::pending, Trigger::resolved_by_hand, DeliveryState::published},
    Transition{DeliveryState::pending, Trigger::awaits_person, DeliveryState::parked},
    Transition{DeliveryState::pending, Trigger::gate_opened, DeliveryState::waiting},
    Transition{DeliveryState::pending, Trigger::replay, DeliveryState::waiting},
    Transition{DeliveryState::pending, Trigger::nothing_to_do, DeliveryState::published},
    // leased: with an adapter. A withdrawal waits for the report (RECALL tells the adapter).
    Transition{DeliveryState::leased, Trigger::report_published, DeliveryState::published},
    Transition{DeliveryState::leased, Trigger::report_accepted, DeliveryState::confirming},
    Transition{DeliveryState::leased, Trigger::report_transient, DeliveryState::waiting},
    Transition{DeliveryState::leased, Trigger::report_ambiguous, DeliveryState::waiting},
    Transition{DeliveryState::leased, Trigger::report_quota, DeliveryState::waiting},
    Transition{DeliveryState::leased, Trigger::report_auth, DeliveryState::waiting},
    Transition{DeliveryState::leased, Trigger::report_misconfigured, DeliveryState::waiting},
    Transition{DeliveryState::leased, Trigger::report_prepared, DeliveryState::parked},
    Transition{DeliveryState::leased, Trigger::removal_blocked, DeliveryState::parked},
    Transition{DeliveryState::leased, Trigger::report_content, DeliveryState::parked},
    Transition{DeliveryState::leased, Trigger::report_gone, DeliveryState::parked},
    Transition{DeliveryState::leased, Trigger::lease_ended, DeliveryState::waiting},
    Transition{DeliveryState::leased, Trigger::budget_spent, DeliveryState::parked},
    Transition{DeliveryState::leased, Trigger::withdrawal, DeliveryState::withdrawn},
    Transition{DeliveryState::leased, Trigger::resolved_by_hand, DeliveryState::published},
    Transition{DeliveryState::leased, Trigger::retired, DeliveryState::cancelled},
    // waiting: due at a time
    Transition{DeliveryState::waiting, Trigger::hand_over, DeliveryState::leased},
    Transition{DeliveryState::waiting, Trigger::newer_delivered, DeliveryState::superseded},
    Transition{DeliveryState::waiting, Trigger::withdrawal, DeliveryState::withdrawn},
    Transition{DeliveryState::waiting, Trigger::expiry, DeliveryState::expired},
    Transition{DeliveryState::waiting, Trigger::operator_retry, DeliveryState::waiting},
    Transition{DeliveryState::waiting, Trigger::operator_cancel, DeliveryState::cancelled},
    Transition{DeliveryState::waiting, Trigger::resolved_by_hand, DeliveryState::published},
    Transition{DeliveryState::waiting, Trigger::awaits_person, DeliveryState::parked},
    Transition{DeliveryState::waiting, Trigger::gate_opened, DeliveryState::waiting},
    Transition{DeliveryState::waiting, Trigger::nothing_to_do, DeliveryState::published},
    Transition{DeliveryState::waiting, Trigger::retired, DeliveryState::cancelled},
    // confirming: the platform took it, its answer is awaited
    Transition{DeliveryState::confirming, Trigger::hand_over, DeliveryState::leased},
    Transition{DeliveryState::confirming, Trigger::report_published, DeliveryState::published},
    Transition{DeliveryState::confirming, Trigger::report_content, DeliveryState::parked},
    Transition{DeliveryState::confirming, Trigger::newer_delivered, DeliveryState::superseded},
    Transition{DeliveryState::confirming, Trigger::expiry, DeliveryState::expired},
    Transition{DeliveryState::confirming, Trigger::operator_retry, DeliveryState::waiting},
    Transition{DeliveryState::confirming, Trigger::operator_cancel, DeliveryState::cancelled},
    Transition{DeliveryState::confirming, Trigger::withdrawal, DeliveryState::withdrawn},
    Transition{DeliveryState::confirming, Trigger::resolved_by_hand, DeliveryState::published},
    Transition{DeliveryState::confirming, Trigger::retired, DeliveryState::cancelled},
    // parked: a person's move. A late report of an earlier attempt still counts.
    Transition{DeliveryState::parked, Trigger::operator_retry, DeliveryState::waiting},
    Transition{DeliveryState::parked, Trigger::operator_cancel, DeliveryState::cancelled},
    Transition{DeliveryState::parked, Trigger::newer_delivered, DeliveryState::superseded},
    Transition{DeliveryState::parked, Trigger::withdrawal, DeliveryState::withdrawn},
    Transition{DeliveryState::parked, Trigger::expiry, DeliveryState::expired},
    Transition{DeliveryState::parked, Trigger::resolved_by_hand, DeliveryState::published},
    Transition{DeliveryState::parked, Trigger::replay, DeliveryState::waiting},
    Transition{DeliveryState::parked, Trigger::retired, DeliveryState::cancelled},
    // A replay job sends again what had ended.
    Transition{DeliveryState::published, Trigger::replay, DeliveryState::waiting},
    Transition{DeliveryState::cancelled, Trigger::replay, DeliveryState::waiting},
    // Late reports: the lease had ended, the adapter's success is still true.
    Transition{DeliveryState::waiting, Trigger::report_published, DeliveryState::published},
    Transition{DeliveryState::parked, Trigger::report_published, DeliveryState::published},
};

constexpr std::optional<DeliveryState> next_state(DeliveryState from, Trigger trigger) {
  for (const Transition& row : transitions) {
    if (row.from == from && row.trigger == trigger) {
      return row.to;
    }
  }
  return std::nullopt;
}

namespace detail {

constexpr bool rows_are_unique() {
  for (size_t i = 0; i < transitions.size(); ++i) {
    for (size_t j = i + 1; j < transitions.size(); ++j) {
      if (transitions[i].from == transitions[j].from &&
          transitions[i].trigger == transitions[j].trigger) {
        return false;
      }
    }
  }
  return true;
}

constexpr bool only_a_replay_leaves_a_final_state() {
  for (const Transition& row : transitions) {
    if (is_final(row.from) && row.trigger != Trigger::replay) {
      return false;
    }
  }
  return true;
}

// Nothing is dropped silently: from every open state a person can end it, and it can be handed over
// or waits for a person.
constexpr bool every_open_state_can_end() {
  for (const DeliveryState state : {DeliveryState::pending,
                                    DeliveryState::waiting,
                                    DeliveryState::confirming,
                                    DeliveryState::parked}) {
    if (!next_state(state, Trigger::operator_cancel) ||
        !next_state(state, Trigger::resolved_by_hand)) {
      return false;
    }
  }
  return next_state(DeliveryState::leased, Trigger::lease_ended).has_value();
}

}  // namespace detail

static_assert(detail::rows_are_unique());
static_assert(detail::only_a_replay_leaves_a_final_state());
static_assert(detail::every_open_state_can_end());

}  // namespace gulou
