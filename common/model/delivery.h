// Delivery, outcome and receipt: what happens to an entry at one subscriber (design 5.2). Plain
// data shared by broker, wire and adapters. The transition table stands in
// broker/core/transitions.h.
#pragma once

#include "common/base/ids.h"
#include "common/base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// Values are stored: never renumber. Order within the first part of an entry's key: withdrawals
// first.
enum class Lane : uint8_t { withdrawal = 1, urgent = 2, normal = 3, bulk = 4 };

inline constexpr Lane all_lanes[] = {Lane::withdrawal, Lane::urgent, Lane::normal, Lane::bulk};

enum class DeliveryState : uint8_t {
  pending = 1,
  leased = 2,
  published = 3,
  confirming = 4,
  waiting = 5,
  parked = 6,
  superseded = 7,
  withdrawn = 8,
  expired = 9,
  cancelled = 10,
};

constexpr bool is_final(DeliveryState state) {
  switch (state) {
    case DeliveryState::published:
    case DeliveryState::superseded:
    case DeliveryState::withdrawn:
    case DeliveryState::expired:
    case DeliveryState::cancelled:
      return true;
    case DeliveryState::pending:
    case DeliveryState::leased:
    case DeliveryState::confirming:
    case DeliveryState::waiting:
    case DeliveryState::parked:
      return false;
  }
  return false;
}

// What an adapter reports about one delivery.
enum class Outcome : uint8_t {
  published = 1,
  accepted = 2,  // the platform took it; a receipt follows later
  transient = 3,
  ambiguous = 4,
  quota = 5,
  auth = 6,
  misconfigured = 7,
  content = 8,
  gone = 9,
  prepared = 10,  // a draft is there; a person must publish it
};

// What a withdrawal wants (design 5.2). Values are stored. expire: made by the broker itself when
// `expires` has passed; otherwise like remove.
enum class WithdrawalKind : uint8_t {
  mark_invalid = 1,
  replace = 2,
  remove = 3,
  erase = 4,
  expire = 5,
};

// Does what is visible go away?
constexpr bool takes_down(WithdrawalKind kind) {
  return kind == WithdrawalKind::remove || kind == WithdrawalKind::erase ||
         kind == WithdrawalKind::expire;
}

// Does the publication end with it? It takes no further revision then, and the same document may
// come as another one.
constexpr bool ends_publication(WithdrawalKind kind) {
  return kind == WithdrawalKind::replace || kind == WithdrawalKind::remove ||
         kind == WithdrawalKind::erase;
}

// Why a channel hands out nothing but withdrawals; `open` hands out everything. Values are stored.
enum class ChannelState : uint8_t {
  open = 1,
  paused = 2,     // by an operator
  throttled = 3,  // until the platform's quota is renewed
  failing = 4,    // one probe at a time
  needs_authorisation = 5,
  misconfigured = 6,
  retired = 7,
};

enum class ReceiptLevel : uint8_t { accepted = 1, seen_public = 2, shown = 3 };
enum class ReceiptSource : uint8_t { adapter = 1, by_hand = 2 };

// Where one part of a delivery now stands on the channel.
struct PartReceipt {
  uint8_t part = 0;  // index within the bundle
  uint32_t revision = 0;
  std::string platform_id;
  std::string url;

  friend bool operator==(const PartReceipt&, const PartReceipt&) = default;
};

struct Receipt {
  ReceiptLevel level = ReceiptLevel::accepted;
  ReceiptSource source = ReceiptSource::adapter;
  Utc at;
  std::vector<PartReceipt> parts;  // empty: nothing to say beyond the level ("plain")

  friend bool operator==(const Receipt&, const Receipt&) = default;
};

// reason: stable code for catalogue and filters; detail: what the platform said, bounded.
struct Report {
  Outcome outcome = Outcome::published;
  Receipt receipt;          // published
  std::string platform_id;  // accepted
  std::string reason;       // the others
  std::string detail;
  int64_t retry_after_ms = 0;  // transient: not earlier; 0: by policy
  Utc until;                   // quota; accepted: next poll

  friend bool operator==(const Report&, const Report&) = default;
};

std::string_view name_of(Lane lane);
std::string_view name_of(DeliveryState state);
std::string_view name_of(Outcome outcome);
std::string_view name_of(ReceiptLevel level);  // accepted, public, shown
std::string_view name_of(ReceiptSource source);
std::string_view name_of(WithdrawalKind kind);
std::string_view name_of(ChannelState state);
// The four a person may ask for.
std::optional<WithdrawalKind> parse_withdrawal_kind(std::string_view name);
std::optional<DeliveryState> parse_delivery_state(std::string_view name);
std::optional<Lane> parse_lane(std::string_view name);
std::optional<Outcome> parse_outcome(std::string_view name);
std::optional<ReceiptLevel> parse_receipt_level(std::string_view name);

}  // namespace gulou
