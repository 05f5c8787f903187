#include "broker/admin/attention.h"

#include "broker/admin/confirmations.h"
#include "broker/admin/fits.h"
#include "broker/admin/fleets.h"
#include "broker/admin/holds.h"
#include "broker/admin/takedowns.h"
#include "common/base/fleet_limits.h"
#include "common/base/limits.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace gulou {
namespace {

constexpr int64_t day_ms = 24LL * 3600 * 1000;

std::string command(std::string_view list, const std::string& channel) {
  return "gulou delivery list --" + std::string(list) + " --channel " + channel;
}

void add_parked(std::vector<Attention>& list, const History& history, const ChannelLine& line) {
  const auto rows = history.open_deliveries(
      line.view.channel, DeliveryState::parked, {}, {}, limits::page_rows_max);
  Utc oldest;
  Attention unsure{.code = "delivery_ambiguous", .channel = line.view.id, .who = "who_operator"};
  for (const DeliveryChanged& row : rows) {
    oldest = oldest ? std::min(oldest, row.at) : row.at;
    if (row.maybe_published || row.outcome == Outcome::ambiguous) {
      unsure.since = unsure.since ? std::min(unsure.since, row.at) : row.at;
      ++unsure.count;
    }
  }
  list.push_back({.code = "delivery_parked",
                  .since = oldest,
                  .count = line.parked,
                  .channel = line.view.id,
                  .args = {line.view.id, std::to_string(line.parked)},
                  .who = "who_operator",
                  .command = command("parked", line.view.id)});
  if (unsure.count > 0) {
    unsure.args = {line.view.id, std::to_string(unsure.count)};
    unsure.command = command("parked", line.view.id);
    list.push_back(std::move(unsure));
  }
}

// Devices nobody has heard of for a day of their working hours, and those that say themselves that
// something is wrong.
void add_devices(std::vector<Attention>& list, const History& history, const BrokerView& view) {
  std::map<std::string, Attention> silent;
  std::map<std::pair<std::string, DeviceFault>, Attention> faulty;
  for (const DeviceLine& line : device_lines(history, view)) {
    const Utc heard = std::max(line.position.contact, line.row.enrolled_at);
    if (!line.connected && line.silent_ms >= limits::attention_device_silent_ms) {
      Attention& one = silent[line.channel];
      ++one.count;
      one.since = one.since ? std::min(one.since, heard) : heard;
    }
    for (const DeviceFault fault : all_device_faults) {
      if (line.connected && (line.connected->faults & static_cast<uint8_t>(fault)) != 0) {
        Attention& one = faulty[{line.channel, fault}];
        ++one.count;
        one.args = {line.channel, {}, line.row.name};
      }
    }
  }
  for (auto& [channel, one] : silent) {
    one.code = "devices_silent";
    one.channel = channel;
    one.args = {channel, std::to_string(one.count)};
    one.who = "who_operator";
    one.command = "gulou device list --silent 1d --channel " + channel;
    list.push_back(std::move(one));
  }
  for (auto& [key, one] : faulty) {
    one.code = "devices_" + std::string(name_of(key.second));
    one.channel = key.first;
    one.args[1] = std::to_string(one.count);
    one.who = "who_operator";
    one.command = "gulou device list --faulty --channel " + key.first;
    list.push_back(std::move(one));
  }
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
    if (cursor.subscriber == shared_subscriber(channel) && cursor.kind == CursorKind::log) {
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

// A channel that hands out nothing but withdrawals.
void add_sleeping(std::vector<Attention>& list, const ChannelLine& line) {
  const ChannelCondition& condition = line.view.condition;
  const ChannelState state = state_of(condition);
  if (state == ChannelState::open || state == ChannelState::retired) {
    return;
  }
  Attention found{.code = "channel_" + std::string(name_of(state)),
                  .since = condition.at,
                  .count = 1,
                  .channel = line.view.id};
  const std::string until = condition.until ? format_shanghai(condition.until) : std::string();
  found.args = {line.view.id, until, std::to_string(condition.failures)};
  found.reason = condition.reason;
  found.detail = condition.detail;
  found.who = "who_adapter";
  found.command = "gulou channel show " + line.view.id;
  if (state == ChannelState::paused) {
    found.since = condition.paused_at;
    found.args = {line.view.id, condition.paused_by, condition.paused_reason, until};
    found.reason.clear();
    found.detail.clear();
    found.who = "who_operator";
    found.command = "gulou channel resume " + line.view.id;
  } else if (state == ChannelState::throttled) {
    found.who = "who_platform";
  }
  list.push_back(std::move(found));
}

void add_gate(std::vector<Attention>& list, const ChannelLine& line, Utc now) {
  const bool overdue = line.view.gate_waits_for && line.view.gate_overdue_at &&
                       line.view.gate_overdue_at <= now && line.policy != nullptr;
  if (!overdue) {
    return;
  }
  const std::string seq = "'#" + std::to_string(line.view.gate_waits_for.value) + "'";
  list.push_back({.code = "gate_overdue",
                  .since = line.view.gate_overdue_at,
                  .count = 1,
                  .channel = line.view.id,
                  .args = {line.view.id,
                           line.policy->gate.channel,
                           std::to_string(line.view.gate_waits_for.value)},
                  .who = "who_operator",
                  .command = "gulou gate open " + seq + " --channel " + line.view.id});
}

// The gravest of all: something is still shown that must not be.
void add_takedowns(std::vector<Attention>& list,
                   const History& history,
                   const CountySettings& county,
                   const BrokerView& view) {
  for (const Takedown& one : open_takedowns(history, county, view)) {
    std::string channels;
    uint64_t open = 0;
    bool waits = false;
    for (const TakedownPlace& place : one.places) {
      if (place.open()) {
        channels += (channels.empty() ? "" : " ") + place.id;
        waits = waits || place.needs_person();
        ++open;
      }
    }
    const bool overdue = one.overdue(view.now);
    if (!overdue && !waits) {
      continue;
    }
    const std::string seq = std::to_string(one.entry.seq.value);
    list.push_back({.code = overdue ? "takedown_overdue" : "takedown_waits",
                    .since = one.entry.accepted_at,
                    .count = open,
                    .args = {seq, std::to_string(open), channels},
                    .who = "who_operator",
                    .command = "gulou takedown show '#" + seq + "'"});
  }
}

// Interpretations planned for a day that is over: one line for each policy document.
void add_overdue_phases(std::vector<Attention>& list, const History& history, Utc now) {
  const size_t first = list.size();
  const auto due = history.phases_due(format_shanghai_date(now), limits::page_rows_max);
  for (const PhaseDueRow& row : due) {
    const std::string seq = std::to_string(row.planned_by.value);
    const auto known = std::find_if(list.begin() + static_cast<std::ptrdiff_t>(first),
                                    list.end(),
                                    [&](const Attention& one) { return one.args.front() == seq; });
    if (known != list.end()) {
      ++known->count;
      known->args.back() = std::to_string(known->count);
      continue;
    }
    Utc since = parse_shanghai_date(row.due_on).value_or(Utc{});
    since.ms += since ? day_ms : 0;
    list.push_back({.code = "interpretation_overdue",
                    .since = since,
                    .count = 1,
                    .args = {seq, row.due_on, "1"},
                    .who = "who_drafting_unit",
                    .command = "gulou release show '#" + seq + "'"});
  }
}

void add_machine(std::vector<Attention>& list, const BrokerView& view) {
  const ShellView& shell = view.shell;
  if (const auto& loss = view.core.loss) {
    list.push_back(
        {.code = "data_loss_suspected",
         .since = loss->at,
         .count = 1,
         .args = {loss->by, std::to_string(loss->seq.value), std::to_string(view.core.head.value)},
         .who = "who_administrator",
         .command = "gulou journal accept-loss"});
  }
  for (const ClonedKey& key : shell.cloned_keys) {
    list.push_back({.code = "cloned_key",
                    .since = key.since,
                    .count = key.times,
                    .args = {key.principal, key.instance},
                    .who = "who_administrator",
                    .command = "gulou key new " + key.principal});
  }
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
  for (const NotifyFailure& failure : shell.notify_failures) {
    list.push_back({.code = "notify_failed",
                    .since = failure.since,
                    .count = failure.times,
                    .args = {failure.way, std::to_string(failure.times), describe(failure.error)},
                    .who = "who_administrator",
                    .command = "gulou notify test"});
  }
}

}  // namespace

std::vector<Attention> attention(const History& history,
                                 const CountySettings& county,
                                 const BrokerView& view,
                                 const std::vector<ChannelLine>& channels) {
  std::vector<Attention> list;
  add_machine(list, view);
  add_takedowns(list, history, county, view);
  add_confirmations(list, history, view);
  add_devices(list, history, view);
  for (const ChannelLine& line : channels) {
    if (line.parked > 0) {
      add_parked(list, history, line);
    }
    add_gate(list, line, view.now);
    add_sleeping(list, line);
    if (line.view.configured && line.policy != nullptr && line.view.behind > 0 &&
        line.view.sessions.empty() && line.policy->mode != Mode::manual && !line.policy->fleet) {
      add_unserved(list, history, line);
    }
    if (line.waiting > 0) {
      add_failing(list, history, line);
    }
  }
  add_overdue_phases(list, history, view.now);
  return list;
}

std::string sentence_of(Language language, const Attention& attention) {
  std::vector<std::string> args = attention.args;
  if (!attention.reason.empty() || !attention.detail.empty()) {
    args.push_back(explanation(language, attention.reason, attention.detail));
  }
  return sentence(language, "attention_" + attention.code, attention.channel, args);
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
        .member("sentence", sentence_of(exchange.language(), one))
        .member("who", word(exchange.language(), one.who))
        .member("command", one.command)
        .end_object();
  }
  json.end_array();
}

}  // namespace gulou
