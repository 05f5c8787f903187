// Decisions of operators on their way to the broker: one way for all of them. Handlers build the
// event, this asks the desk and answers. Any thread.
#pragma once

#include "broker/admin/answers.h"
#include "broker/admin/request_body.h"

#include <functional>

namespace gulou {

// What to say once it is durable; on the broker thread, so it must be short.
using Decided = std::function<void(const Exchange&, const DecisionTaken&)>;

// Answers 200 {} unless `then` answers.
Status decide(const Exchange& exchange, Decision decision, Decided then = {});

// A body of {"reason": …} and nothing else.
Result<std::string> only_reason(const Exchange& exchange);

struct DeliveryPlace {
  ChannelNo channel;
  Seq seq;
};

// Of a path with {channel} and {seq}.
Result<DeliveryPlace> place_in(const Exchange& exchange, const ChannelNames& names);

}  // namespace gulou
