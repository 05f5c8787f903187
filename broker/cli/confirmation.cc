// Confirmations: what waits for a second operator; confirming and refusing.
#include "broker/cli/broker_client.h"
#include "broker/cli/nouns.h"
#include "broker/cli/table.h"
#include "common/json/writer.h"

#include <utility>

namespace gulou::cli {
namespace {

std::string path_of(const std::string& no) {
  return "/v1/confirmations/" + segment(no);
}

std::string joined(const JsonValue& value, std::string_view name) {
  std::string all;
  for (const JsonValue& one : value.items(name)) {
    all += (all.empty() ? "" : "  ") + std::string(one.text());
  }
  return all;
}

void print_confirmation(const Shell& shell, const JsonValue& one, const std::string& url) {
  Table table({});
  const auto add = [&table, &shell](std::string_view label, std::string value) {
    if (!value.empty()) {
      table.add({std::string(shell.word(label)), std::move(value)});
    }
  };
  const std::string number = std::to_string(one.integer("confirmation"));
  add("noun_confirmation", number);
  add("noun_act", std::string(shell.word("act", one.text("act"))));
  add("noun_about", std::string(one.text("sentence")));
  add("noun_state", std::string(shell.word("confirmation", one.text("state"))));
  add("noun_asked_by", std::string(one.text("asked_by")));
  add("noun_reason", std::string(one.text("reason")));
  add("noun_time", local_time(one.text("asked_at")));
  add("confirmation_until", local_time(one.text("until")));
  add("noun_release", joined(one, "publications"));
  add("noun_decided_by", std::string(one.text("decided_by")));
  add("noun_decided_reason", std::string(one.text("decided_reason")));
  shell.print(table.text());
  if (!one.text("command").empty()) {
    shell.print("");
    shell.print(shell.text(
        "confirmation_how",
        {std::string(one.text("command")), number, url + std::string(one.text("link"))}));
  }
}

}  // namespace

Exit list_confirmations(const Shell& shell, bool open) {
  auto client = BrokerClient::open(shell);
  const std::string path = std::string("/v1/confirmations") + (open ? "?open=1" : "");
  const auto answer = client ? client->get(path) : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  const JsonValue::Array& rows = answer->value.items("confirmations");
  if (shell.json) {
    shell.print_json(answer->text);
  } else if (rows.empty()) {
    shell.print(shell.text("no_confirmations"));
  } else {
    Table table({std::string(shell.word("noun_confirmation")),
                 std::string(shell.word("noun_time")),
                 std::string(shell.word("noun_state")),
                 std::string(shell.word("noun_asked_by")),
                 std::string(shell.word("noun_decided_by")),
                 std::string(shell.word("noun_about"))});
    for (const JsonValue& row : rows) {
      table.add({std::to_string(row.integer("confirmation")),
                 local_time(row.text("asked_at")),
                 std::string(shell.word("confirmation", row.text("state"))),
                 std::string(row.text("asked_by")),
                 std::string(row.text("decided_by")),
                 std::string(row.text("sentence"))});
    }
    shell.print(table.text());
  }
  return Exit::done;
}

Exit show_confirmation(const Shell& shell, const std::string& no) {
  auto client = BrokerClient::open(shell);
  const std::string url = client ? client->url() : std::string();
  return show_answer(
      shell, path_of(no), [&](const JsonValue& one) { print_confirmation(shell, one, url); });
}

Exit decide_confirmation(const Shell& shell, const ConfirmationDecision& decision) {
  auto client = BrokerClient::open(shell);
  const auto shown =
      client ? client->get(path_of(decision.no)) : Result<Answer>(gulou::fail(client.error()));
  if (!shown) {
    return shell.fail(shown.error());
  }
  if (decision.gives && !decision.yes) {
    if (!shell.json) {
      print_confirmation(shell, shown->value, client->url());
    }
    if (shell.json || !shell.read_line) {
      shell.complain(shell.text("confirmation_needs_yes"));
      return Exit::usage;
    }
    if (!shell.confirm(shell.text("confirmation_sure"))) {
      shell.print(shell.text("confirmation_not_given"));
      return Exit::refused;
    }
  }
  JsonWriter body;
  body.begin_object().text_member("reason", decision.reason).end_object();
  const auto answer =
      client->post_once(path_of(decision.no) + (decision.gives ? "/give" : "/refuse"), body.take());
  if (!answer) {
    return shell.fail(answer.error());
  }
  if (shell.json) {
    shell.print_json(answer->text);
  } else {
    shell.print(shell.text(decision.gives ? "confirmation_given_now" : "confirmation_refused_now",
                           {decision.no}));
  }
  return Exit::done;
}

}  // namespace gulou::cli
