// When a failed delivery is tried again: exponential back-off with a jitter that is a hash of the
// delivery and its attempt, so that the core needs no random numbers and a replay decides alike.
#pragma once

#include "common/base/ids.h"

#include <cstdint>

namespace gulou {

// failures: how many count so far, from 1. Milliseconds, within [0.75, 1.25] of first *
// 2^(failures-1), never above most. first >= 1, most >= first.
int64_t backoff_ms(
    int64_t first_ms, int64_t most_ms, uint32_t failures, SubscriberNo subscriber, Seq seq);

}  // namespace gulou
