// What a run of gulou-bench was asked to do, and the counts that follow from it. Made once from the
// command line, then only read; --quick is a fifth of times and counts, --smoke asks only whether
// each figure comes at all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gulou::bench {

struct Options {
  std::vector<std::string> figures;
  std::string dir;          // on the disk to be measured
  std::string profile_dir;  // where profiles of the broker go; empty: none are made
  size_t body_bytes = 4096;
  size_t repeat = 1;
  static constexpr double smoke_scale = 0.004;

  double scale = 1;  // of times and counts

  std::string profile(const std::string& figure) const {
    return profile_dir.empty() ? std::string() : profile_dir + "/" + figure + ".perf";
  }

  bool smoke() const { return scale <= smoke_scale; }

  double seconds(double full) const { return full * scale; }

  uint64_t count(uint64_t full, uint64_t least = 16) const {
    const auto scaled = static_cast<uint64_t>(static_cast<double>(full) * scale);
    return scaled < least ? least : scaled;
  }
};

}  // namespace gulou::bench
