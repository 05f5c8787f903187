// What makes a screen a device of a fleet, on its disk: its clock, and the pictures that are still
// on their way. Used on the device's thread; the clock is read by any.
//   clock        the latest time that was certainly past, every minute
//   lease        how much of the display lease is used, every minute
//   blobs/*.part pictures, as far as they have come
#pragma once

#include "adapters/screen/lease.h"
#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/base/time.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace gulou {

// Time by the broker's clock: cheap boxes begin in 1970, or years ahead. Until the broker was asked
// it is never earlier than what was stored last.
class DeviceClock {
 public:
  explicit DeviceClock(std::string dir);

  Utc now(Utc own) const;

  // The broker said how far ahead it is; kept until it says otherwise.
  void correct(int64_t ahead_ms) {
    ahead_ms_ = ahead_ms;
    corrected_ = true;
  }

  // More than a clock may be off: people should know.
  bool is_wrong() const;
  // Makes the time durable, at most once a minute.
  void keep(Utc own);

 private:
  std::string path_;
  std::atomic<int64_t> stamp_ms_{0};
  std::atomic<int64_t> ahead_ms_{0};
  std::atomic<bool> corrected_{false};
};

// This start of the machine, as the kernel names it; empty where it does not.
std::string boot_id();
// Does the kernel say that its clock is synchronised?
bool clock_is_synchronised();

LeaseStamp read_lease(const std::string& dir);
Status write_lease(const std::string& dir, const LeaseStamp& stamp);

// How much of a picture is here.
uint64_t partial_blob_bytes(const std::string& dir, const Digest& digest);
// Appends a piece that begins where it ends. The last one makes it whole: its digest is checked,
// and a wrong one is thrown away. True: it is whole. Errors: those of files, blob_digest_differs,
// screen_disk_full beyond screen_blobs_bytes_max.
Result<bool> append_partial_blob(const std::string& dir,
                                 const Digest& digest,
                                 uint64_t offset,
                                 uint64_t total,
                                 std::string_view bytes);

}  // namespace gulou
