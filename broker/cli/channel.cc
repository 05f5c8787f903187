#include "broker/cli/broker_client.h"
#include "broker/cli/channel_lines.h"
#include "broker/cli/json_tree.h"
#include "broker/cli/nouns.h"
#include "broker/cli/table.h"

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

}  // namespace

void print_channels(const Shell& shell, const JsonValue::Array& channels) {
  Table table({std::string(shell.word("noun_channel")),
               std::string(shell.word("noun_name")),
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
  Table policy({});
  add_policy(policy, "", answer->value.at("policy"));
  if (!policy.empty()) {
    shell.print("");
    shell.print(policy.text(60, "  "));
  }
  shell.print("");
  if (answer->value.items("connected").empty()) {
    shell.print(shell.text("channel_unserved", {id, shell.home}));
  } else if (answer->value.integer("parked") > 0) {
    shell.print(shell.text("channel_parked", {id}));
  } else {
    shell.print(shell.text("channel_served", {id}));
  }
  return Exit::done;
}

}  // namespace gulou::cli
