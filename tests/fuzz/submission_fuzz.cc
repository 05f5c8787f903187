// Any bytes as a submission, canonical or not: facts are established without harm, twice the same.
#include "broker/facts/facts.h"
#include "common/base/check.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::make_shared<const std::string>(reinterpret_cast<const char*>(data), size);
  const gulou::Utc now{1'795'000'000'000};
  for (const bool canonicalise : {false, true}) {
    const auto facts = [&] {
      return gulou::establish_facts(
          gulou::FactsInput{{{1}, 1}, "oa", {}, {bytes}, canonicalise}, {}, now);
    };
    const auto one = facts(), other = facts();
    CHECK(one.shape_errors.size() == other.shape_errors.size());
    for (size_t i = 0; i < one.shape_errors.size(); ++i) {
      CHECK(one.shape_errors[i].reason == other.shape_errors[i].reason);
    }
  }
  return 0;
}
