#include "broker/core/transitions.h"

namespace gulou {

std::string_view name_of(Trigger trigger) {
  switch (trigger) {
    case Trigger::hand_over:
      return "hand_over";
    case Trigger::schedule:
      return "schedule";
    case Trigger::report_published:
      return "report_published";
    case Trigger::report_accepted:
      return "report_accepted";
    case Trigger::report_transient:
      return "report_transient";
    case Trigger::report_ambiguous:
      return "report_ambiguous";
    case Trigger::report_quota:
      return "report_quota";
    case Trigger::report_auth:
      return "report_auth";
    case Trigger::report_misconfigured:
      return "report_misconfigured";
    case Trigger::report_content:
      return "report_content";
    case Trigger::report_gone:
      return "report_gone";
    case Trigger::lease_ended:
      return "lease_ended";
    case Trigger::budget_spent:
      return "budget_spent";
    case Trigger::newer_delivered:
      return "newer_delivered";
    case Trigger::withdrawal:
      return "withdrawal";
    case Trigger::expiry:
      return "expiry";
    case Trigger::operator_retry:
      return "operator_retry";
    case Trigger::operator_cancel:
      return "operator_cancel";
    case Trigger::resolved_by_hand:
      return "resolved_by_hand";
    case Trigger::report_prepared:
      return "report_prepared";
    case Trigger::awaits_person:
      return "awaits_person";
    case Trigger::removal_blocked:
      return "removal_blocked";
    case Trigger::gate_opened:
      return "gate_opened";
    case Trigger::replay:
      return "replay";
    case Trigger::nothing_to_do:
      return "nothing_to_do";
    case Trigger::retired:
      return "retired";
  }
  return "";
}

}  // namespace gulou
