// PublisherRates limits how often a publisher submits, over all its connections: a bucket of one
// minute's worth each. Owned by the broker thread; time is handed in. As many are remembered as
// there are publishers with a limit.
#pragma once

#include "common/base/time.h"

#include <cstdint>
#include <map>
#include <string>

namespace gulou {

class PublisherRates {
 public:
  // per_minute 0: no limit.
  bool allow(const std::string& publisher, uint32_t per_minute, Mono now);

 private:
  // Counted in sixty-thousandths, so that a millisecond refills per_minute of them.
  struct Bucket {
    int64_t left = 0;
    Mono filled;
  };

  std::map<std::string, Bucket> buckets_;
};

}  // namespace gulou
