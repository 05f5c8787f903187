// A person decides about one delivery.
#include "broker/core/core.h"

namespace gulou {

void Core::on_event(const OperatorDecided& event, Now now) {
  const auto row = ledger_.delivery(event.subscriber, event.seq);
  const bool retry = event.verb == OperatorDecided::Verb::retry;
  const Trigger trigger = retry ? Trigger::operator_retry : Trigger::operator_cancel;
  if (!row) {
    return refuse(event.from,
                  {{ErrorCode::not_found,
                    "delivery_not_open",
                    "delivery",
                    {std::to_string(event.seq.value)}}},
                  "decision.refused");
  }
  if (!next_state(row->state, trigger)) {
    return refuse(event.from,
                  {{ErrorCode::refused,
                    "delivery_state_forbids",
                    "delivery",
                    {std::string(name_of(row->state)), std::string(name_of(trigger))}}},
                  "decision.refused");
  }
  DeliveryChanged changed = *row;
  changed.at = now.utc;
  changed.reason = event.reason;
  changed.detail = event.operator_name;
  if (retry) {
    changed.failures = 0;
    changed.retried_at = now.utc;
    changed.due = now.utc;
  } else {
    changed.due = {};
  }
  note(Note::Level::info,
       retry ? "delivery.retried" : "delivery.cancelled",
       event.subscriber,
       event.seq,
       1,
       event.operator_name);
  move(std::move(changed), row->state, trigger);
  step_.sends.emplace_back(SendDone{event.from});
}

}  // namespace gulou
