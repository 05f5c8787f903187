#include "common/json/digests.h"

#include "common/crypto/digest.h"
#include "common/model/checks.h"

#include <algorithm>

namespace gulou {
namespace {

// Identity, relations, placement and origin, in order of name.
constexpr std::string_view not_content[] = {"audience",
                                            "column",
                                            "distinct_from",
                                            "embargo",
                                            "expires",
                                            "id",
                                            "imported",
                                            "must_confirm_every_s",
                                            "not_before",
                                            "previous_revision",
                                            "priority",
                                            "relations",
                                            "revision",
                                            "test",
                                            "update"};
static_assert(std::ranges::is_sorted(not_content));

// Where the string that starts at `at` ends, after its closing quote; npos: nowhere.
size_t string_end(std::string_view json, size_t at) {
  for (size_t quote = json.find('"', at + 1); quote != std::string_view::npos;
       quote = json.find('"', quote + 1)) {
    size_t backslashes = 0;
    while (json[quote - 1 - backslashes] == '\\') {
      ++backslashes;
    }
    if (backslashes % 2 == 0) {
      return quote + 1;
    }
  }
  return std::string_view::npos;
}

// Where the value that starts at `at` ends: at the comma or bracket of what holds it.
size_t value_end(std::string_view json, size_t at) {
  size_t depth = 0;
  while (at < json.size()) {
    switch (json[at]) {
      case '"':
        at = string_end(json, at);
        continue;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (depth == 0) {
          return at;
        }
        --depth;
        break;
      case ',':
        if (depth == 0) {
          return at;
        }
        break;
      default:
        break;
    }
    ++at;
  }
  return std::string_view::npos;
}

struct Content {
  std::string json;
  size_t common = 0;  // so many bytes at the start are those of the release, too
};

Result<Content> content_of(std::string_view canonical) {
  const auto malformed = fail(ErrorCode::invalid_argument, "json_unreadable");
  if (!canonical.starts_with('{') || !canonical.ends_with('}')) {
    return malformed;
  }
  Content content;
  std::string& out = content.json;
  out.reserve(canonical.size());
  out += '{';
  for (size_t at = 1; at < canonical.size() && canonical[at] != '}';) {
    const size_t key_end =
        canonical[at] == '"' ? string_end(canonical, at) : std::string_view::npos;
    const size_t end = key_end == std::string_view::npos ? key_end : value_end(canonical, key_end);
    if (end == std::string_view::npos) {
      return malformed;
    }
    const std::string_view key = canonical.substr(at + 1, key_end - at - 2);
    if (std::ranges::binary_search(not_content, key)) {
      content.common = content.common == 0 ? out.size() : content.common;
    } else {
      if (out.size() > 1) {
        out += ',';
      }
      out += canonical.substr(at, end - at);
    }
    at = end + (canonical[end] == ',' ? 1 : 0);
  }
  content.common = content.common == 0 ? out.size() : content.common;
  out += '}';
  return content;
}

}  // namespace

Digest release_digest(std::string_view canonical) {
  return sha256(canonical);
}

Result<std::string> content_json(std::string_view canonical) {
  return TRY(content_of(canonical)).json;
}

Result<Digest> content_digest(std::string_view canonical) {
  return sha256(TRY(content_json(canonical)));
}

Result<ReleaseDigests> release_digests(std::string_view canonical) {
  const Content content = TRY(content_of(canonical));
  const std::string_view json = content.json;
  const auto [release, other] = sha256_of_both(json.substr(0, content.common),
                                               canonical.substr(content.common),
                                               json.substr(content.common));
  return ReleaseDigests{release, other};
}

Digest bundle_digest(std::span<const Digest> parts) {
  std::string json = "[";
  for (const Digest& part : parts) {
    json += json.size() > 1 ? ",\"" : "\"";
    json += to_hex(part);
    json += '"';
  }
  return sha256(json + ']');
}

std::optional<Digest> document_key(std::string_view issuer_org_code, std::string_view doc_no) {
  const std::string folded = fold_doc_no(doc_no);
  if (folded.empty()) {
    return std::nullopt;
  }
  return sha256_of({issuer_org_code, std::string_view("\0", 1), folded});
}

Digest phase_digest(std::string_view phase) {
  return sha256(phase);
}

}  // namespace gulou
