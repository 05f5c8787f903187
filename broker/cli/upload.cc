#include "broker/cli/upload.h"

#include "broker/cli/attachment_file.h"

#include <algorithm>
#include <utility>

namespace gulou::cli {
namespace {

constexpr size_t chunk_bytes = 4 * 1024 * 1024;

}  // namespace

Status upload(BrokerClient& client, const AttachmentFile& file) {
  const std::string path = "/v1/blobs/" + to_hex(file.digest);
  const std::string ask = "bytes */" + std::to_string(file.size_bytes);
  const Answer there = TRY(client.call("PUT", path, {}, {{"Content-Range", ask}}));
  if (!there.good()) {
    return gulou::fail(refusal_of(there));
  }
  bool complete = there.value.boolean("complete");
  auto offset = static_cast<uint64_t>(there.value.integer("received"));
  while (!complete) {
    const uint64_t last = std::min<uint64_t>(offset + chunk_bytes, file.size_bytes);
    std::string piece = TRY(read_piece(file.path, offset, last - offset));
    if (piece.size() != last - offset) {
      return gulou::fail(ErrorCode::invalid_argument, "attachment_file_changed", {}, {file.path});
    }
    const std::string range = "bytes " + std::to_string(offset) + "-" + std::to_string(last - 1) +
                              "/" + std::to_string(file.size_bytes);
    const Answer answer =
        TRY(client.call("PUT",
                        path,
                        std::move(piece),
                        {{"Content-Range", range}, {"Content-Type", "application/octet-stream"}}));
    if (!answer.good()) {
      return gulou::fail(refusal_of(answer));
    }
    const auto received = static_cast<uint64_t>(answer.value.integer("received"));
    complete = answer.value.boolean("complete");
    if (!complete && (received == offset || received >= file.size_bytes)) {
      return gulou::fail(ErrorCode::unavailable, "attachment_upload_stuck", {}, {file.path});
    }
    offset = received;
  }
  return {};
}

}  // namespace gulou::cli
