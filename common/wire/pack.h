// Packer writes msgpack maps; Unpacked reads one and Fields looks into it, naming the field in
// every Error ("items[3].parts[0].digest"). The door to msgpack, whose types stay in pack.cc.
// Internal to this room. Unknown keys are ignored, so later versions may add some; a key given
// twice is an Error.
#pragma once

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/base/time.h"

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::wire {

class Packer {
 public:
  explicit Packer(size_t bytes_expected) { out_.reserve(bytes_expected); }

  // A map at the top, as a list's item, or under a key of the open map. At most 15 keys each.
  void begin_map();
  void begin_map(std::string_view key);
  void end_map();
  // `items` calls of begin_map() or item_…() must follow.
  void list(std::string_view key, size_t items);
  void item_text(std::string_view text);
  void item_bytes(std::string_view bytes);

  void put(std::string_view key, uint64_t value);
  void put_time(std::string_view key, int64_t ms);
  void put_text(std::string_view key, std::string_view text);
  void put_bytes(std::string_view key, std::string_view bytes);

  // Nothing for zero, false and empty: absent means that.
  void maybe(std::string_view key, uint64_t value);
  void maybe_true(std::string_view key, bool value);
  void maybe_time(std::string_view key, int64_t ms);
  void maybe_text(std::string_view key, std::string_view text);

  std::string take() { return std::move(out_); }

 private:
  struct OpenMap {
    size_t at = 0;  // of its header byte
    uint8_t keys = 0;
  };

  void key(std::string_view key);

  std::string out_;
  std::array<OpenMap, 8> open_{};
  size_t open_maps_ = 0;
};

enum class Need : uint8_t { required, optional };

// One map within a message. Valid as long as its Unpacked and the Fields it was found in.
class Fields {
 public:
  // Required: an Error if absent. `maybe`: out stays as it is if absent.
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) Status read(std::string_view key, T& out)
  const { return read_number(key, Need::required, out); }

  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) Status maybe(std::string_view key, T& out)
  const { return read_number(key, Need::optional, out); }

  Status maybe_bool(std::string_view key, bool& out) const;

  // Milliseconds, signed.
  Status read_ms(std::string_view key, int64_t& out) const { return ms(key, Need::required, out); }

  Status maybe_ms(std::string_view key, int64_t& out) const { return ms(key, Need::optional, out); }

  // UTF-8; required texts are not empty.
  Status read_text(std::string_view key, size_t bytes_max, std::string& out) const;
  Status maybe_text(std::string_view key, size_t bytes_max, std::string& out) const;
  Status read_digest(std::string_view key, Digest& out) const;
  Status maybe_texts(std::string_view key,
                     size_t items_max,
                     size_t bytes_max,
                     std::vector<std::string>& out) const;
  Status maybe_byte_strings(std::string_view key,
                            size_t items_max,
                            std::vector<std::string>& out) const;

  template <class Enum>
  Status read_word(std::string_view key,
                   std::optional<Enum> (*parse)(std::string_view),
                   Enum& out) const {
    const std::string_view word = TRY(word_at(key));
    const std::optional<Enum> value = parse(word);
    if (!value) {
      return wrong(key, "word_unknown", {std::string(word)});
    }
    out = *value;
    return {};
  }

  // A list of maps, each read by `read_item`.
  template <class T>
  Status read_each(std::string_view key,
                   Need need,
                   size_t items_max,
                   Status (*read_item)(const Fields&, T&),
                   std::vector<T>& out) const {
    const List list = TRY(list_at(key, need, items_max));
    out.resize(list.size);
    for (uint32_t i = 0; i < list.size; ++i) {
      const Fields item = TRY(item_of(list, key, i));
      TRY(read_item(item, out[i]));
    }
    return {};
  }

  bool has(std::string_view key) const;
  Result<Fields> map(std::string_view key) const;

  // An Error about a field of this map.
  tl::unexpected<Error> wrong(std::string_view key,
                              std::string reason,
                              std::vector<std::string> args = {}) const;

 private:
  friend class Unpacked;

  struct List {
    const void* items = nullptr;
    uint32_t size = 0;
  };

  Fields(const void* map, const Fields* up, std::string_view key, int64_t index)
      : map_(map), up_(up), key_(key), index_(index) {}

  template <class T>
  Status read_number(std::string_view key, Need need, T& out) const {
    uint64_t value = out;
    TRY(number(key, need, std::numeric_limits<T>::max(), value));
    out = static_cast<T>(value);
    return {};
  }

  Status number(std::string_view key, Need need, uint64_t most, uint64_t& out) const;
  Status ms(std::string_view key, Need need, int64_t& out) const;
  Result<std::string_view> word_at(std::string_view key) const;
  Result<const void*> find(std::string_view key, Need need) const;
  Status copy_text(const void* value,
                   std::string_view key,
                   size_t bytes_max,
                   std::string& out) const;
  Result<List> list_at(std::string_view key, Need need, size_t items_max) const;
  Result<Fields> item_of(const List& list, std::string_view key, uint32_t index) const;
  std::string path() const;

  const void* map_;
  const Fields* up_;
  std::string_view key_;
  int64_t index_;  // within a list, else -1
};

// A whole frame that is one msgpack map. Points into `bytes`.
class Unpacked {
 public:
  // Errors: message_malformed (not msgpack, deeper or larger than allowed, not a map, bytes left
  // over).
  static Result<Unpacked> parse(std::string_view bytes);
  Unpacked(Unpacked&&) noexcept;
  Unpacked& operator=(Unpacked&&) noexcept;
  Unpacked(const Unpacked&) = delete;
  Unpacked& operator=(const Unpacked&) = delete;
  ~Unpacked();

  Fields top() const;

 private:
  struct Tree;
  explicit Unpacked(std::unique_ptr<Tree> tree);

  std::unique_ptr<Tree> tree_;
};

bool is_utf8(std::string_view text);

}  // namespace gulou::wire
