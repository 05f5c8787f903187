#include "broker/cli/attachment_file.h"
#include "broker/cli/broker_client.h"
#include "broker/cli/nouns.h"
#include "broker/cli/release_lines.h"
#include "broker/cli/table.h"
#include "broker/cli/upload.h"
#include "common/json/writer.h"
#include "common/text/catalogue.h"

#include <vector>

namespace gulou::cli {
namespace {

// "portal/12" as a path; the channel's name is a segment of its own.
std::string path_of(const std::string& id) {
  const size_t slash = id.rfind('/');
  if (slash == std::string::npos) {
    return "/v1/deliveries/" + segment(id) + "/0";
  }
  return "/v1/deliveries/" + segment(id.substr(0, slash)) + "/" + segment(id.substr(slash + 1));
}

std::string query_of(const DeliveryFilter& filter) {
  std::string query = "/v1/deliveries?";
  const auto add = [&query](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      query += (query.back() == '?' ? "" : "&") + std::string(name) + "=" + segment(value);
    }
  };
  add("state", filter.state);
  add("channel", filter.channel);
  add("after", filter.after);
  add("limit", filter.limit > 0 ? std::to_string(filter.limit) : "");
  return query;
}

// What went wrong in words.
std::string why(const Shell& shell, const JsonValue& row) {
  return explanation(shell.language, row.text("reason"), row.text("detail"));
}

void print_rows(const Shell& shell, const JsonValue::Array& rows) {
  Table table({std::string(shell.word("noun_delivery")),
               std::string(shell.word("noun_state")),
               std::string(shell.word("noun_since")),
               std::string(shell.word("noun_attempt")),
               std::string(shell.word("noun_reason")),
               std::string(shell.word("field_title"))});
  for (const JsonValue& row : rows) {
    table.add({std::string(row.text("id")),
               std::string(shell.word("state", row.text("state"))),
               local_time(row.text("since")),
               std::to_string(row.integer("attempts")),
               why(shell, row),
               std::string(row.text("title"))});
  }
  constexpr size_t reason_columns_max = 40;
  shell.print(table.text(reason_columns_max));
}

// Of each: what class of failure, in words, since when, and what a person should do.
void print_parked(const Shell& shell, const JsonValue::Array& rows) {
  for (const JsonValue& row : rows) {
    shell.print(std::string(row.text("id")) + "  " + std::string(row.text("title")));
    Table table({});
    table.add({std::string(shell.word("noun_since")),
               local_time(row.text("since")) + "  " +
                   shell.text("after_attempts", {std::to_string(row.integer("attempts"))})});
    std::string reason(shell.word("outcome", row.text("outcome")));
    const std::string said = why(shell, row);
    reason += reason.empty() || said.empty() ? "" : " · ";
    table.add({std::string(shell.word("noun_reason")), reason + said});
    if (row.boolean("maybe_published")) {
      table.add({std::string(shell.word("noun_note")), shell.text("delivery_maybe_published")});
    }
    shell.print(table.text(60, "  "));
    for (const JsonValue& step : row.items("steps")) {
      shell.print("  - " + std::string(step.text()));
    }
    shell.print("");
  }
}

void print_history(const Shell& shell, const JsonValue::Array& history) {
  if (history.empty()) {
    return;
  }
  Table table({std::string(shell.word("noun_attempt")),
               std::string(shell.word("noun_time")),
               std::string(shell.word("noun_outcome")),
               std::string(shell.word("noun_adapter")),
               std::string(shell.word("noun_reason"))});
  for (const JsonValue& attempt : history) {
    table.add({std::to_string(attempt.integer("attempt")),
               local_time(attempt.text("ended_at", attempt.text("leased_at"))),
               std::string(shell.word("outcome", attempt.text("outcome"))),
               std::string(attempt.text("instance")),
               why(shell, attempt)});
  }
  shell.print("");
  shell.print(table.text());
}

void print_delivery(const Shell& shell, const JsonValue& delivery) {
  shell.print(std::string(delivery.text("id")) + "  " + std::string(delivery.text("title")));
  Table table({});
  const auto add = [&table, &shell](std::string_view label, const std::string& value) {
    if (!value.empty()) {
      table.add({std::string(shell.word(label)), value});
    }
  };
  add("field_id", std::string(delivery.text("publication")));
  add("noun_state", standing_text(shell, delivery));
  add("noun_since", local_time(delivery.text("receipt.at", delivery.text("since"))));
  add("noun_due", local_time(delivery.text("due")));
  add("noun_reason", why(shell, delivery));
  if (delivery.boolean("maybe_published")) {
    add("noun_note", shell.text("delivery_maybe_published"));
  }
  for (const JsonValue& part : delivery.items("receipt.parts")) {
    add("noun_receipt", std::string(part.text("url", part.text("platform_id"))));
  }
  shell.print(table.text(60, "  "));
  if (!delivery.text("next").empty()) {
    shell.print("  " + std::string(delivery.text("next")));
  }
  print_history(shell, delivery.items("history"));
  if (!delivery.items("steps").empty()) {
    shell.print("");
    shell.print(shell.word("noun_next_step"));
  }
  for (const JsonValue& step : delivery.items("steps")) {
    shell.print("  " + std::string(step.text()));
  }
}

Exit decide(const Shell& shell,
            const std::string& id,
            std::string_view verb,
            const std::string& reason) {
  auto client = BrokerClient::open(shell);
  JsonWriter body;
  body.begin_object().member("reason", reason).end_object();
  const auto answer = client ? client->post(path_of(id) + "/" + std::string(verb), body.take())
                             : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  if (shell.json) {
    shell.print_json(answer->text.empty() ? "{}" : answer->text);
  } else {
    shell.print(
        shell.text(verb == "retry" ? "delivery_will_retry" : "delivery_was_cancelled", {id}));
  }
  return Exit::done;
}

}  // namespace

