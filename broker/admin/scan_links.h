// One-time links by which a phone brings the photograph of a signed sheet: asked for by whoever
// publishes, good for half an hour and for one sheet that names the right bundle. Kept in memory: a
// restart costs the clerk a new link. Only hashes of codes are known here. One thread: Admin's
// worker for what waits.
#pragma once

#include "common/base/bytes.h"
#include "common/base/time.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace gulou {

namespace limits {
inline constexpr int64_t scan_link_ms_max = 30LL * 60 * 1000;
inline constexpr size_t scan_links_max = 256;  // open at once; the oldest goes first
inline constexpr uint32_t scan_tries_max = 8;  // photographs sent to one link
}  // namespace limits

struct ScanLink {
  Digest bundle;
  std::string asked_by;
  Utc until;
  uint32_t tries = 0;
  Digest scan;  // none: still waited for
  uint64_t size_bytes = 0;
};

class ScanLinks {
 public:
  // The code of a new link.
  std::string add(const Digest& bundle, std::string asked_by, Utc now);

  // Null: no such link, or its time is over.
  ScanLink* find(std::string_view code, Utc now);

 private:
  std::map<Digest, ScanLink> links_;  // by the hash of the code
};

}  // namespace gulou
