// What the measured broker works on: a county with channels, keys for everybody, and releases of a
// given size as canonical bytes, prepared beforehand so that making them costs a copy. The text is
// drawn at random from three thousand characters: LZ4 finds next to nothing to shorten in it, so
// disk figures are an upper bound for real texts.
#pragma once

#include "broker/net/principals.h"
#include "common/base/result.h"
#include "common/model/settings.h"
#include "common/net/keys.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::bench {

inline constexpr std::string_view publisher_name = "oa";

// What a release needs before it leaves: nothing, the publisher's word for three approvals, or one
// signature.
enum class Policy : uint8_t { none, asserted, by_key };

std::string_view name_of(Policy policy);
Policy policy_of(std::string_view name);

// County and principals for adapters "a0" … on channels "c0" …
CountySettings county_of(size_t adapters, Policy policy);
NetPrincipals principals_of(size_t adapters);

// [0] the broker's, [1] the publisher's, [2 + i] of adapter i.
using Keys = std::vector<net::KeyPair>;

Keys make_keys(size_t adapters);
Status write_keys(const std::string& path, const Keys& keys);
Result<Keys> read_keys(const std::string& path);

class Bodies {
 public:
  // body_bytes: of the text; the JSON around it comes on top.
  explicit Bodies(size_t body_bytes);

  // The release of this number; its id is "r-" and eight digits. Valid until the next call.
  std::string_view release(uint64_t number);

  size_t json_bytes() const { return templates_.front().json.size(); }

 private:
  struct Template {
    std::string json;
    std::vector<size_t> numbers_at;
  };

  std::vector<Template> templates_;
};

// The approvals of the release of a number, as that policy asks for them. bodies outlives it. Those
// with signatures are made beforehand, for signed_max releases.
using Approvals = std::function<std::vector<std::string>(uint64_t number)>;

inline constexpr uint64_t signed_max = 60'000;
Approvals approvals_of(Policy policy, Bodies& bodies);

inline constexpr std::string_view id_prefix = "r-";
inline constexpr size_t number_digits = 8;

}  // namespace gulou::bench
