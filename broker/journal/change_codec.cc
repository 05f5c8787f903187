#include "broker/journal/change_codec.h"

#include "broker/journal/stored_fields.h"

#include <algorithm>
#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>

#include <msgpack.hpp>

namespace gulou {
namespace {

struct Sink {
  std::string& bytes;

  void write(const char* data, size_t size) { bytes.append(data, size); }
};

using Packer = msgpack::packer<Sink>;

// ---- encoding -----------------------------------------------------------------------------------

template <class Struct>
void put(Packer& packer, const Struct& value);

void put(Packer& packer, const std::string& text) {
  packer.pack_str(static_cast<uint32_t>(text.size()));
  packer.pack_str_body(text.data(), static_cast<uint32_t>(text.size()));
}

void put_bytes(Packer& packer, std::string_view bytes) {
  packer.pack_bin(static_cast<uint32_t>(bytes.size()));
  packer.pack_bin_body(bytes.data(), static_cast<uint32_t>(bytes.size()));
}

void put(Packer& packer, const Digest& digest) {
  if (digest) {
    put_bytes(packer, digest.view());
  } else {
    packer.pack_nil();
  }
}

void put(Packer& packer, bool value) {
  packer.pack(value);
}

void put(Packer& packer, Utc time) {
  packer.pack(time.ms);
}

template <class Tag, class Integer>
void put(Packer& packer, Id<Tag, Integer> id) {
  packer.pack(id.value);
}

// Flat: first, count, first, count …
void put(Packer& packer, const SeqRuns& runs) {
  packer.pack_array(static_cast<uint32_t>(2 * runs.size()));
  for (const SeqRun& run : runs) {
    packer.pack(run.first.value);
    packer.pack(run.count);
  }
}

template <class Item>
void put(Packer& packer, const std::vector<Item>& items) {
  packer.pack_array(static_cast<uint32_t>(items.size()));
  for (const Item& item : items) {
    put(packer, item);
  }
}

template <class Tuple, size_t... index>
uint32_t used_fields(const Tuple& values, const Tuple& defaults, std::index_sequence<index...>) {
  uint32_t used = 0;
  ((std::get<index>(values) == std::get<index>(defaults)
        ? void()
        : void(used = static_cast<uint32_t>(index) + 1)),
   ...);
  return used;
}

template <class Struct>
void put_fields(Packer& packer, const Struct& value, uint8_t type_number) {
  static const Struct defaults{};
  const auto tied = fields(value);
  constexpr size_t count = std::tuple_size_v<decltype(tied)>;
  const uint32_t used = used_fields(tied, fields(defaults), std::make_index_sequence<count>());
  packer.pack_array(used + (type_number != 0 ? 1 : 0));
  if (type_number != 0) {
    packer.pack(type_number);
  }
  std::apply(
      [&](const auto&... field) {
        uint32_t at = 0;
        ((at++ < used ? put(packer, field) : void()), ...);
      },
      tied);
}

template <class Value>
void put(Packer& packer, const Value& value) {
  if constexpr (std::is_enum_v<Value>) {
    packer.pack(static_cast<uint32_t>(value));
  } else if constexpr (std::is_integral_v<Value>) {
    packer.pack(value);
  } else {
    put_fields(packer, value, number_of<Value>);
  }
}

// The bytes of changes within a changeset are opaque to it.
void put_changeset(Packer& packer, const ChangesetRow& row) {
  packer.pack_array(row.check == 0 ? 4 : 5);
  put(packer, row.at);
  put(packer, row.head);
  put(packer, row.hash);
  packer.pack_array(static_cast<uint32_t>(row.changes.size()));
  for (const std::string& change : row.changes) {
    put_bytes(packer, change);
  }
  if (row.check != 0) {
    put(packer, row.check);
  }
}

// ---- decoding -----------------------------------------------------------------------------------

template <class Value>
bool take(const msgpack::object& from, Value& value);

bool take(const msgpack::object& from, std::string& text) {
  if (from.type == msgpack::type::STR) {
    text.assign(from.via.str.ptr, from.via.str.size);
    return true;
  }
  if (from.type == msgpack::type::BIN) {
    text.assign(from.via.bin.ptr, from.via.bin.size);
    return true;
  }
  return false;
}

bool take(const msgpack::object& from, Digest& digest) {
  if (from.type == msgpack::type::NIL) {
    digest = {};
    return true;
  }
  if (from.type != msgpack::type::BIN || from.via.bin.size != digest.bytes.size()) {
    return false;
  }
  std::copy_n(from.via.bin.ptr, digest.bytes.size(), reinterpret_cast<char*>(digest.bytes.data()));
  return true;
}

bool take(const msgpack::object& from, bool& value) {
  value = from.type == msgpack::type::BOOLEAN && from.via.boolean;
  return from.type == msgpack::type::BOOLEAN;
}

template <class Integer>
bool take_integer(const msgpack::object& from, Integer& value) {
  if (from.type == msgpack::type::POSITIVE_INTEGER && std::in_range<Integer>(from.via.u64)) {
    value = static_cast<Integer>(from.via.u64);
    return true;
  }
  if (from.type == msgpack::type::NEGATIVE_INTEGER && std::in_range<Integer>(from.via.i64)) {
    value = static_cast<Integer>(from.via.i64);
    return true;
  }
  return false;
}

bool take(const msgpack::object& from, Utc& time) {
  return take_integer(from, time.ms);
}

template <class Tag, class Integer>
bool take(const msgpack::object& from, Id<Tag, Integer>& id) {
  return take_integer(from, id.value);
}

bool take(const msgpack::object& from, SeqRuns& runs) {
  if (from.type != msgpack::type::ARRAY || from.via.array.size % 2 != 0) {
    return false;
  }
  runs.resize(from.via.array.size / 2);
  for (size_t i = 0; i < runs.size(); ++i) {
    if (!take(from.via.array.ptr[2 * i], runs[i].first) ||
        !take_integer(from.via.array.ptr[2 * i + 1], runs[i].count)) {
      return false;
    }
  }
  return true;
}

template <class Item>
bool take(const msgpack::object& from, std::vector<Item>& items) {
  if (from.type != msgpack::type::ARRAY) {
    return false;
  }
  items.resize(from.via.array.size);
  for (size_t i = 0; i < items.size(); ++i) {
    if (!take(from.via.array.ptr[i], items[i])) {
      return false;
    }
  }
  return true;
}

template <class Struct>
bool take_fields(const msgpack::object& from, Struct& value, uint8_t type_number) {
  if (from.type != msgpack::type::ARRAY) {
    return false;
  }
  const uint32_t size = from.via.array.size;
  uint32_t at = 0;
  if (type_number != 0) {
    uint8_t found = 0;
    if (size == 0 || !take_integer(from.via.array.ptr[at++], found) || found != type_number) {
      return false;
    }
  }
  return std::apply(
      [&](auto&... field) {
        return ((at >= size || take(from.via.array.ptr[at++], field)) && ...);
      },
      fields(value));
}

template <class Value>
bool take(const msgpack::object& from, Value& value) {
  if constexpr (std::is_enum_v<Value>) {
    std::underlying_type_t<Value> number = 0;
    const bool good = take_integer(from, number);
    value = static_cast<Value>(number);
    return good;
  } else if constexpr (std::is_integral_v<Value>) {
    return take_integer(from, value);
  } else {
    return take_fields(from, value, number_of<Value>);
  }
}

constexpr size_t depth_max = 8;

// Parses the bytes and gives the top object to `use`; false for anything but one whole object.
// Strings point into the bytes; the zone is emptied and used again by the next call of the thread.
template <class Use>
bool parse(std::string_view bytes, Use&& use) {
  thread_local msgpack::zone zone;
  try {
    size_t offset = 0;
    bool referenced = false;
    const auto refer = [](msgpack::type::object_type, size_t, void*) { return true; };
    // No array has more items than there are bytes; maps and extensions are not ours.
    const msgpack::unpack_limit limit(bytes.size(), 0, bytes.size(), bytes.size(), 0, depth_max);
    const msgpack::object top = msgpack::unpack(
        zone, bytes.data(), bytes.size(), offset, referenced, refer, nullptr, limit);
    const bool good = offset == bytes.size() && use(top);
    zone.clear();
    return good;
  } catch (const std::exception&) {
    zone.clear();
    return false;
  }
}

template <size_t index = 0>
bool take_change(const msgpack::object& top, uint8_t number, Change& change) {
  if constexpr (index == std::variant_size_v<Change>) {
    return false;
  } else {
    using Type = std::variant_alternative_t<index, Change>;
    static_assert(number_of<Type> != 0);
    if (number != number_of<Type>) {
      return take_change<index + 1>(top, number, change);
    }
    return take(top, change.emplace<Type>());
  }
}

}  // namespace

template <class Type>
std::string Codec<Type>::encode(const Type& value) {
  std::string bytes;
  Sink sink{bytes};
  Packer packer(sink);
  if constexpr (std::is_same_v<Type, ChangesetRow>) {
    put_changeset(packer, value);
  } else {
    put(packer, value);
  }
  return bytes;
}

template <class Type>
std::optional<Type> Codec<Type>::decode(std::string_view bytes) {
  std::optional<Type> value(std::in_place);
  if (!parse(bytes, [&](const msgpack::object& top) { return take(top, *value); })) {
    return std::nullopt;
  }
  return value;
}

std::string encode_change(const Change& change) {
  return std::visit([](const auto& held) { return encode(held); }, change);
}

std::optional<Change> decode_change(std::string_view bytes) {
  std::optional<Change> change(std::in_place);
  const bool good = parse(bytes, [&](const msgpack::object& top) {
    uint8_t number = 0;
    return top.type == msgpack::type::ARRAY && top.via.array.size > 0 &&
           take_integer(top.via.array.ptr[0], number) && take_change(top, number, *change);
  });
  if (!good) {
    return std::nullopt;
  }
  return change;
}

template struct Codec<EntryAccepted>;
template struct Codec<EpochOpened>;
template struct Codec<ChannelDefined>;
template struct Codec<BlobStored>;
template struct Codec<BlobSwept>;
template struct Codec<LeaseHeld>;
template struct Codec<CursorMoved>;
template struct Codec<FirstShown>;
template struct Codec<RangePublished>;
template struct Codec<DeliveryChanged>;
template struct Codec<AttemptEnded>;
template struct Codec<PublicSeen>;
template struct Codec<ChannelCondition>;
template struct Codec<RateUsed>;
template struct Codec<ExpiryReached>;
template struct Codec<ReplayJob>;
template struct Codec<NoticeSent>;
template struct Codec<LossSuspected>;
template struct Codec<Confirmation>;
template struct Codec<PartErased>;
template struct Codec<DeviceChanged>;
template struct Codec<FleetMarked>;
template struct Codec<FleetPage>;
template struct Codec<PositionRow>;
template struct Codec<PartPlace>;
template struct Codec<RevisionPlace>;
template struct Codec<PhaseRow>;
template struct Codec<PhaseDueRow>;
template struct Codec<RunRow>;
template struct Codec<SeenRun>;
template struct Codec<WithdrawnRow>;
template struct Codec<NumberRow>;
template struct Codec<BlobRow>;
template struct Codec<ChangesetRow>;

}  // namespace gulou
