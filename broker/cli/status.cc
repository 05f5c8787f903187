#include "broker/cli/broker_client.h"
#include "broker/cli/channel_lines.h"
#include "broker/cli/nouns.h"
#include "broker/cli/table.h"
#include "common/base/time.h"

namespace gulou::cli {
namespace {

// "3 分钟": how long ago, roughly; empty for what is no time.
std::string ago(const Shell& shell, std::string_view rfc3339) {
  const auto time = parse_utc(rfc3339);
  if (!time) {
    return {};
  }
  constexpr int64_t minute_ms = 60'000;
  constexpr int64_t hour_minutes = 60;
  constexpr int64_t day_minutes = 24 * hour_minutes;
  const int64_t minutes = (read_clocks().utc.ms - time->ms) / minute_ms;
  if (minutes < hour_minutes * 2) {
    return shell.text("minutes_ago", {std::to_string(minutes)});
  }
  return minutes < day_minutes * 2
             ? shell.text("hours_ago", {std::to_string(minutes / hour_minutes)})
             : shell.text("days_ago", {std::to_string(minutes / day_minutes)});
}

void print_head(const Shell& shell, const JsonValue& status, const std::string& url) {
  const JsonValue::Array& attention = status.items("attention");
  shell.print(attention.empty()
                  ? shell.text("status_good")
                  : shell.text("status_attention", {std::to_string(attention.size())}));
  Table table({});
  table.add(
      {std::string(shell.word("noun_broker")),
       url + "  " + shell.text("status_running_since", {local_time(status.text("started_at"))})});
  table.add({std::string(shell.word("noun_journal")),
             shell.text("status_journal",
                        {std::to_string(status.integer("head")),
                         std::to_string(status.integer("changesets")),
                         std::string(shell.word("chain", status.text("chain")))})});
  table.add({std::string(shell.word("noun_disk")),
             shell.text("status_disk",
                        {size_text(static_cast<uint64_t>(status.integer("disk.free_bytes"))),
                         size_text(static_cast<uint64_t>(status.integer("disk.total_bytes")))})});
  if (!status.boolean("accepting", true)) {
    table.add(
        {std::string(shell.word("noun_submission")),
         shell.text(status.boolean("draining") ? "status_draining" : "status_not_accepting")});
  }
  shell.print(table.text(60, "  "));
}

// What is wrong, since when, whose move, which command.
void print_attention(const Shell& shell, const JsonValue& item) {
  shell.print("");
  shell.print("! " + std::string(item.text("sentence")));
  const std::string_view since = item.text("since");
  Table table({});
  if (!since.empty()) {
    table.add(
        {std::string(shell.word("noun_since")), local_time(since) + "  " + ago(shell, since)});
  }
  if (!item.text("who").empty()) {
    table.add({std::string(shell.word("noun_whose_move")), std::string(item.text("who"))});
  }
  if (!item.text("command").empty()) {
    table.add({std::string(shell.word("noun_next_step")), std::string(item.text("command"))});
  }
  shell.print(table.text(60, "  "));
}

}  // namespace

Exit status(const Shell& shell) {
  auto client = BrokerClient::open(shell);
  const auto answer =
      client ? client->get("/v1/status") : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  const JsonValue::Array& attention = answer->value.items("attention");
  const Exit exit = attention.empty() ? Exit::done : Exit::refused;
  if (shell.json) {
    shell.print_json(answer->text);
    return exit;
  }
  print_head(shell, answer->value, client->url());
  for (const JsonValue& item : attention) {
    print_attention(shell, item);
  }
  for (const JsonValue& job : answer->value.items("replays")) {
    shell.print("");
    shell.print(shell.text("status_replay",
                           {std::to_string(job.integer("job")),
                            std::string(job.text("channel")),
                            std::to_string(job.integer("sent")),
                            std::string(job.text("command"))}));
  }
  if (!answer->value.items("channels").empty()) {
    shell.print("");
    print_channels(shell, answer->value.items("channels"));
  }
  return exit;
}

}  // namespace gulou::cli
