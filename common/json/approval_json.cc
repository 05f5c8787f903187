#include "common/json/approval_json.h"

#include "common/base/bytes.h"

#include <algorithm>
#include <optional>

namespace gulou {
namespace {

constexpr std::string_view purpose = "gulou approval 1\n";
constexpr std::string_view sheet_words = "gulou approval 1 ";
constexpr std::string_view signature_member = ",\"signature\":\"";

// Never the first member: "bundle_digest" or "at" stands before it. Within a text its quotes would
// be escaped; within an object of an unknown field it would stand twice.
std::optional<std::string> statement(std::string_view canonical) {
  const size_t at = canonical.find(signature_member);
  if (at == std::string_view::npos ||
      canonical.find(signature_member, at + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  const size_t end = canonical.find('"', at + signature_member.size());
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  std::string text(purpose);
  text.append(canonical.substr(0, at)).append(canonical.substr(end + 1));
  return text;
}

template <class Bytes>
bool read_hex(std::string_view hex, Bytes& bytes) {
  const auto raw = from_hex(hex);
  if (!raw || raw->size() != bytes.size()) {
    return false;
  }
  std::ranges::copy(*raw, bytes.begin());
  return true;
}

template <class Bytes>
std::string hex_of(const Bytes& bytes) {
  return to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// Where the value that starts at `at` ends, in canonical text.
size_t object_end(std::string_view json, size_t at) {
  size_t depth = 0;
  bool in_text = false;
  for (; at < json.size(); ++at) {
    const char c = json[at];
    if (in_text) {
      at += c == '\\' ? 1 : 0;
      in_text = c != '"';
      continue;
    }
    in_text = c == '"';
    depth += c == '{' || c == '[' ? 1 : 0;
    if ((c == '}' || c == ']') && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool signature_holds(std::string_view canonical, const Approval& approval) {
  PublicKey key;
  Signature signature;
  if (!read_hex(approval.key, key.bytes) || !read_hex(approval.signature, signature.bytes)) {
    return false;
  }
  const auto text = statement(canonical);
  return text && verify(key, *text, signature);
}

Approval sign_approval(Approval approval, const SigningKey& key) {
  approval.key = hex_of(key.public_key().bytes);
  approval.signature.clear();
  approval.signature = hex_of(key.sign(std::string(purpose) + to_json(approval)).bytes);
  return approval;
}

std::string sheet_code(const Digest& bundle) {
  return std::string(sheet_words) + to_hex(bundle);
}

std::optional<Digest> bundle_of_sheet_code(std::string_view code) {
  if (!code.starts_with(sheet_words)) {
    return std::nullopt;
  }
  return digest_from_hex(code.substr(sheet_words.size()));
}

std::string approvals_json(const std::vector<std::string>& canonical) {
  std::string json = "[";
  for (const std::string& one : canonical) {
    json += json.size() > 1 ? "," : "";
    json += one;
  }
  return json + "]";
}

std::vector<std::string> split_approvals(std::string_view json) {
  std::vector<std::string> all;
  if (!json.starts_with('[') || !json.ends_with(']')) {
    return all;
  }
  for (size_t at = 1; at < json.size() && json[at] == '{';) {
    const size_t end = object_end(json, at);
    if (end == std::string_view::npos) {
      return {};
    }
    all.emplace_back(json.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

}  // namespace gulou
