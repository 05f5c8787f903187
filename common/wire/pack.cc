#include "common/wire/pack.h"

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/base/utf8.h"

#include <exception>

#include <msgpack.hpp>

namespace gulou::wire {

namespace {

constexpr size_t map_keys_max = 15;  // what a one-byte map header holds
constexpr uint32_t unknown_keys_max = 64;
constexpr size_t depth_max = 8;
constexpr size_t word_bytes_max = 32;
constexpr size_t zone_bytes_first = 1000;  // most messages need no more; 8 KiB come less cheaply

// Where msgpack writes to.
struct Sink {
  std::string& out;

  void write(const char* bytes, size_t size) { out.append(bytes, size); }
};

auto packer_to(Sink& sink) {
  return msgpack::packer<Sink>(sink);
}

void pack_text(std::string& out, std::string_view text) {
  Sink sink{out};
  packer_to(sink).pack_str(static_cast<uint32_t>(text.size()));
  out += text;
}

void pack_bytes(std::string& out, std::string_view bytes) {
  Sink sink{out};
  packer_to(sink).pack_bin(static_cast<uint32_t>(bytes.size()));
  out += bytes;
}

const msgpack::object& object_of(const void* value) {
  return *static_cast<const msgpack::object*>(value);
}

bool refer_to_input(msgpack::type::object_type, size_t, void*) {
  return true;
}

std::string_view text_of(const msgpack::object& value) {
  return {value.via.str.ptr, value.via.str.size};
}

}  // namespace

// ---- writing ------------------------------------------------------------------------------------

void Packer::begin_map() {
  CHECK(open_maps_ < open_.size());
  open_[open_maps_++] = {.at = out_.size()};
  out_ += '\x80';
}

void Packer::begin_map(std::string_view name) {
  key(name);
  begin_map();
}

void Packer::end_map() {
  CHECK(open_maps_ > 0);
  const OpenMap& map = open_[--open_maps_];
  out_[map.at] = static_cast<char>(0x80 | map.keys);
}

void Packer::key(std::string_view name) {
  CHECK(open_maps_ > 0 && open_[open_maps_ - 1].keys < map_keys_max);
  ++open_[open_maps_ - 1].keys;
  pack_text(out_, name);
}

void Packer::list(std::string_view name, size_t items) {
  key(name);
  Sink sink{out_};
  packer_to(sink).pack_array(static_cast<uint32_t>(items));
}

void Packer::item_text(std::string_view text) {
  pack_text(out_, text);
}

void Packer::item_bytes(std::string_view bytes) {
  pack_bytes(out_, bytes);
}

void Packer::put(std::string_view name, uint64_t value) {
  key(name);
  Sink sink{out_};
  packer_to(sink).pack_uint64(value);
}

void Packer::put_time(std::string_view name, int64_t ms) {
  key(name);
  Sink sink{out_};
  packer_to(sink).pack_int64(ms);
}

void Packer::put_text(std::string_view name, std::string_view text) {
  key(name);
  pack_text(out_, text);
}

void Packer::put_bytes(std::string_view name, std::string_view bytes) {
  key(name);
  pack_bytes(out_, bytes);
}

void Packer::maybe(std::string_view name, uint64_t value) {
  if (value != 0) {
    put(name, value);
  }
}

void Packer::maybe_true(std::string_view name, bool value) {
  if (value) {
    key(name);
    Sink sink{out_};
    packer_to(sink).pack_true();
  }
}

void Packer::maybe_time(std::string_view name, int64_t ms) {
  if (ms != 0) {
    put_time(name, ms);
  }
}

void Packer::maybe_text(std::string_view name, std::string_view text) {
  if (!text.empty()) {
    put_text(name, text);
  }
}

// ---- reading ------------------------------------------------------------------------------------

struct Unpacked::Tree {
  msgpack::zone zone{zone_bytes_first};
  msgpack::object root;
};

Unpacked::Unpacked(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}

Unpacked::Unpacked(Unpacked&&) noexcept = default;
Unpacked& Unpacked::operator=(Unpacked&&) noexcept = default;
Unpacked::~Unpacked() = default;

Result<Unpacked> Unpacked::parse(std::string_view bytes) {
  const msgpack::unpack_limit most(limits::wire_list_items_max,
                                   unknown_keys_max,
                                   limits::envelope_bytes_max,
                                   limits::envelope_bytes_max,
                                   0,
                                   depth_max);
  auto tree = std::make_unique<Tree>();
  size_t used = 0;
  try {
    bool referenced = false;
    tree->root = msgpack::unpack(
        tree->zone, bytes.data(), bytes.size(), used, referenced, refer_to_input, nullptr, most);
  } catch (const std::exception&) {
    return fail(ErrorCode::invalid_argument, "message_malformed");
  }
  if (used != bytes.size() || tree->root.type != msgpack::type::MAP) {
    return fail(ErrorCode::invalid_argument, "message_malformed");
  }
  return Unpacked(std::move(tree));
}

Fields Unpacked::top() const {
  return {&tree_->root, nullptr, {}, -1};
}

std::string Fields::path() const {
  std::string text = up_ == nullptr ? std::string() : up_->path();
  if (!key_.empty()) {
    text += text.empty() ? "" : ".";
    text += key_;
  }
  if (index_ >= 0) {
    text += '[' + std::to_string(index_) + ']';
  }
  return text;
}

tl::unexpected<Error> Fields::wrong(std::string_view name,
                                    std::string reason,
                                    std::vector<std::string> args) const {
  std::string field = path();
  field += field.empty() ? "" : ".";
  field += name;
  return fail(ErrorCode::invalid_argument, std::move(reason), std::move(field), std::move(args));
}

Result<const void*> Fields::find(std::string_view name, Need need) const {
  const msgpack::object_map& map = object_of(map_).via.map;
  const msgpack::object* found = nullptr;
  for (uint32_t i = 0; i < map.size; ++i) {
    const msgpack::object& key = map.ptr[i].key;
    if (key.type == msgpack::type::STR && text_of(key) == name) {
      if (found != nullptr) {
        return wrong(name, "field_twice");
      }
      found = &map.ptr[i].val;
    }
  }
  if (found == nullptr && need == Need::required) {
    return wrong(name, "message_field_missing");
  }
  return static_cast<const void*>(found);
}

Status Fields::number(std::string_view name, Need need, uint64_t most, uint64_t& out) const {
  const void* value = TRY(find(name, need));
  if (value == nullptr) {
    return {};
  }
  if (object_of(value).type != msgpack::type::POSITIVE_INTEGER) {
    return wrong(name, "field_wrong_type", {"unsigned integer"});
  }
  if (object_of(value).via.u64 > most) {
    return wrong(name,
                 "field_out_of_range",
                 {std::to_string(object_of(value).via.u64), "0", std::to_string(most)});
  }
  out = object_of(value).via.u64;
  return {};
}

Status Fields::ms(std::string_view name, Need need, int64_t& out) const {
  const void* value = TRY(find(name, need));
  if (value == nullptr) {
    return {};
  }
  const msgpack::object& number = object_of(value);
  if (number.type == msgpack::type::NEGATIVE_INTEGER) {
    out = number.via.i64;
    return {};
  }
  if (number.type != msgpack::type::POSITIVE_INTEGER) {
    return wrong(name, "field_wrong_type", {"integer"});
  }
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  if (number.via.u64 > static_cast<uint64_t>(most)) {
    return wrong(
        name, "field_out_of_range", {std::to_string(number.via.u64), "0", std::to_string(most)});
  }
  out = static_cast<int64_t>(number.via.u64);
  return {};
}

Status Fields::maybe_bool(std::string_view name, bool& out) const {
  const void* value = TRY(find(name, Need::optional));
  if (value == nullptr) {
    return {};
  }
  if (object_of(value).type != msgpack::type::BOOLEAN) {
    return wrong(name, "field_wrong_type", {"boolean"});
  }
  out = object_of(value).via.boolean;
  return {};
}

Status Fields::copy_text(const void* value,
                         std::string_view name,
                         size_t bytes_max,
                         std::string& out) const {
  if (object_of(value).type != msgpack::type::STR) {
    return wrong(name, "field_wrong_type", {"string"});
  }
  const std::string_view text = text_of(object_of(value));
  if (text.size() > bytes_max) {
    return wrong(name, "field_too_long", {std::to_string(text.size()), std::to_string(bytes_max)});
  }
  if (!is_utf8(text)) {
    return wrong(name, "field_not_utf8");
  }
  out = text;
  return {};
}

Status Fields::read_text(std::string_view name, size_t bytes_max, std::string& out) const {
  const void* value = TRY(find(name, Need::required));
  TRY(copy_text(value, name, bytes_max, out));
  if (out.empty()) {
    return wrong(name, "message_field_missing");
  }
  return {};
}

Status Fields::maybe_text(std::string_view name, size_t bytes_max, std::string& out) const {
  const void* value = TRY(find(name, Need::optional));
  return value == nullptr ? Status() : copy_text(value, name, bytes_max, out);
}

Result<std::string_view> Fields::word_at(std::string_view name) const {
  const void* value = TRY(find(name, Need::required));
  if (object_of(value).type != msgpack::type::STR) {
    return wrong(name, "field_wrong_type", {"string"});
  }
  const std::string_view word = text_of(object_of(value));
  if (word.size() > word_bytes_max || !is_utf8(word)) {
    return wrong(
        name, "field_too_long", {std::to_string(word.size()), std::to_string(word_bytes_max)});
  }
  return word;
}

Status Fields::read_digest(std::string_view name, Digest& out) const {
  const void* value = TRY(find(name, Need::required));
  const msgpack::object& bytes = object_of(value);
  const std::optional<Digest> digest =
      bytes.type == msgpack::type::BIN ? digest_from_bytes({bytes.via.bin.ptr, bytes.via.bin.size})
                                       : std::nullopt;
  if (!digest) {
    return wrong(name, "field_wrong_type", {"32 bytes"});
  }
  out = *digest;
  return {};
}

Result<Fields::List> Fields::list_at(std::string_view name, Need need, size_t items_max) const {
  const void* value = TRY(find(name, need));
  if (value == nullptr) {
    return List{};
  }
  const msgpack::object& list = object_of(value);
  if (list.type != msgpack::type::ARRAY) {
    return wrong(name, "field_wrong_type", {"list"});
  }
  if (list.via.array.size > items_max) {
    return wrong(
        name, "list_too_long", {std::to_string(list.via.array.size), std::to_string(items_max)});
  }
  if (list.via.array.size == 0 && need == Need::required) {
    return wrong(name, "message_field_missing");
  }
  return List{.items = list.via.array.ptr, .size = list.via.array.size};
}

Result<Fields> Fields::item_of(const List& list, std::string_view name, uint32_t index) const {
  const msgpack::object& item = static_cast<const msgpack::object*>(list.items)[index];
  if (item.type != msgpack::type::MAP) {
    return wrong(
        std::string(name) + '[' + std::to_string(index) + ']', "field_wrong_type", {"map"});
  }
  return Fields(&item, this, name, index);
}

bool Fields::has(std::string_view name) const {
  const auto found = find(name, Need::optional);
  return !found || *found != nullptr;  // given twice: map() says so
}

Result<Fields> Fields::map(std::string_view name) const {
  const void* value = TRY(find(name, Need::required));
  if (object_of(value).type != msgpack::type::MAP) {
    return wrong(name, "field_wrong_type", {"map"});
  }
  return Fields(value, this, name, -1);
}

Status Fields::maybe_texts(std::string_view name,
                           size_t items_max,
                           size_t bytes_max,
                           std::vector<std::string>& out) const {
  const List list = TRY(list_at(name, Need::optional, items_max));
  out.resize(list.size);
  for (uint32_t i = 0; i < list.size; ++i) {
    TRY(copy_text(static_cast<const msgpack::object*>(list.items) + i, name, bytes_max, out[i]));
  }
  return {};
}

Status Fields::maybe_byte_strings(std::string_view name,
                                  size_t items_max,
                                  std::vector<std::string>& out) const {
  const List list = TRY(list_at(name, Need::optional, items_max));
  for (uint32_t i = 0; i < list.size; ++i) {
    const msgpack::object& item = static_cast<const msgpack::object*>(list.items)[i];
    if (item.type != msgpack::type::BIN) {
      return wrong(name, "field_wrong_type", {"list of byte strings"});
    }
    out.emplace_back(item.via.bin.ptr, item.via.bin.size);
  }
  return {};
}

bool is_utf8(std::string_view text) {
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    const size_t bytes = utf8_at(at, end).bytes;
    if (bytes == 0) {
      return false;
    }
    at += bytes;
  }
  return true;
}

}  // namespace gulou::wire