Exit list_deliveries(const Shell& shell, const DeliveryFilter& filter) {
  auto client = BrokerClient::open(shell);
  const auto answer =
      client ? client->get(query_of(filter)) : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  const JsonValue::Array& rows = answer->value.items("deliveries");
  if (shell.json) {
    shell.print_json(answer->text);
  } else if (rows.empty()) {
    shell.print(shell.text(filter.state.empty() ? "no_deliveries" : "no_deliveries_in_state",
                           {std::string(shell.word("state", filter.state))}));
  } else {
    filter.state == "parked" ? print_parked(shell, rows) : print_rows(shell, rows);
    if (const std::string_view next = answer->value.text("next"); !next.empty()) {
      shell.print(shell.text("more_deliveries", {std::string(next)}));
    } else {
      shell.print(shell.text("delivery_next_step", {std::string(rows[0].text("id"))}));
    }
  }
  return Exit::done;
}

Exit show_delivery(const Shell& shell, const std::string& id) {
  return show_answer(
      shell, path_of(id), [&](const JsonValue& delivery) { print_delivery(shell, delivery); });
}

Exit retry_delivery(const Shell& shell, const std::string& id, const std::string& reason) {
  return decide(shell, id, "retry", reason.empty() ? "gulou delivery retry" : reason);
}

Exit cancel_delivery(const Shell& shell, const Cancel& cancel) {
  if (!cancel.yes || cancel.reason.empty()) {
    shell.complain(shell.text("delivery_cancel_would", {cancel.id}));
    return Exit::usage;
  }
  return decide(shell, cancel.id, "cancel", cancel.reason);
}

Exit resolve_delivery(const Shell& shell, const Resolution& resolution) {
  const int ways = (resolution.published.empty() ? 0 : 1) + (resolution.removed ? 1 : 0) +
                   (resolution.not_published ? 1 : 0);
  if (ways != 1) {
    shell.complain(shell.text("resolve_how", {resolution.id}));
    return Exit::usage;
  }
  auto client = BrokerClient::open(shell);
  if (!client) {
    return shell.fail(client.error());
  }
  JsonWriter body;
  body.begin_object()
      .text_member("published_url", resolution.published)
      .member("reason", resolution.reason);
  if (resolution.published.empty()) {
    body.member(resolution.removed ? "removed" : "not_published", true);
  }
  if (!resolution.proof.empty()) {
    const auto file = measure(resolution.proof);
    const Status sent = file ? upload(*client, *file) : Status(gulou::fail(file.error()));
    if (!sent) {
      return shell.fail(sent.error());
    }
    body.member("proof", to_hex(file->digest));
  }
  const auto answer = client->post(path_of(resolution.id) + "/resolve", body.end_object().take());
  if (!answer) {
    return shell.fail(answer.error());
  }
  if (shell.json) {
    shell.print_json(answer->text);
    return Exit::done;
  }
  shell.print(shell.text(resolution.not_published ? "delivery_goes_on" : "delivery_was_resolved",
                         {resolution.id}));
  if (const std::string_view seen = answer->value.text("read_back"); !seen.empty()) {
    shell.print(shell.text("resolve_looked", {std::string(shell.word("read_back", seen))}));
  }
  return Exit::done;
}

}  // namespace gulou::cli
