#include "broker/cli/replay.h"

#include "broker/cli/broker_client.h"
#include "broker/cli/json_tree.h"
#include "broker/cli/table.h"
#include "common/json/writer.h"

#include <optional>
#include <utility>

namespace gulou::cli {
namespace {

void add_texts(JsonWriter& body, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) {
    return;
  }
  body.key(name).begin_array();
  for (const std::string& text : texts) {
    body.value(text);
  }
  body.end_array();
}

// to: the newest entry the preview looked at; 0: ask for a preview.
std::string body_of(const ReplayOptions& options, uint64_t to) {
  JsonWriter body;
  body.begin_object().member("reason", options.reason);
  if (!options.backfill) {
    body.member("channel", options.channel).text_member("release", options.release);
    body.text_member("accepted_from", options.accepted_from)
        .text_member("accepted_to", options.accepted_to);
    add_texts(body, "states", options.states);
    add_texts(body, "reasons", options.reasons);
    add_texts(body, "outcomes", options.outcomes);
    add_texts(body, "kinds", options.kinds);
    add_texts(body, "columns", options.columns);
    if (options.from > 0) {
      body.member("from", options.from);
    }
  }
  const uint64_t last = to > 0 ? to : options.to;
  if (last > 0) {
    body.member("to", last);
  }
  if (options.per_minute > 0) {
    body.member("per_minute", options.per_minute);
  }
  if (options.allow_duplicate) {
    body.member("allow_duplicate", true);
  }
  if (to == 0) {
    body.member("preview", true);
  }
  return body.end_object().take();
}

std::string duration(const Shell& shell, int64_t ms) {
  constexpr int64_t minute_ms = 60'000;
  constexpr int64_t hour_ms = 60 * minute_ms;
  return ms < 2 * hour_ms
             ? shell.text("takes_minutes", {std::to_string((ms + minute_ms - 1) / minute_ms)})
             : shell.text("takes_hours", {std::to_string((ms + hour_ms - 1) / hour_ms)});
}

void print_preview(const Shell& shell, const JsonValue& preview) {
  shell.print(shell.text("replay_would",
                         {std::string(preview.text("channel")),
                          std::to_string(preview.integer("count")),
                          std::to_string(preview.integer("per_minute")),
                          duration(shell, preview.integer("takes_ms"))}));
  Table sample({});
  for (const JsonValue& row : preview.items("sample")) {
    sample.add({"#" + std::to_string(row.integer("seq")),
                std::string(row.text("publication")),
                std::string(row.text("state").empty() ? shell.word("state_never")
                                                      : shell.word("state", row.text("state"))),
                std::string(row.text("title"))});
  }
  if (!sample.empty()) {
    shell.print(sample.text(40, "  "));
  }
  for (const JsonValue& skipped : preview.items("skipped")) {
    std::string numbers;
    for (const JsonValue& seq : skipped.items("seqs")) {
      numbers += " #" + std::to_string(seq.integer());
    }
    shell.print(shell.text("replay_would_skip",
                           {std::to_string(skipped.integer("count")),
                            std::string(skipped.text("sentence")),
                            numbers}));
  }
  if (!preview.boolean("complete", true)) {
    shell.print(shell.text("replay_looked_at", {std::to_string(preview.integer("looked_at"))}));
  }
}

std::string job_state(const Shell& shell, const JsonValue& job) {
  constexpr int64_t tenth = 10;
  std::string state(shell.word("replay", job.text("state")));
  if (job.text("state") == "running") {
    state += "  " + std::to_string(job.integer("done_permille") / tenth) + "%";
  }
  return state;
}

void print_job(const Shell& shell, const JsonValue& job) {
  Table table({});
  const auto add = [&table, &shell](std::string_view label, std::string value) {
    if (!value.empty()) {
      table.add({std::string(shell.word(label)), std::move(value)});
    }
  };
  add("noun_replay", std::to_string(job.integer("job")));
  add("noun_channel", std::string(job.text("channel")));
  add("noun_state", job_state(shell, job));
  add("noun_sent", std::to_string(job.integer("sent")));
  add("noun_skipped", std::to_string(job.integer("skipped")));
  add("noun_ends_about", local_time(job.text("ends_about")));
  add("noun_operator", std::string(job.text("by")));
  add("noun_decided_by", std::string(job.text("confirmed_by")));
  add("noun_reason", std::string(job.text("reason")));
  add("noun_time", local_time(job.text("created_at")));
  add("noun_rate", shell.text("per_minute", {std::to_string(job.integer("per_minute"))}));
  add("noun_selection", to_text(job.at("selection")));
  add("noun_ended_by", std::string(job.text("ended_by")));
  add("noun_ended_reason", std::string(job.text("ended_reason")));
  shell.print(table.text());
  if (job.text("state") == "running") {
    shell.print(shell.text("replay_cancel_how", {std::to_string(job.integer("job"))}));
  }
}

std::optional<Exit> ask(const Shell& shell, const ReplayOptions& options, const Answer& preview) {
  const bool json_only = shell.json && !options.yes;
  if (shell.json && json_only) {
    shell.print_json(preview.text);
  } else if (!shell.json) {
    print_preview(shell, preview.value);
  }
  if (options.yes) {
    return std::nullopt;
  }
  if (preview.value.integer("count") == 0) {
    return Exit::refused;
  }
  if (json_only || !shell.read_line) {
    shell.complain(shell.text("replay_needs_yes"));
    return Exit::usage;
  }
  if (!shell.confirm(shell.text("replay_sure"))) {
    shell.print(shell.text("replay_not_done"));
    return Exit::refused;
  }
  return std::nullopt;
}

}  // namespace

