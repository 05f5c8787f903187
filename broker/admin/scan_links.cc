#include "broker/admin/scan_links.h"

#include "common/crypto/digest.h"
#include "common/crypto/random.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

constexpr size_t code_bytes = 16;

}  // namespace

std::string ScanLinks::add(const Digest& bundle, std::string asked_by, Utc now) {
  std::erase_if(links_, [now](const auto& link) { return link.second.until < now; });
  if (links_.size() >= limits::scan_links_max) {
    links_.erase(
        std::ranges::min_element(links_, {}, [](const auto& link) { return link.second.until; }));
  }
  std::string code = to_hex(random_bytes(code_bytes));
  links_[sha256(code)] = {.bundle = bundle,
                          .asked_by = std::move(asked_by),
                          .until = {now.ms + limits::scan_link_ms_max}};
  return code;
}

ScanLink* ScanLinks::find(std::string_view code, Utc now) {
  const auto found = links_.find(sha256(code));
  return found == links_.end() || found->second.until < now ? nullptr : &found->second;
}

}  // namespace gulou
