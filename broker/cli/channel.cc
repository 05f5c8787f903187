#include "broker/cli/broker_client.h"
#include "broker/cli/channel_lines.h"
#include "broker/cli/json_tree.h"
#include "broker/cli/nouns.h"
#include "broker/cli/table.h"
#include "common/json/writer.h"
#include "common/text/catalogue.h"

#include <utility>

namespace gulou::cli {
namespace {

std::string instances(const Shell& shell, const JsonValue& channel) {
  std::string text;
  for (const JsonValue& session : channel.items("connected")) {
    text += text.empty() ? "" : " ";
    text += session.text("instance");
  }
  return text.empty() ? std::string(shell.word("channel_offline")) : text;
}

// "filter.imports  true", one line per value, as configuration names them.
void add_policy(Table& table, const std::string& name, const JsonValue& value) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.members()) {
      std::string inner = name;
      inner.append(name.empty() ? "" : ".").append(key);
      add_policy(table, inner, member);
    }
  } else {
    table.add({name, to_text(value)});
  }
}

// "已暂停", "平台限额，暂缓 → 2026-11-25 08:00", and what is peculiar about the channel.
std::string channel_state(const Shell& shell, const JsonValue& channel) {
  std::string state(shell.word("channel", channel.text("state", "open")));
  const std::string until = local_time(channel.text("until"));
  state += until.empty() || channel.text("state") == "open" ? "" : " → " + until;
  if (const std::string_view mode = channel.text("mode", "api"); mode != "api") {
    state += " · " + std::string(shell.word("mode", mode));
  }
  if (!channel.boolean("read_back", true)) {
    state += " · " + std::string(shell.word("channel_not_read_back"));
  }
  return state;
}

std::string rates_text(const JsonValue& channel) {
  std::string text;
  for (const auto& [window, rate] : channel.at("rates").members()) {
    text += (text.empty() ? "" : "  ") + window + " " + std::to_string(rate.integer("used")) + "/" +
            std::to_string(rate.integer("most"));
  }
  return text;
}

// Since when, why, until when, by whom; rates and gate.
void print_condition(const Shell& shell, const JsonValue& channel) {
  Table table({});
  const auto add = [&table, &shell](std::string_view label, std::string value) {
    if (!value.empty()) {
      table.add({std::string(shell.word(label)), std::move(value)});
    }
  };
  const bool open = channel.text("state") == "open";
  add("noun_since", open ? std::string() : local_time(channel.text("since")));
  add("noun_until", open ? std::string() : local_time(channel.text("until")));
  add("noun_operator", std::string(channel.text("by")));
  add("noun_reason", std::string(channel.text("by_reason")));
  add("noun_platform_state", std::string(shell.word("channel", channel.text("platform_state"))));
  if (!open) {
    add("noun_note", explanation(shell.language, channel.text("reason"), channel.text("detail")));
  }
  add("noun_rate", rates_text(channel));
  add("noun_gate", std::string(channel.text("gate.channel")));
  if (const int64_t seq = channel.integer("gate_waits_for"); seq > 0) {
    add("noun_gate_waits",
        "#" + std::to_string(seq) + "  " + local_time(channel.text("gate_overdue_at")));
  }
  if (!table.empty()) {
    shell.print("");
    shell.print(table.text(60, "  "));
  }
}

}  // namespace

void print_channels(const Shell& shell, const JsonValue::Array& channels) {
  Table table({std::string(shell.word("noun_channel")),
               std::string(shell.word("noun_name")),
               std::string(shell.word("noun_state")),
               std::string(shell.word("state_behind")),
               std::string(shell.word("state_leased")),
               std::string(shell.word("state_waiting")),
               std::string(shell.word("state_confirming")),
               std::string(shell.word("state_parked")),
               std::string(shell.word("noun_adapter"))});
  for (const JsonValue& channel : channels) {
    const auto number = [&channel](std::string_view name) {
      return std::to_string(channel.integer(name));
    };
    table.add({std::string(channel.text("id")),
               std::string(channel.text("name")),
               channel_state(shell, channel),
               number("behind"),
               number("leased"),
               number("waiting"),
               number("confirming"),
               number("parked"),
               instances(shell, channel)});
  }
  shell.print(table.text());
}

Exit list_channels(const Shell& shell) {
  auto client = BrokerClient::open(shell);
  const auto answer =
      client ? client->get("/v1/channels") : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  const JsonValue::Array& channels = answer->value.items("channels");
  if (shell.json) {
    shell.print_json(answer->text);
  } else if (channels.empty()) {
    shell.print(shell.text("no_channels", {shell.home}));
  } else {
    print_channels(shell, channels);
  }
  return Exit::done;
}

Exit show_channel(const Shell& shell, const std::string& id) {
  auto client = BrokerClient::open(shell);
  const auto answer = client ? client->get("/v1/channels/" + segment(id))
                             : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  if (shell.json) {
    shell.print_json(answer->text);
    return Exit::done;
  }
  print_channels(shell, {answer->value});
  print_condition(shell, answer->value);
  Table policy({});
  add_policy(policy, "", answer->value.at("policy"));
  if (!policy.empty()) {
    shell.print("");
    shell.print(policy.text(60, "  "));
  }
  shell.print("");
  if (answer->value.text("state") == "paused") {
    shell.print(shell.text("channel_paused_next", {id}));
  } else if (answer->value.items("connected").empty() && answer->value.text("mode") != "manual") {
    shell.print(shell.text("channel_unserved", {id, shell.home}));
  } else if (answer->value.integer("parked") > 0) {
    shell.print(shell.text("channel_parked", {id}));
  } else {
    shell.print(shell.text("channel_served", {id}));
  }
  return Exit::done;
}

Exit decide_channel(const Shell& shell, const ChannelDecision& decision) {
  if (decision.all != decision.channel.empty()) {
    shell.complain(shell.text("channel_or_all", {decision.verb}));
    return Exit::usage;
  }
  if (decision.verb == "retire" && !decision.yes) {
    shell.complain(shell.text("channel_retire_would", {decision.channel}));
    return Exit::usage;
  }
  auto client = BrokerClient::open(shell);
  const std::string path =
      "/v1/channels/" + (decision.all ? "" : segment(decision.channel) + "/") + decision.verb;
  JsonWriter body;
  body.begin_object().member("reason", decision.reason).end_object();
  const auto answer =
      client ? client->post(path, body.take()) : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  if (shell.json) {
    shell.print_json(answer->text);
  } else {
    const std::string which =
        decision.all ? std::string(shell.word("channel_all")) : decision.channel;
    shell.print(shell.text("channel_did_" + decision.verb, {which}));
  }
  return Exit::done;
}

}  // namespace gulou::cli
