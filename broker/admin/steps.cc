#include "broker/admin/steps.h"

#include "common/text/catalogue.h"

#include <string>
#include <utility>
#include <vector>

namespace gulou {
namespace {

using Keys = std::vector<std::string>;

std::string step_after(Outcome outcome) {
  switch (outcome) {
    case Outcome::auth:
      return "step_auth";
    case Outcome::misconfigured:
      return "step_misconfigured";
    case Outcome::content:
      return "step_content";
    case Outcome::gone:
      return "step_gone";
    case Outcome::prepared:
      return "step_prepared";
    case Outcome::quota:
      return "step_quota";
    case Outcome::published:
    case Outcome::accepted:
    case Outcome::transient:
    case Outcome::ambiguous:
      return "step_transient";
  }
  return "step_transient";
}

bool awaits_person(const DeliveryChanged& row) {
  return row.reason == "awaiting_person" || row.reason == "withdrawal_by_hand" ||
         row.outcome == Outcome::prepared;
}

// Of a withdrawal: what matters is that it goes, by whomever.
Keys steps_of_removal(const DeliveryChanged& row) {
  Keys steps;
  if (awaits_person(row)) {
    return {"step_remove_by_hand", "step_resolve_removed"};
  }
  if (row.attempts > 0) {
    steps.push_back(step_after(row.outcome));
    steps.emplace_back("step_retry");
  }
  steps.emplace_back("step_remove_by_hand");
  steps.emplace_back("step_resolve_removed");
  return steps;
}

Keys steps_of_parked(const DeliveryChanged& row) {
  if (row.lane == Lane::withdrawal) {
    return steps_of_removal(row);
  }
  const std::string own = "step_" + row.reason;
  if (awaits_person(row) && has_sentence(own)) {  // a question, not a draft to publish
    return {own, "step_retry", "step_resolve_published", "step_cancel"};
  }
  if (awaits_person(row)) {
    return {row.outcome == Outcome::prepared && row.attempts > 0 ? "step_prepared"
                                                                 : "step_publish_by_hand",
            "step_resolve_published",
            "step_cancel"};
  }
  Keys steps;
  const bool unsure = row.maybe_published || row.outcome == Outcome::ambiguous;
  if (unsure) {
    steps = {"step_look_first", "step_resolve_published", "step_resolve_not_published"};
  }
  steps.push_back(has_sentence(own) ? own : step_after(row.outcome));
  steps.emplace_back("step_retry");
  if (!unsure) {
    steps.emplace_back("step_resolve_published");
  }
  steps.emplace_back("step_cancel");
  return steps;
}

Keys steps_for(const DeliveryChanged& row, const std::optional<GateWait>& gate) {
  switch (row.state) {
    case DeliveryState::parked:
      return steps_of_parked(row);
    case DeliveryState::waiting:
    case DeliveryState::confirming:
      return {"step_wait", "step_retry_now"};
    case DeliveryState::pending:
      return gate ? Keys{"step_gate", "step_open_gate"} : Keys{"step_adapter"};
    case DeliveryState::leased:
      return {"step_adapter"};
    case DeliveryState::published:
    case DeliveryState::superseded:
    case DeliveryState::withdrawn:
    case DeliveryState::expired:
    case DeliveryState::cancelled:
      break;
  }
  return {};
}

}  // namespace

void append_steps(JsonWriter& json,
                  const Exchange& exchange,
                  const DeliveryLine& line,
                  const std::optional<GateWait>& gate) {
  const std::string seq = std::to_string(line.row.seq.value);
  // {0} the channel, {1} the delivery, {2} the seq, {3} the gate, {4} when it is overdue
  const std::vector<std::string> args{line.channel,
                                      line.channel + "/" + seq,
                                      seq,
                                      gate ? gate->gate : std::string(),
                                      gate ? format_shanghai(gate->overdue_at) : std::string()};
  json.key("steps").begin_array();
  for (std::string& step : steps_for(line.row, gate)) {
    json.value(exchange.say({ErrorCode::internal, std::move(step), {}, args}));
  }
  json.end_array();
}

}  // namespace gulou
