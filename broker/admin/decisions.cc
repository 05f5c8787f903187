#include "broker/admin/decisions.h"

#include "broker/admin/selector.h"

#include <utility>

namespace gulou {

Status decide(const Exchange& exchange, Decision decision, Decided then) {
  const bool taken = exchange.context().desk.decide(
      std::move(decision), [exchange, then = std::move(then)](const Result<DecisionTaken>& answer) {
        if (!answer) {
          exchange.refuse(answer.error());
        } else if (then) {
          then(exchange, *answer);
        } else {
          exchange.answer(200, "{}");
        }
      });
  return taken ? Status{} : fail(ErrorCode::unavailable, "broker_busy");
}

Result<std::string> only_reason(const Exchange& exchange) {
  RequestBody body = TRY(RequestBody::read(exchange));
  std::string reason = body.reason();
  if (const auto errors = body.errors(); !errors.empty()) {
    return fail(errors.front());
  }
  return reason;
}

Result<DeliveryPlace> place_in(const Exchange& exchange, const ChannelNames& names) {
  const ChannelNo channel = TRY(names.require(exchange.path("channel")));
  const auto seq = parse_seq(exchange.path("seq"));
  if (!seq) {
    return fail(ErrorCode::invalid_argument, "field_not_integer", "seq");
  }
  return DeliveryPlace{channel, *seq};
}

}  // namespace gulou
