// The only source of chance in a simulation: xorshift numbers from a seed, so that a seed is a
// life.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gulou::simulation {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 0xd1b54a32d192ed03ULL) {
    next();
    next();
  }

  uint64_t next() {
    state_ ^= state_ >> 12U;
    state_ ^= state_ << 25U;
    state_ ^= state_ >> 27U;
    return state_ * 0x2545f4914f6cdd1dULL;
  }

  // 0 to n-1.
  uint64_t below(uint64_t n) { return next() % n; }

  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low + 1)));
  }

  bool per_mille(int64_t chance) { return between(0, 999) < chance; }

  template <class Container>
  const auto& pick(const Container& all) {
    return all[below(all.size())];
  }

 private:
  uint64_t state_;
};

}  // namespace gulou::simulation
