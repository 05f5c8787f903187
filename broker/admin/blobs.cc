// Blobs: attachments by their SHA-256, in pieces both ways.
#include "broker/admin/routes.h"
#include "common/base/limits.h"
#include "common/json/writer.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace gulou {
namespace {

Result<Digest> digest_in(const Exchange& exchange) {
  if (const auto digest = digest_from_hex(exchange.path("digest"))) {
    return *digest;
  }
  return fail(ErrorCode::invalid_argument, "field_not_digest", "digest");
}

Result<BlobRow> stored(const Exchange& exchange, const Digest& digest) {
  if (const auto row = exchange.history().blob(digest)) {
    return *row;
  }
  return fail(ErrorCode::not_found, "blob_unknown", "digest", {to_hex(digest)});
}

// Takes a decimal number and the character behind it off `text`.
std::optional<uint64_t> take_number(std::string_view& text, char behind) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  if (behind == '\0') {
    return text.empty() ? std::optional(number) : std::nullopt;
  }
  if (text.empty() || text.front() != behind) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  return number;
}

constexpr std::string_view content_unit = "bytes ";
constexpr std::string_view any_range = "*/";
constexpr std::string_view range_unit = "bytes=";

struct Piece {
  uint64_t offset = 0;
  uint64_t total = 0;
};

// "bytes 0-262143/1048576" (RFC 9110), without one the body is the whole; "bytes */1048576" without
// a body asks how much is there.
Result<Piece> piece_of(const HttpRequest& request) {
  std::string_view text = request.header("content-range");
  if (text.empty()) {
    return Piece{0, request.body.size()};
  }
  const auto malformed = fail(ErrorCode::invalid_argument,
                              "content_range_malformed",
                              "Content-Range",
                              {std::string(text), std::to_string(request.body.size())});
  if (!text.starts_with(content_unit)) {
    return malformed;
  }
  text.remove_prefix(content_unit.size());
  if (text.starts_with(any_range) && request.body.empty()) {
    text.remove_prefix(any_range.size());
    const auto size = take_number(text, '\0');
    return size ? Result<Piece>(Piece{0, *size}) : malformed;
  }
  const auto from = take_number(text, '-');
  const auto to = from ? take_number(text, '/') : std::nullopt;
  const auto total = to ? take_number(text, '\0') : std::nullopt;
  if (!total || *to < *from || *to >= *total || *to - *from + 1 != request.body.size()) {
    return malformed;
  }
  return Piece{*from, *total};
}

Status put(const Exchange& exchange) {
  const Digest digest = TRY(digest_in(exchange));
  const Piece piece = TRY(piece_of(exchange.request()));
  const bool taken = exchange.context().desk.put_blob(
      digest,
      piece.offset,
      piece.total,
      exchange.request().body,
      [exchange](const BlobPutState& state) {
        if (!state.errors.empty()) {
          exchange.refuse(state.errors);
          return;
        }
        JsonWriter json;
        json.begin_object().member("received", state.received).member("complete", state.complete);
        exchange.answer(200, json.end_object().take());
      });
  return taken ? Status{} : fail(ErrorCode::unavailable, "broker_busy");
}

HttpResponse bytes_answer(int status, const Digest& digest) {
  HttpResponse response = text_answer(status, "application/octet-stream", {});
  response.add("Accept-Ranges", "bytes");
  response.add("ETag", '"' + to_hex(digest) + '"');
  return response;
}

Status head(const Exchange& exchange) {
  const Digest digest = TRY(digest_in(exchange));
  HttpResponse response = bytes_answer(200, digest);
  const uint64_t size = TRY(stored(exchange, digest)).size_bytes;
  // For its length alone: nothing of it is sent.
  response.body = FileRange{{}, 0, size};
  exchange.answer(std::move(response));
  return {};
}

struct Wanted {
  uint64_t from = 0;
  uint64_t bytes = 0;
};

// One range of "bytes=0-99", "bytes=100-", "bytes=-100"; nothing where it is none or lies outside.
std::optional<Wanted> wanted_range(std::string_view text, uint64_t size) {
  text.remove_prefix(std::min(range_unit.size(), text.size()));
  if (text.starts_with('-')) {
    text.remove_prefix(1);
    const auto last = take_number(text, '\0');
    const uint64_t bytes = std::min(last.value_or(0), size);
    return bytes > 0 ? std::optional(Wanted{size - bytes, bytes}) : std::nullopt;
  }
  const auto from = take_number(text, '-');
  const auto to = text.empty() ? std::optional(UINT64_MAX) : take_number(text, '\0');
  if (!from || !to || *to < *from || *from >= size) {
    return std::nullopt;
  }
  return Wanted{*from, std::min(*to, size - 1) - *from + 1};
}

Status refuse_range(const Exchange& exchange, uint64_t size, std::string_view range) {
  const Error error{ErrorCode::invalid_argument,
                    "blob_range",
                    "Range",
                    {std::string(range), std::to_string(size)}};
  const std::string_view language = exchange.request().header("accept-language");
  Problem problem = problem_of({&error, 1}, http_sentence, language);
  problem.status = 416;
  HttpResponse response = problem_answer(problem);
  response.add("Content-Range", "bytes */" + std::to_string(size));
  exchange.answer(std::move(response));
  return {};
}

Status get(const Exchange& exchange) {
  const Digest digest = TRY(digest_in(exchange));
  const uint64_t size = TRY(stored(exchange, digest)).size_bytes;
  const std::string_view range = exchange.request().header("range");
  const bool partial = range.starts_with(range_unit);
  Wanted wanted{0, size};
  if (partial) {
    const auto found = wanted_range(range, size);
    if (!found) {
      return refuse_range(exchange, size, range);
    }
    wanted = *found;
  } else if (size > limits::blob_range_bytes_max) {
    return fail(ErrorCode::invalid_argument,
                "blob_range_needed",
                "Range",
                {std::to_string(size), std::to_string(limits::blob_range_bytes_max)});
  }
  // A server may send less than was asked for; Content-Range says how much it is.
  wanted.bytes = std::min<uint64_t>(wanted.bytes, limits::blob_range_bytes_max);
  auto bytes =
      exchange.history().blob_range(digest, wanted.from, static_cast<uint32_t>(wanted.bytes));
  if (!bytes || bytes->size() != wanted.bytes) {
    return fail(ErrorCode::corrupt, "blob_missing", {}, {to_hex(digest)});
  }
  HttpResponse response = bytes_answer(partial ? 206 : 200, digest);
  if (partial) {
    response.add("Content-Range",
                 "bytes " + std::to_string(wanted.from) + "-" +
                     std::to_string(wanted.from + wanted.bytes - 1) + "/" + std::to_string(size));
  }
  response.body = *std::move(bytes);
  exchange.answer(std::move(response));
  return {};
}

}  // namespace

AdminRoutes blob_routes() {
  return {{"PUT", "/v1/blobs/{digest}", Access::publisher, put},
          {"HEAD", "/v1/blobs/{digest}", Access::known, head},
          {"GET", "/v1/blobs/{digest}", Access::operates, get}};
}

}  // namespace gulou
