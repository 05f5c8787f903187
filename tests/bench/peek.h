// Looks up single fields in packed frames without unpacking them: the load generator must not be
// the slower end. Only for what the broker itself has packed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gulou::bench {

// The unsigned integer at this place.
inline uint64_t integer_at(std::string_view bytes, size_t at) {
  if (at >= bytes.size()) {
    return 0;
  }
  const auto byte = [&](size_t i) {
    return i < bytes.size() ? static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) : 0;
  };
  const uint64_t head = byte(at);
  if (head < 0x80) {
    return head;
  }
  const size_t width = head == 0xcc ? 1 : head == 0xcd ? 2 : head == 0xce ? 4 : 8;
  uint64_t value = 0;
  for (size_t i = 1; i <= width; ++i) {
    value = value << 8U | byte(at + i);
  }
  return value;
}

// key: with its msgpack header, "\xa4" "corr". 0 where it is absent.
inline uint64_t first_integer(std::string_view bytes, std::string_view key) {
  const size_t at = bytes.find(key);
  return at == std::string_view::npos ? 0 : integer_at(bytes, at + key.size());
}

inline uint64_t last_integer(std::string_view bytes, std::string_view key) {
  const size_t at = bytes.rfind(key);
  return at == std::string_view::npos ? 0 : integer_at(bytes, at + key.size());
}

// The verb of an envelope: {"v": 1, "verb": …, in this order.
inline std::string_view verb_in(std::string_view envelope) {
  constexpr size_t at = 9;
  if (envelope.size() <= at) {
    return {};
  }
  const auto size = static_cast<size_t>(static_cast<unsigned char>(envelope[at]) & 0x1FU);
  return envelope.substr(at + 1, size);
}

// How many deliveries an items frame holds: {"items": [ …
inline uint64_t items_in(std::string_view items) {
  constexpr size_t at = 7;
  const auto head = static_cast<unsigned char>(items.size() > at ? items[at] : 0);
  if ((head & 0xF0U) == 0x90U) {
    return head & 0x0FU;
  }
  return head == 0xdc ? (static_cast<uint64_t>(static_cast<unsigned char>(items[at + 1])) << 8U |
                         static_cast<unsigned char>(items[at + 2]))
                      : 0;
}

}  // namespace gulou::bench
