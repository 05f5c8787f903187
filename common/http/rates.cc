#include "common/http/rates.h"

#include "common/base/limits.h"

#include <algorithm>

namespace gulou {

bool AddressRates::allow(const std::string& address, Mono now) {
  if (per_second_ == 0) {
    return true;
  }
  auto found = buckets_.find(address);
  if (found == buckets_.end()) {
    if (buckets_.size() >= limits::http_addresses_max) {
      forget_idle(now);
    }
    found = buckets_.emplace(address, Bucket{.thousandths = full(), .filled = now}).first;
  }
  Bucket& bucket = found->second;
  bucket = {.thousandths = filled(bucket, now), .filled = now};
  if (bucket.thousandths < 1000) {
    return false;
  }
  bucket.thousandths -= 1000;
  return true;
}

int64_t AddressRates::filled(const Bucket& bucket, Mono now) const {
  const int64_t passed = std::clamp<int64_t>(now.ms - bucket.filled.ms, 0, 1000);
  return std::min(full(), bucket.thousandths + passed * int64_t{per_second_});
}

void AddressRates::forget_idle(Mono now) {
  std::erase_if(buckets_, [&](const auto& entry) { return filled(entry.second, now) >= full(); });
  if (buckets_.size() >= limits::http_addresses_max) {
    buckets_.clear();
  }
}

}  // namespace gulou
