// Strong integers: a Seq is not a channel number. Ordered, hashable, nothing else; arithmetic is
// written out with .value where it is meant.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace gulou {

template <class Tag, class Integer>
struct Id {
  Integer value = 0;

  friend constexpr auto operator<=>(const Id&, const Id&) = default;

  constexpr explicit operator bool() const { return value != 0; }
};

// Position of an entry in the release log, from 1. 0 is "none".
using Seq = Id<struct SeqTag, uint64_t>;
// Number of a channel, given once when it first appears in the configuration, from 1; never reused.
using ChannelNo = Id<struct ChannelTag, uint32_t>;
// Number of a cursor on a channel: channel << 32 | device slot. Slot 0 is a shared channel's one.
using SubscriberNo = Id<struct SubscriberTag, uint64_t>;
// A live connection of an adapter or publisher; given by the broker, never reused within a process.
using SessionNo = Id<struct SessionTag, uint64_t>;
// A hand-over of one or more deliveries to one adapter instance; never reused within a home.
using LeaseNo = Id<struct LeaseTag, uint64_t>;
// A replay job, from 1; never reused within a home.
using JobNo = Id<struct JobTag, uint64_t>;
// A decision that two persons take, from 1; never reused within a home.
using ConfirmationNo = Id<struct ConfirmationTag, uint64_t>;
// One pass of the pump: the unit of commit. Starts anew with each process.
using RoundNo = Id<struct RoundTag, uint64_t>;

constexpr SubscriberNo shared_subscriber(ChannelNo channel) {
  return {static_cast<uint64_t>(channel.value) << 32};
}

constexpr ChannelNo channel_of(SubscriberNo subscriber) {
  return {static_cast<uint32_t>(subscriber.value >> 32)};
}

}  // namespace gulou

template <class Tag, class Integer>
struct std::hash<gulou::Id<Tag, Integer>> {
  size_t operator()(const gulou::Id<Tag, Integer>& id) const noexcept {
    return std::hash<Integer>{}(id.value);
  }
};