Exit start_replay(const Shell& shell, const ReplayOptions& options) {
  auto client = BrokerClient::open(shell);
  const std::string path = options.backfill
                               ? "/v1/channels/" + segment(options.channel) + "/backfill"
                               : std::string("/v1/replays");
  const auto preview = client ? client->post(path, body_of(options, 0))
                              : Result<Answer>(gulou::fail(client.error()));
  if (!preview) {
    return shell.fail(preview.error());
  }
  if (const auto exit = ask(shell, options, *preview)) {
    return *exit;
  }
  const auto to = static_cast<uint64_t>(preview->value.integer("to"));
  const auto started = client->post_once(path, body_of(options, to));
  if (!started) {
    return shell.fail(started.error());
  }
  if (shell.json) {
    shell.print_json(started->text);
  } else if (started->value.integer("confirmation") > 0) {
    shell.print(started->value.text("sentence"));
  } else {
    shell.print(shell.text("replay_started", {std::to_string(started->value.integer("job"))}));
  }
  return Exit::done;
}

Exit list_replays(const Shell& shell) {
  auto client = BrokerClient::open(shell);
  const auto answer =
      client ? client->get("/v1/replays") : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  const JsonValue::Array& rows = answer->value.items("replays");
  if (shell.json) {
    shell.print_json(answer->text);
  } else if (rows.empty()) {
    shell.print(shell.text("no_replays"));
  } else {
    Table table({std::string(shell.word("noun_replay")),
                 std::string(shell.word("noun_channel")),
                 std::string(shell.word("noun_state")),
                 std::string(shell.word("noun_sent")),
                 std::string(shell.word("noun_skipped")),
                 std::string(shell.word("noun_time")),
                 std::string(shell.word("noun_operator")),
                 std::string(shell.word("noun_reason"))});
    for (const JsonValue& job : rows) {
      table.add({std::to_string(job.integer("job")),
                 std::string(job.text("channel")),
                 job_state(shell, job),
                 std::to_string(job.integer("sent")),
                 std::to_string(job.integer("skipped")),
                 local_time(job.text("created_at")),
                 std::string(job.text("by")),
                 std::string(job.text("reason"))});
    }
    shell.print(table.text());
  }
  return Exit::done;
}

Exit show_replay(const Shell& shell, const std::string& job) {
  return show_answer(shell, "/v1/replays/" + segment(job), [&](const JsonValue& shown) {
    print_job(shell, shown);
  });
}

Exit cancel_replay(const Shell& shell, const std::string& job, const std::string& reason) {
  auto client = BrokerClient::open(shell);
  JsonWriter body;
  body.begin_object().member("reason", reason).end_object();
  const auto answer = client ? client->post("/v1/replays/" + segment(job) + "/cancel", body.take())
                             : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  if (shell.json) {
    shell.print_json("{}");
  } else {
    shell.print(shell.text("replay_was_cancelled", {job}));
  }
  return Exit::done;
}

}  // namespace gulou::cli
