#include "broker/core/retry_policy.h"

#include "common/base/check.h"

#include <algorithm>

namespace gulou {
namespace {

// The finaliser of splitmix64 (Steele, Lea, Flood 2014): spreads neighbouring numbers.
uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

}  // namespace

int64_t backoff_ms(
    int64_t first_ms, int64_t most_ms, uint32_t failures, SubscriberNo subscriber, Seq seq) {
  CHECK(first_ms >= 1 && most_ms >= first_ms && failures >= 1);
  int64_t base = first_ms;
  for (uint32_t i = 1; i < failures && base < most_ms; ++i) {
    base *= 2;
  }
  base = std::min(base, most_ms);
  const auto span = static_cast<uint64_t>(base / 2 + 1);
  const uint64_t jitter = mix(mix(mix(subscriber.value) ^ seq.value) ^ failures) % span;
  return std::min(most_ms, base - base / 4 + static_cast<int64_t>(jitter));
}

}  // namespace gulou
