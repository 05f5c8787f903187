// How nouns look in answers: one function per noun appends it to a JsonWriter, so that lists and
// single views say the same. Absent values are left out; times are RFC 3339 in UTC, digests
// lower-case hexadecimal. Any thread.
#pragma once

#include "broker/admin/exchange.h"
#include "broker/admin/fleets.h"
#include "broker/journal/history.h"
#include "broker/journal/standing.h"
#include "common/json/writer.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// Left out where there is none.
void append_time(JsonWriter& json, std::string_view name, Utc time);

void append_line(JsonWriter& json, const ReleaseLine& line);
void append_lines(JsonWriter& json, const std::vector<ReleaseLine>& lines);

// The line of one part of an entry; nothing where there is none.
std::optional<ReleaseLine> line_of(const History& history, Seq seq, uint8_t part);

// Of a part of any entry, a withdrawal's too; empty: erased.
std::string title_of(const History& history, const EntryAccepted& entry, const EntryPart& part);

// Names of channels by number, also of those no longer configured.
class ChannelNames {
 public:
  explicit ChannelNames(const History& history);

  // Empty: never defined.
  std::string id(ChannelNo channel) const;
  std::optional<ChannelNo> find(std::string_view id) const;
  // Error: channel_unknown.
  Result<ChannelNo> require(std::string_view id) const;

 private:
  std::map<ChannelNo, std::string> ids_;
};

struct StandingLine {
  Standing standing;
  std::string channel;
  std::string next;
  const Channel* policy = nullptr;  // null: no longer configured
  std::string gate;                 // id of the channel it waits for
  Utc gate_overdue_at;
  ChannelState channel_state = ChannelState::open;
  std::string by;  // the operator who decided last
  Digest proof;
  std::optional<FleetCount> fleet;  // on a channel of many devices
};

void append_standing(JsonWriter& json, const StandingLine& line);
void append_receipt(JsonWriter& json, const Receipt& receipt);

// The members of a delivery; the caller opens and closes the object.
struct DeliveryLine {
  DeliveryChanged row;  // of a plain one: what its lease or success implies
  std::string channel;
  std::string title;
  std::string publication;  // "publisher/id" of its first part
};

DeliveryLine delivery_line(const History& history, const ChannelNames& names, DeliveryChanged row);
void append_delivery(JsonWriter& json, const DeliveryLine& line);

// CHANNEL of the contract, for each configured channel and each that still has open deliveries.
struct ChannelLine {
  ChannelView view;
  const Channel* policy = nullptr;  // null: no longer configured
  uint64_t waiting = 0;
  uint64_t confirming = 0;
  uint64_t parked = 0;
};

std::vector<ChannelLine> channel_lines(const History& history,
                                       const CountySettings& county,
                                       const BrokerView& view);
// The members; the caller opens and closes the object.
void append_channel(JsonWriter& json, const ChannelLine& line, Utc now);

}  // namespace gulou
