#include "broker/net/publisher_rates.h"

#include <algorithm>

namespace gulou {
namespace {

constexpr int64_t minute_ms = 60'000;

}  // namespace

bool PublisherRates::allow(const std::string& publisher, uint32_t per_minute, Mono now) {
  if (per_minute == 0) {
    return true;
  }
  const int64_t full = int64_t{per_minute} * minute_ms;
  const auto [at, is_new] = buckets_.try_emplace(publisher, Bucket{full, now});
  Bucket& bucket = at->second;
  const int64_t passed = std::clamp<int64_t>(now.ms - bucket.filled.ms, 0, minute_ms);
  bucket = {std::min(full, bucket.left + passed * int64_t{per_minute}), now};
  if (bucket.left < minute_ms) {
    return false;
  }
  bucket.left -= minute_ms;
  return true;
}

}  // namespace gulou
