#include "broker/evidence/checkpoint.h"

#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/crypto/digest.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace gulou {
namespace {

constexpr std::string_view first_line = "gulou checkpoint 1\n";
constexpr std::string_view key_file_ending = ".public";

template <class Bytes>
std::string_view view_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class Value>
std::optional<Value> value_from_hex(std::string_view text) {
  const auto bytes = from_hex(text);
  Value value;
  if (!bytes || bytes->size() != value.bytes.size()) {
    return std::nullopt;
  }
  std::ranges::copy(*bytes, value.bytes.begin());
  return value;
}

std::string signed_text(const Checkpoint& checkpoint) {
  std::string text(first_line);
  const auto line = [&text](std::string_view name, std::string_view value) {
    text.append(name).append(" ").append(value).append("\n");
  };
  line("journal", to_hex(checkpoint.journal));
  line("epoch", std::to_string(checkpoint.epoch));
  line("changeset", std::to_string(checkpoint.changeset));
  line("head", std::to_string(checkpoint.head.value));
  line("chain", to_hex(checkpoint.chain));
  line("time", format_utc(checkpoint.at));
  line("previous", to_hex(checkpoint.previous));
  line("key", to_hex(checkpoint.key));
  return text;
}

// The value of the next line, which must have this name; nothing: it has not.
std::string_view next_value(std::string_view& text, std::string_view name) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(name) || end <= name.size() ||
      text[name.size()] != ' ') {
    return {};
  }
  const std::string_view value = text.substr(name.size() + 1, end - name.size() - 1);
  text.remove_prefix(end + 1);
  return value;
}

uint64_t number_of(std::string_view text) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::string to_hex(const PublicKey& key) {
  return to_hex(view_of(key.bytes));
}

std::string to_hex(const Signature& signature) {
  return to_hex(view_of(signature.bytes));
}

std::optional<PublicKey> public_key_from_hex(std::string_view text) {
  return value_from_hex<PublicKey>(text);
}

std::optional<Signature> signature_from_hex(std::string_view text) {
  return value_from_hex<Signature>(text);
}

Checkpoint sign(Checkpoint checkpoint, const SigningKey& key) {
  checkpoint.at.ms -= checkpoint.at.ms % 1000;  // the text has no more
  checkpoint.key = key.public_key();
  checkpoint.signature = key.sign(signed_text(checkpoint));
  return checkpoint;
}

std::string text_of(const Checkpoint& checkpoint) {
  return signed_text(checkpoint) + "signature " + to_hex(checkpoint.signature) + "\n";
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  const auto unreadable = [] { return fail(ErrorCode::corrupt, "checkpoint_unreadable"); };
  if (text.size() > limits::checkpoint_bytes_max || !text.starts_with(first_line)) {
    return unreadable();
  }
  std::string_view rest = text.substr(first_line.size());
  Checkpoint checkpoint;
  const auto journal = digest_from_hex(next_value(rest, "journal"));
  checkpoint.epoch = number_of(next_value(rest, "epoch"));
  checkpoint.changeset = number_of(next_value(rest, "changeset"));
  checkpoint.head = {number_of(next_value(rest, "head"))};
  const auto chain = digest_from_hex(next_value(rest, "chain"));
  const auto at = parse_utc(next_value(rest, "time"));
  const auto previous = digest_from_hex(next_value(rest, "previous"));
  const auto key = public_key_from_hex(next_value(rest, "key"));
  const auto signature = signature_from_hex(next_value(rest, "signature"));
  if (!journal || !chain || !at || !previous || !key || !signature) {
    return unreadable();
  }
  checkpoint.journal = *journal;
  checkpoint.chain = *chain;
  checkpoint.at = *at;
  checkpoint.previous = *previous;
  checkpoint.key = *key;
  checkpoint.signature = *signature;
  if (text_of(checkpoint) != text) {
    return unreadable();
  }
  return checkpoint;
}

Digest digest_of(const Checkpoint& checkpoint) {
  return sha256(text_of(checkpoint));
}

Status check_signature(const Checkpoint& checkpoint, const PublicKeys& keys) {
  const std::string number = std::to_string(checkpoint.changeset);
  if (!keys.contains(checkpoint.key)) {
    return fail(ErrorCode::corrupt, "checkpoint_key_unknown", {}, {number, to_hex(checkpoint.key)});
  }
  if (!verify(checkpoint.key, signed_text(checkpoint), checkpoint.signature)) {
    return fail(ErrorCode::corrupt, "checkpoint_signature_wrong", {}, {number});
  }
  return {};
}

Result<PublicKeys> read_public_keys(const std::string& directory) {
  PublicKeys keys;
  const auto names = list_files(directory);
  for (const std::string& name : names ? *names : std::vector<std::string>()) {
    if (!name.ends_with(key_file_ending)) {
      continue;
    }
    const auto text =
        read_file(std::string(directory).append("/").append(name), limits::checkpoint_bytes_max);
    const auto key = text ? public_key_from_hex(text->substr(0, text->find_last_not_of("\r\n") + 1))
                          : std::nullopt;
    if (key) {
      keys.emplace(*key, name);
    }
  }
  if (keys.empty()) {
    return fail(ErrorCode::not_found, "keys_missing", {}, {directory});
  }
  return keys;
}

}  // namespace gulou
