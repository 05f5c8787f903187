// Messages to frames and back: the only place that knows how the protocol looks in bytes (README.md
// explains it to strangers). Pure; any thread. Whatever bytes come in, decode() answers with a
// Message or an Error that names the field; memory it takes is bounded by the frames it was given.
#pragma once

#include "common/base/result.h"
#include "common/wire/messages.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::wire {

// frames() in this order: envelope, items (DELIVER and MANIFEST), bodies. The bodies point where
// those of the Message pointed.
struct Encoded {
  std::string envelope;
  std::string items;
  std::vector<std::string_view> bodies;

  std::vector<std::string_view> frames() const;
};

// What the platform said (Report.detail) is cut to the limit and made valid UTF-8; a REFUSED with
// more than limits::wire_errors_max errors keeps the first. Anything else must be within the
// limits.
Encoded encode(const Message& message);

// The items frame of a DELIVER, the same for all subscribers at one position: packed once, it goes
// out with each one's envelope (encode() of a Deliver without items, its `envelope`).
std::string encode_items(std::span<const DeliverItem> items);

// The items frame of a MANIFEST, the same for all devices that take the same.
std::string encode_manifest_items(std::span<const ManifestPart> items);

// The Message's bodies point into `frames`.
Result<Message> decode(std::span<const std::string_view> frames);

// For answering what could not be decoded: its correlation if that much can be read, else 0.
uint64_t correlation_of(std::string_view envelope);

}  // namespace gulou::wire
