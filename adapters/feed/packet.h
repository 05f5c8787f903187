// The media packet: one ZIP per release with the text as DOCX and TXT, the original pictures with
// their captions, the other files, whom to ask, until when it may not be published, and the
// approved bytes themselves. The same release makes the same packet, byte for byte. Called on the
// SDK's call thread; reads attachments through the runner.
#pragma once

#include "adapters/sdk/adapter.h"
#include "common/base/result.h"

#include <string>
#include <string_view>

namespace gulou {

struct Packet {
  std::string name;  // 20261124-oa-water-1-r2.zip
  std::string bytes;
};

std::string packet_name(const sdk::Part& part);

// The body of a release as HTML; of kinds whose text stands in fields of their own, made of these.
std::string media_html(const Release& release);

// Errors: feed_packet_too_large; those of Helper::read_blob.
Result<Packet> make_packet(const sdk::Part& part,
                           std::string_view outlet,
                           std::string_view contact,
                           sdk::Helper& helper);

}  // namespace gulou
