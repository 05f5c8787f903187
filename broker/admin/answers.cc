#include "broker/admin/answers.h"

#include <algorithm>

namespace gulou {
namespace {

// What is next, by state; the args of each are given in next_step().
std::string_view next_reason(const Standing& standing, bool connected) {
  switch (*standing.state) {
    case DeliveryState::pending:
      return connected ? "next_pending" : "next_unserved";
    case DeliveryState::leased:
      return "next_leased";
    case DeliveryState::published:
      return "next_published";
    case DeliveryState::confirming:
      return connected ? "next_confirming" : "next_unserved";
    case DeliveryState::waiting:
      return connected ? "next_waiting" : "next_unserved";
    case DeliveryState::parked:
      return "next_parked";
    case DeliveryState::superseded:
      return "next_superseded";
    case DeliveryState::withdrawn:
      return "next_withdrawn";
    case DeliveryState::expired:
      return "next_expired";
    case DeliveryState::cancelled:
      return "next_cancelled";
  }
  return "next_published";
}

uint64_t count_of(const std::vector<StateCount>& counts, ChannelNo channel, DeliveryState state) {
  const auto at = std::find_if(counts.begin(), counts.end(), [&](const StateCount& one) {
    return one.channel == channel && one.state == state;
  });
  return at == counts.end() ? 0 : at->count;
}

}  // namespace

void append_time(JsonWriter& json, std::string_view name, Utc time) {
  if (time) {
    json.member(name, format_utc(time));
  }
}

void append_line(JsonWriter& json, const ReleaseLine& line) {
  const EntryPart& part = line.entry.parts.at(line.part);
  json.begin_object()
      .member("seq", line.seq.value)
      .member("part", line.part)
      .member("publisher", line.entry.publisher)
      .member("id", part.id)
      .member("revision", part.revision)
      .member("kind", name_of(part.kind))
      .member("column", part.column)
      .member("title", line.title)
      .text_member("index_no", part.index_no);
  append_time(json, "accepted_at", line.entry.accepted_at);
  json.member("lane", name_of(line.entry.lane))
      .member("imported", line.entry.imported)
      .member("test", line.entry.test)
      .end_object();
}

void append_lines(JsonWriter& json, const std::vector<ReleaseLine>& lines) {
  json.begin_array();
  for (const ReleaseLine& line : lines) {
    append_line(json, line);
  }
  json.end_array();
}

std::optional<ReleaseLine> line_of(const History& history, Seq seq, uint8_t part) {
  auto row = history.entry(seq);
  if (!row || part >= row->entry.parts.size()) {
    return std::nullopt;
  }
  return ReleaseLine{
      seq, part, std::move(row->entry), history.title(seq, part).value_or(std::string())};
}

ChannelNames::ChannelNames(const History& history) {
  for (ChannelDefined& channel : history.channels()) {
    ids_.emplace(channel.channel, std::move(channel.id));
  }
}

std::string ChannelNames::id(ChannelNo channel) const {
  const auto at = ids_.find(channel);
  return at == ids_.end() ? std::string() : at->second;
}

std::optional<ChannelNo> ChannelNames::find(std::string_view id) const {
  for (const auto& [channel, name] : ids_) {
    if (name == id) {
      return channel;
    }
  }
  return std::nullopt;
}

bool is_connected(const BrokerView& view, ChannelNo channel) {
  return std::any_of(
      view.core.channels.begin(), view.core.channels.end(), [&](const ChannelView& one) {
        return one.channel == channel && !one.sessions.empty();
      });
}

std::string next_step(const Exchange& exchange,
                      const Standing& standing,
                      const std::string& channel,
                      Seq seq,
                      bool connected) {
  if (!standing.state) {
    return {};
  }
  // {0} the channel, {1} the delivery, {2} when it goes on
  return exchange.say({ErrorCode::internal,
                       std::string(next_reason(standing, connected)),
                       {},
                       {channel,
                        channel + "/" + std::to_string(seq.value),
                        standing.due ? format_shanghai(standing.due) : std::string()}});
}

void append_receipt(JsonWriter& json, const Receipt& receipt) {
  json.begin_object()
      .member("level", name_of(receipt.level))
      .member("source", name_of(receipt.source));
  append_time(json, "at", receipt.at);
  json.key("parts").begin_array();
  for (const PartReceipt& part : receipt.parts) {
    json.begin_object()
        .member("part", part.part)
        .member("revision", part.revision)
        .text_member("platform_id", part.platform_id)
        .text_member("url", part.url)
        .end_object();
  }
  json.end_array().end_object();
}

void append_standing(JsonWriter& json, const StandingLine& line) {
  const Standing& standing = line.standing;
  json.begin_object().member("channel", line.channel);
  if (!standing.state) {
    json.member("not_for_this_channel", true).end_object();
    return;
  }
  json.member("state", name_of(*standing.state));
  append_time(json, "since", standing.since);
  json.member("attempts", standing.attempts);
  append_time(json, "due", standing.due);
  json.text_member("reason", standing.reason)
      .text_member("detail", standing.detail)
      .text_member("instance", standing.instance);
  if (standing.maybe_published) {
    json.member("maybe_published", true);
  }
  if (*standing.state == DeliveryState::published) {
    append_receipt(json.key("receipt"), standing.receipt);
  }
  json.text_member("next", line.next).end_object();
}

DeliveryLine delivery_line(const History& history, const ChannelNames& names, DeliveryChanged row) {
  DeliveryLine line{.row = std::move(row)};
  line.channel = names.id(channel_of(line.row.subscriber));
  if (const auto release = line_of(history, line.row.seq, 0)) {
    line.title = release->title;
    line.publication = release->entry.publisher + "/" + release->entry.parts.front().id;
  }
  return line;
}

void append_delivery(JsonWriter& json, const DeliveryLine& line) {
  const DeliveryChanged& row = line.row;
  json.member("id", line.channel + "/" + std::to_string(row.seq.value))
      .member("channel", line.channel)
      .member("seq", row.seq.value)
      .member("title", line.title)
      .member("publication", line.publication)
      .member("state", name_of(row.state));
  append_time(json, "since", row.at);
  json.member("attempts", row.attempts).member("failures", row.failures);
  append_time(json, "due", row.due);
  // Of a first attempt under way there is no outcome yet.
  if (row.attempts > (row.state == DeliveryState::leased ? 1U : 0U)) {
    json.member("outcome", name_of(row.outcome));
  }
  json.text_member("reason", row.reason)
      .text_member("detail", row.detail)
      .text_member("instance", row.instance);
  if (row.maybe_published) {
    json.member("maybe_published", true);
  }
}

std::vector<ChannelLine> channel_lines(const Exchange& exchange, const BrokerView& view) {
  const auto counts = exchange.history().open_counts();
  std::vector<ChannelLine> lines;
  for (const ChannelView& channel : view.core.channels) {
    ChannelLine line{.view = channel, .policy = exchange.context().county.channel(channel.id)};
    line.waiting = count_of(counts, channel.channel, DeliveryState::waiting);
    line.confirming = count_of(counts, channel.channel, DeliveryState::confirming);
    line.parked = count_of(counts, channel.channel, DeliveryState::parked);
    if (channel.configured || line.waiting + line.confirming + line.parked > 0) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

void append_channel(JsonWriter& json, const ChannelLine& line) {
  json.member("id", line.view.id)
      .member("name", line.policy != nullptr ? line.policy->name : line.view.id)
      .member("configured", line.view.configured)
      .member("portal", line.policy != nullptr && line.policy->portal)
      .key("connected")
      .begin_array();
  for (const SessionView& session : line.view.sessions) {
    json.begin_object().member("instance", session.instance).end_object();
  }
  json.end_array()
      .member("behind", line.view.behind)
      .member("leased", line.view.leased)
      .member("waiting", line.waiting)
      .member("confirming", line.confirming)
      .member("parked", line.parked);
}

}  // namespace gulou
