// Whatever frames arrive, the codec decodes or refuses them; what it decoded, it can write, read
// again and write the same.
#include "common/base/check.h"
#include "common/wire/codec.h"
#include "tests/fuzz/frames_input.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gulou;
  const auto frames = split_frames({reinterpret_cast<const char*>(data), size});
  const Result<wire::Message> message = wire::decode(frames);
  if (!message) {
    CHECK(!message.error().reason.empty());
    if (!frames.empty()) {
      wire::correlation_of(frames[0]);
    }
    return 0;
  }
  const wire::Encoded once = wire::encode(*message);
  const Result<wire::Message> again = wire::decode(once.frames());
  CHECK(again.has_value());
  CHECK(wire::encode(*again).frames() == once.frames());
  return 0;
}
