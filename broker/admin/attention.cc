#include "broker/admin/attention.h"

#include "broker/admin/fits.h"
#include "common/base/limits.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <array>

namespace gulou {
namespace {

std::string command(std::string_view list, const std::string& channel) {
  return "gulou delivery list --" + std::string(list) + " --channel " + channel;
}

Attention parked(const History& history, const ChannelLine& line) {
  const auto rows = history.open_deliveries(
      line.view.channel, DeliveryState::parked, {}, {}, limits::page_rows_max);
  const auto oldest = std::min_element(
      rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return {.code = "delivery_parked",
          .since = oldest == rows.end() ? Utc{} : oldest->at,
          .count = line.parked,
          .channel = line.view.id,
          .args = {line.view.id, std::to_string(line.parked)},
          .who = "who_operator",
          .command = command("parked", line.view.id)};
}

// Deliveries that failed again and again and will be tried once more.
void add_failing(std::vector<Attention>& list, const History& history, const ChannelLine& line) {
  uint64_t failing = 0;
  const DeliveryChanged* first = nullptr;
  const auto rows = history.open_deliveries(
      line.view.channel, DeliveryState::waiting, {}, {}, limits::page_rows_max);
  for (const DeliveryChanged& row : rows) {
    if (row.failures < limits::attention_failures_min) {
      continue;
    }
    ++failing;
    if (first == nullptr || row.first_leased_at < first->first_leased_at) {
      first = &row;
    }
  }
  if (first != nullptr) {
    list.push_back({.code = "delivery_failing",
                    .since = first->first_leased_at,
                    .count = failing,
                    .channel = line.view.id,
                    .args = {line.view.id,
                             std::to_string(failing),
                             first->reason,
                             std::to_string(first->failures)},
                    .who = "who_adapter",
                    .command = command("waiting", line.view.id)});
  }
}

// What waits for an adapter of a channel. Not exact: the look ended before the oldest of it.
struct Backlog {
  uint64_t count = 0;
  Utc since;
  bool exact = true;
};

std::array<Seq, 5> cursors_of(const History& history, ChannelNo channel) {
  std::array<Seq, 5> cursors{};
  for (const ChannelDefined& defined : history.channels()) {
    if (defined.channel == channel) {
      cursors.fill(defined.from);
    }
  }
  for (const CursorMoved& cursor : history.cursors()) {
    if (cursor.subscriber == shared_subscriber(channel)) {
      cursors.at(static_cast<size_t>(cursor.lane)) = cursor.to;
    }
  }
  return cursors;
}

// Cursors move only while somebody is served, so entries the channel does not take are told apart
// here. Newest first, at most limits::attention_releases_max.
Backlog backlog(const History& history, ChannelNo channel, const ChannelFilter& filter) {
  const auto cursors = cursors_of(history, channel);
  const Seq lowest = *std::min_element(cursors.begin() + 1, cursors.end());
  Backlog found;
  Seq before;
  for (size_t seen = 0; seen < limits::attention_releases_max;) {
    const auto lines = history.releases(before, limits::page_rows_max);
    for (const ReleaseLine& line : lines) {
      if (line.seq > cursors.at(static_cast<size_t>(line.entry.lane)) && line.part == 0 &&
          takes(filter, line.entry)) {
        ++found.count;
        found.since = line.entry.accepted_at;
      }
    }
    if (lines.size() < limits::page_rows_max || lines.back().seq <= lowest) {
      return found;
    }
    seen += lines.size();
    before = lines.back().seq;
  }
  found.exact = false;
  return found;
}

void add_unserved(std::vector<Attention>& list, const History& history, const ChannelLine& line) {
  Backlog waiting = backlog(history, line.view.channel, line.policy->filter);
  if (!waiting.exact) {
    waiting = {std::max(waiting.count, uint64_t{1}), {}, false};
  }
  if (waiting.count > 0) {
    list.push_back({.code = "channel_unserved",
                    .since = waiting.since,
                    .count = waiting.count,
                    .channel = line.view.id,
                    .args = {line.view.id, std::to_string(waiting.count)},
                    .who = "who_adapter",
                    .command = "gulou channel show " + line.view.id});
  }
}

void add_machine(std::vector<Attention>& list, const ShellView& shell) {
  if (!shell.chain_failure.empty()) {
    list.push_back({.code = "chain_failed",
                    .count = 1,
                    .args = {shell.chain_failure},
                    .who = "who_administrator",
                    .command = "gulou journal verify"});
  }
  if (!shell.disk_accepting) {
    constexpr uint64_t mebibyte = 1024 * 1024;
    list.push_back({.code = "disk_full",
                    .count = 1,
                    .args = {std::to_string(shell.disk_free_bytes / mebibyte),
                             std::to_string(shell.disk_total_bytes / mebibyte)},
                    .who = "who_administrator",
                    .command = "gulou doctor"});
  }
}

}  // namespace

std::vector<Attention> attention(const History& history,
                                 const BrokerView& view,
                                 const std::vector<ChannelLine>& channels) {
  std::vector<Attention> list;
  add_machine(list, view.shell);
  for (const ChannelLine& line : channels) {
    if (line.parked > 0) {
      list.push_back(parked(history, line));
    }
    if (line.view.configured && line.policy != nullptr && line.view.behind > 0 &&
        line.view.sessions.empty()) {
      add_unserved(list, history, line);
    }
    if (line.waiting > 0) {
      add_failing(list, history, line);
    }
  }
  return list;
}

void append_attention(JsonWriter& json,
                      const std::vector<Attention>& list,
                      const Exchange& exchange) {
  json.begin_array();
  for (const Attention& one : list) {
    json.begin_object().member("code", one.code);
    append_time(json, "since", one.since);
    json.member("count", one.count)
        .text_member("channel", one.channel)
        .member("sentence",
                sentence(exchange.language(), "attention_" + one.code, one.channel, one.args))
        .member("who", word(exchange.language(), one.who))
        .member("command", one.command)
        .end_object();
  }
  json.end_array();
}

}  // namespace gulou
