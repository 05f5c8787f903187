// The codec fuzzer starts from every sample message. With GULOU_UPDATE=1 in the environment missing
// and outdated seeds are written.
#include "common/wire/codec.h"
#include "tests/fuzz/frames_input.h"
#include "tests/unit/common/wire/samples.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace gulou::wire {
namespace {

TEST(CorpusTest, EverySampleIsASeedOfTheFuzzer) {
  for (const Sample& sample : samples()) {
    std::string name = sample.name;
    std::replace(name.begin(), name.end(), ' ', '_');
    const std::string path = std::string(GULOU_SOURCE_DIR) + "/tests/fuzz/corpus/codec/" + name;
    const Encoded encoded = encode(sample.message);
    const std::string input = join_frames(encoded.frames());
    EXPECT_EQ(split_frames(input), encoded.frames());

    if (std::getenv("GULOU_UPDATE") != nullptr) {
      std::ofstream(path, std::ios::binary) << input;
    }
    std::ifstream file(path, std::ios::binary);
    const std::string seed{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(seed, input) << path;
  }
}

}  // namespace
}  // namespace gulou::wire
