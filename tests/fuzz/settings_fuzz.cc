// Any bytes as broker.toml: read, or refused with a place; what is read is written and read the
// same.
#include "common/base/check.h"
#include "common/settings/broker_settings.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

auto loaded(const void* data, size_t size) {
  const int fd = memfd_create("broker.toml", MFD_CLOEXEC);
  CHECK(fd >= 0 && write(fd, data, size) == static_cast<ssize_t>(size));
  auto settings = gulou::load_broker("/proc/self/fd/" + std::to_string(fd));
  close(fd);
  return settings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto settings = loaded(data, size);
  if (!settings) {
    CHECK(!settings.error().reason.empty());
    return 0;
  }
  const std::string text = gulou::write_broker(*settings);
  const auto again = loaded(text.data(), text.size());
  CHECK(again && gulou::write_broker(*again) == text);
  return 0;
}
