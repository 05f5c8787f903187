// What cannot be undone takes two persons (design 5.2, 5.3): one asks, another one confirms or
// refuses before the time is over. What was asked for is durable and says who did what.
#include "broker/core/approvals.h"
#include "broker/core/core.h"
#include "common/base/limits.h"

#include <algorithm>

namespace gulou {
namespace {

bool by_publisher(const Confirmation& one) {
  return one.act == TwoPersonAct::personal_data;
}

}  // namespace

// Publishers can neither crowd out each other nor the operators.
bool Core::may_ask(TwoPersonAct act, const std::string& by) const {
  const auto& open = ledger_.confirmations();
  const auto count = [&](auto counts) {
    return static_cast<size_t>(
        std::ranges::count_if(open, [&](const auto& entry) { return counts(entry.second); }));
  };
  return open.size() < limits::confirmations_max &&
         (act != TwoPersonAct::personal_data ||
          (count(by_publisher) < limits::confirmations_of_publishers_max &&
           count([&](const Confirmation& one) { return one.asked_by == by; }) <
               limits::confirmations_of_one_max));
}

ConfirmationNo Core::ask(Confirmation asked, Now now) {
  asked.no = ledger_.next_confirmation();
  asked.asked_at = now.utc;
  asked.at = now.utc;
  asked.until = {now.utc.ms + limits::confirmation_ms_max};
  note(Note::Level::info, "confirmation.asked", {}, asked.seq, asked.no.value, asked.asked_by);
  const ConfirmationNo no = asked.no;
  emit(std::move(asked));
  return no;
}

void Core::on_event(const ConfirmationDecided& event, Now now) {
  const std::string number = std::to_string(event.confirmation.value);
  const auto wrong = [&](ErrorCode code, std::string reason, std::string field, std::string arg) {
    refuse(event.from,
           {{code, std::move(reason), std::move(field), {number, std::move(arg)}}},
           "decision.refused");
  };
  expire_confirmations(now);
  const auto at = ledger_.confirmations().find(event.confirmation);
  if (at == ledger_.confirmations().end() || at->second.state != ConfirmationState::waiting) {
    const bool known =
        at != ledger_.confirmations().end() || event.confirmation < ledger_.next_confirmation();
    return wrong(known && event.confirmation ? ErrorCode::refused : ErrorCode::not_found,
                 known && event.confirmation ? "confirmation_over" : "confirmation_unknown",
                 "confirmation",
                 {});
  }
  Confirmation next = at->second;
  if (!event.gives && event.reason.empty()) {
    return wrong(ErrorCode::invalid_argument, "reason_missing", "reason", {});
  }
  if (event.gives &&
      (event.operator_name == next.asked_by || event.operator_name == next.allowed_by)) {
    return wrong(
        ErrorCode::refused, "confirmation_same_person", "confirmation", event.operator_name);
  }
  next.at = now.utc;
  next.decided_at = now.utc;
  next.decided_by = event.operator_name;
  next.decided_reason = event.reason;
  if (!event.gives) {
    next.state = ConfirmationState::refused;
    next.open = next.act == TwoPersonAct::personal_data;  // the same bundle is not asked for again
    note(Note::Level::info, "confirmation.refused", {}, next.seq, next.no.value, next.decided_by);
    emit(std::move(next));
    step_.sends.emplace_back(SendDone{event.from, {}, event.confirmation});
    return;
  }
  if (next.act == TwoPersonAct::replay_duplicate) {
    if (auto error = replay_error(next.selection.channel)) {
      return refuse(event.from, {*std::move(error)}, "decision.refused");
    }
    next.job = ledger_.next_job();
  }
  const bool at_once = next.act == TwoPersonAct::replay_duplicate;
  next.state = at_once ? ConfirmationState::done : ConfirmationState::given;
  next.open = !at_once;
  note(Note::Level::info, "confirmation.given", {}, next.seq, next.no.value, next.decided_by);
  const Confirmation given = next;
  emit(std::move(next));
  if (at_once) {
    start_job(job_of(given), now);
  }
  step_.sends.emplace_back(SendDone{event.from, given.job, given.no});
}

// Nobody came in time; or a publisher did not use what it was allowed, or may ask again.
void Core::expire_confirmations(Now now) {
  std::vector<Confirmation> over;
  for (const auto& [no, one] : ledger_.confirmations()) {
    const bool carried_out = one.state == ConfirmationState::given && !by_publisher(one);
    if (carried_out) {
      continue;
    }
    if (one.until <= now.utc) {
      over.push_back(one);
    } else {
      wake_at(one.until);
    }
  }
  for (Confirmation& one : over) {
    if (one.state != ConfirmationState::refused) {
      one.state = ConfirmationState::expired;
    }
    one.open = false;
    one.at = now.utc;
    note(Note::Level::warn, "confirmation.expired", {}, one.seq, one.no.value, one.asked_by);
    emit(std::move(one));
  }
}

// ---- personal data ------------------------------------------------------------------------------

// The one about exactly this bundle of this publisher.
const Confirmation* Core::confirmation_of(const Submitted& event) const {
  for (const auto& [no, one] : ledger_.confirmations()) {
    if (one.act == TwoPersonAct::personal_data && one.bundle_digest == event.bundle_digest &&
        one.asked_by == event.publisher) {
      return &one;
    }
  }
  return nullptr;
}

// Personal data passes the guard when an approval names it and a second person has confirmed that;
// until then the bundle is refused, and the publisher comes again.
std::optional<Error> Core::personal_data_error(const Submitted& event, Now now) {
  const GuardPassed passed = passed_guard(event, county_.approvals);
  if (passed.places.empty() || !county_.approvals.needs_two(TwoPersonAct::personal_data)) {
    return std::nullopt;
  }
  expire_confirmations(now);
  const Confirmation* known = confirmation_of(event);
  if (known != nullptr && known->state == ConfirmationState::given) {
    return std::nullopt;
  }
  if (known != nullptr && known->state == ConfirmationState::refused) {
    return Error{ErrorCode::refused,
                 "confirmation_was_refused",
                 "approvals",
                 {std::to_string(known->no.value), known->decided_by, known->decided_reason}};
  }
  ConfirmationNo no = known != nullptr ? known->no : ConfirmationNo{};
  if (known == nullptr) {
    if (!may_ask(TwoPersonAct::personal_data, event.publisher)) {
      return Error{ErrorCode::exhausted,
                   "confirmations_full",
                   "approvals",
                   {std::to_string(limits::confirmations_of_one_max)}};
    }
    Confirmation asked;
    asked.act = TwoPersonAct::personal_data;
    asked.asked_by = event.publisher;
    asked.allowed_by = passed.allowed_by;
    asked.reason = passed.opinion;
    asked.bundle_digest = event.bundle_digest;
    for (const PartFacts& part : event.parts) {
      asked.ids.push_back(part.id);
    }
    asked.places = passed.places;
    no = ask(std::move(asked), now);
  }
  return Error{ErrorCode::unavailable,
               "confirmation_waits",
               "approvals",
               {std::to_string(no.value), passed.allowed_by}};
}

// The bundle it was given for is in the log.
void Core::use_confirmation(const Confirmation& given, Seq seq, Now now) {
  Confirmation used = given;
  used.state = ConfirmationState::done;
  used.open = false;
  used.at = now.utc;
  used.seq = seq;
  emit(std::move(used));
}

}  // namespace gulou
