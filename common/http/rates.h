// AddressRates limits requests per address: a token bucket of one second's worth each. A value
// owned by the server's thread; time is handed in. At most http_addresses_max addresses are
// remembered; beyond that the ones whose bucket is full again are forgotten, and if none is, all
// are.
#pragma once

#include "common/base/time.h"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace gulou {

class AddressRates {
 public:
  // 0 allows everything.
  explicit AddressRates(uint32_t requests_per_second) : per_second_(requests_per_second) {}

  bool allow(const std::string& address, Mono now);

 private:
  // Counted in thousandths, so that a millisecond refills per_second_ of them.
  struct Bucket {
    int64_t thousandths = 0;
    Mono filled;
  };

  int64_t full() const { return int64_t{per_second_} * 1000; }

  int64_t filled(const Bucket& bucket, Mono now) const;
  void forget_idle(Mono now);

  uint32_t per_second_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace gulou
