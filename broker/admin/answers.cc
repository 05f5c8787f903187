#include "broker/admin/answers.h"

#include "broker/admin/holds.h"

#include <algorithm>

namespace gulou {
namespace {

uint64_t count_of(const std::vector<StateCount>& counts, ChannelNo channel, DeliveryState state) {
  const auto at = std::find_if(counts.begin(), counts.end(), [&](const StateCount& one) {
    return one.channel == channel && one.state == state;
  });
  return at == counts.end() ? 0 : at->count;
}

// Also what lies behind a pause: a quota met while paused is still there.
void append_condition(JsonWriter& json, const ChannelCondition& condition) {
  const ChannelState state = state_of(condition);
  const bool by_person = state == ChannelState::paused || state == ChannelState::retired;
  json.member("state", name_of(state));
  append_time(json,
              "since",
              state == ChannelState::paused    ? condition.paused_at
              : state == ChannelState::retired ? condition.retired_at
                                               : condition.at);
  append_time(json, "until", condition.until);
  if (by_person) {
    const bool paused = state == ChannelState::paused;
    json.text_member("by", paused ? condition.paused_by : condition.retired_by)
        .text_member("by_reason", paused ? condition.paused_reason : condition.retired_reason);
    if (condition.state != ChannelState::open) {
      json.member("platform_state", name_of(condition.state));
    }
  }
  json.text_member("reason", condition.reason).text_member("detail", condition.detail);
  if (condition.failures > 0) {
    json.member("failures", condition.failures);
  }
}

void append_rates(JsonWriter& json, const Rates& rates, const RateUsed& used, Utc now) {
  const auto add = [&json](std::string_view name, uint32_t most, bool current, uint32_t count) {
    if (most > 0) {
      json.key(name)
          .begin_object()
          .member("most", most)
          .member("used", current ? count : 0U)
          .end_object();
    }
  };
  constexpr int64_t second_ms = 1000;
  constexpr int64_t minute_ms = 60 * second_ms;
  json.key("rates").begin_object();
  add("second", rates.per_second, now.ms - used.second.ms < second_ms, used.in_second);
  add("minute", rates.per_minute, now.ms - used.minute.ms < minute_ms, used.in_minute);
  add("day",
      rates.per_day,
      format_shanghai_date(now) == format_shanghai_date(used.day),
      used.in_day);
  json.end_object();
}

std::string_view word_of(Mode mode) {
  switch (mode) {
    case Mode::api:
      return "api";
    case Mode::draft:
      return "draft";
    case Mode::manual:
      return "manual";
  }
  return {};
}

void append_manner(JsonWriter& json, const Channel& policy, const RateUsed& used, Utc now) {
  json.member("mode", word_of(policy.mode)).member("read_back", policy.read_back);
  if (!policy.gate.channel.empty()) {
    json.key("gate")
        .begin_object()
        .member("channel", policy.gate.channel)
        .member("timeout_ms", policy.gate.timeout_ms)
        .member("proceeds", policy.gate.proceeds)
        .member("urgent_skips", policy.gate.urgent_skips)
        .end_object();
  }
  if (policy.rates.any()) {
    append_rates(json, policy.rates, used, now);
  }
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

std::string title_of(const History& history, const EntryAccepted& entry, const EntryPart& part) {
  const Seq seq = entry.kind == EntryKind::withdrawal ? part.previous_seq : entry.seq;
  const auto row = history.entry(seq);
  if (!row) {
    return {};
  }
  for (size_t i = 0; i < row->entry.parts.size(); ++i) {
    if (row->entry.parts[i].id == part.id) {
      return history.title(seq, static_cast<uint8_t>(i)).value_or(std::string());
    }
  }
  return {};
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

Result<ChannelNo> ChannelNames::require(std::string_view id) const {
  if (const auto channel = find(id)) {
    return *channel;
  }
  return fail(ErrorCode::not_found, "channel_unknown", "channel", {std::string(id)});
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
  json.text_member("by", line.by);
  if (line.proof) {
    json.member("proof", to_hex(line.proof));
  }
  if (!line.gate.empty()) {
    json.key("gate").begin_object().member("channel", line.gate);
    append_time(json, "overdue_at", line.gate_overdue_at);
    json.end_object();
  }
  if (line.fleet) {
    append_fleet(json.key("fleet"), *line.fleet, limits::page_rows_default);
  }
  if (line.channel_state != ChannelState::open) {
    json.member("channel_state", name_of(line.channel_state));
  }
  if (line.policy != nullptr && !line.policy->read_back) {
    json.member("read_back", false);
  }
  json.text_member("next", line.next).end_object();
}

DeliveryLine delivery_line(const History& history, const ChannelNames& names, DeliveryChanged row) {
  DeliveryLine line{.row = std::move(row)};
  line.channel = names.id(channel_of(line.row.subscriber));
  if (const auto release = line_of(history, line.row.seq, 0)) {
    line.title = release->entry.kind == EntryKind::withdrawal
                     ? title_of(history, release->entry, release->entry.parts.front())
                     : release->title;
    line.publication = release->entry.publisher + "/" + release->entry.parts.front().id;
  }
  return line;
}

void append_delivery(JsonWriter& json, const DeliveryLine& line) {
  const DeliveryChanged& row = line.row;
  json.member("id", line.channel + "/" + std::to_string(row.seq.value))
      .member("channel", line.channel)
      .member("seq", row.seq.value)
      .member("lane", name_of(row.lane))
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
      .text_member("instance", row.instance)
      .text_member("by", row.by);
  if (row.proof) {
    json.member("proof", to_hex(row.proof));
  }
  if (row.maybe_published) {
    json.member("maybe_published", true);
  }
}

std::vector<ChannelLine> channel_lines(const History& history,
                                       const CountySettings& county,
                                       const BrokerView& view) {
  const auto counts = history.open_counts();
  std::vector<ChannelLine> lines;
  for (const ChannelView& channel : view.core.channels) {
    ChannelLine line{.view = channel, .policy = county.channel(channel.id)};
    line.waiting = count_of(counts, channel.channel, DeliveryState::waiting);
    line.confirming = count_of(counts, channel.channel, DeliveryState::confirming);
    line.parked = count_of(counts, channel.channel, DeliveryState::parked);
    if (channel.configured || line.waiting + line.confirming + line.parked > 0) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

void append_channel(JsonWriter& json, const ChannelLine& line, Utc now) {
  json.member("id", line.view.id)
      .member("name", line.policy != nullptr ? line.policy->name : line.view.id)
      .member("configured", line.view.configured)
      .member("portal", line.policy != nullptr && line.policy->portal);
  append_condition(json, line.view.condition);
  if (line.policy != nullptr) {
    append_manner(json, *line.policy, line.view.used, now);
  }
  if (line.view.gate_waits_for) {
    json.member("gate_waits_for", line.view.gate_waits_for.value);
    append_time(json, "gate_overdue_at", line.view.gate_overdue_at);
  }
  json.key("connected").begin_array();
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
