#include "broker/cli/withdraw.h"

#include "broker/cli/broker_client.h"
#include "broker/cli/table.h"
#include "broker/cli/takedown_lines.h"
#include "common/json/writer.h"

#include <algorithm>
#include <map>
#include <utility>

namespace gulou::cli {
namespace {

constexpr int64_t look_every_ms = 500;

std::string body_of(const WithdrawOptions& options, bool preview) {
  JsonWriter body;
  body.begin_object().key("targets").begin_array();
  for (const std::string& selector : options.selectors) {
    body.value(selector);
  }
  body.end_array()
      .member("kind", options.kind)
      .member("reason", options.reason)
      .text_member("public_note", options.public_note)
      .text_member("successor", options.successor);
  if (preview) {
    body.member("preview", true);
  }
  return body.end_object().take();
}

// ---- preview ------------------------------------------------------------------------------------

std::string now_there(const Shell& shell, const JsonValue& place) {
  if (place.boolean("there")) {
    return std::string(shell.word("place_there"));
  }
  if (place.boolean("may_be_there")) {
    return std::string(shell.word("place_may_be_there"));
  }
  const std::string_view state = place.text("state");
  return std::string(state.empty() ? shell.word("place_not_there") : shell.word("state", state));
}

void print_targets(const Shell& shell, const JsonValue& preview) {
  for (const JsonValue& target : preview.items("targets")) {
    shell.print("#" + std::to_string(target.integer("seq")) + "  " +
                std::string(target.text("publication")) + "  " +
                shell.text("revision_newest", {std::to_string(target.integer("revision"))}) + "  " +
                std::string(target.text("title")));
    if (!target.at("withdrawn").is_null()) {
      shell.print("  " +
                  shell.text("withdraw_was",
                             {std::string(shell.word("withdrawal", target.text("withdrawn.kind"))),
                              std::to_string(target.integer("withdrawn.seq")),
                              local_time(target.text("withdrawn.at"))}));
    }
    if (!target.text("contact").empty()) {
      shell.print("  " + std::string(shell.word("noun_contact")) + "  " +
                  std::string(target.text("contact")));
    }
  }
}

void print_places(const Shell& shell, const JsonValue& preview) {
  const bool several = preview.items("targets").size() > 1;
  std::vector<std::string> headings{std::string(shell.word("noun_channel")),
                                    std::string(shell.word("noun_at_present")),
                                    std::string(shell.word("noun_will_be")),
                                    std::string(shell.word("noun_address"))};
  if (several) {
    headings.insert(headings.begin(), std::string(shell.word("noun_release")));
  }
  Table table(std::move(headings));
  for (const JsonValue& place : preview.items("places")) {
    std::vector<std::string> row{
        std::string(place.text("name")),
        now_there(shell, place),
        std::string(place.text("sentence")) +
            (place.boolean("lasting") ? " · " + std::string(shell.word("place_lasting")) : ""),
        std::string(place.text("url", place.text("platform_id")))};
    if (several) {
      row.insert(row.begin(), std::string(place.text("publication")));
    }
    table.add(std::move(row));
  }
  shell.print("");
  shell.print(table.text());
  for (const JsonValue& place : preview.items("places")) {
    if (place.boolean("needs_person")) {
      shell.print("! " + std::string(place.text("name")) + "  " + std::string(place.text("why")) +
                  "  (" + std::string(place.text("who")) + ")");
    }
  }
}

void print_preview(const Shell& shell, const JsonValue& preview) {
  shell.print(shell.text("withdraw_preview",
                         {std::string(shell.word("withdrawal", preview.text("kind")))}));
  print_targets(shell, preview);
  print_places(shell, preview);
  shell.print("");
  for (const JsonValue& note : preview.items("notes")) {
    shell.print(note.text());
  }
}

// ---- following ----------------------------------------------------------------------------------

// Something may still happen by itself, and in time.
bool goes_on(const JsonValue& takedown) {
  return std::ranges::any_of(takedown.items("places"), [](const JsonValue& place) {
    return is_open(place) && !place.boolean("needs_person") && !place.boolean("overdue");
  });
}

void print_changes(const Shell& shell,
                   const JsonValue& takedown,
                   std::map<std::string, std::string>& said) {
  for (const JsonValue& place : takedown.items("places")) {
    const std::string line = place_line(shell, place);
    std::string& before = said[std::string(place.text("channel"))];
    if (!shell.json && line != before) {
      shell.print("  " + line);
    }
    before = line;
  }
}

Result<Answer> follow(const Shell& shell, BrokerClient& client, Answer answer) {
  const std::string path = "/v1/takedowns/" + std::to_string(answer.value.integer("seq"));
  std::map<std::string, std::string> said;
  if (answer.value.at("places").is_null()) {
    answer = TRY(client.get(path));
  }
  print_changes(shell, answer.value, said);
  while (goes_on(answer.value)) {
    pause_ms(look_every_ms);
    answer = TRY(client.get(path));
    print_changes(shell, answer.value, said);
  }
  return answer;
}

Exit finish(const Shell& shell, const Answer& answer) {
  const bool open = answer.value.boolean("open");
  if (shell.json) {
    shell.print_json(answer.text);
  } else if (open) {
    shell.print("");
    print_takedown(shell, answer.value);
  } else {
    shell.print(shell.text("withdraw_done",
                           {std::to_string(answer.value.integer("confirmed")),
                            std::to_string(answer.value.integer("seq"))}));
    if (const std::string bytes = bytes_line(shell, answer.value); !bytes.empty()) {
      shell.print(bytes);
    }
  }
  return open ? Exit::refused : Exit::done;
}

// Nothing goes down because somebody pressed return too early.
std::optional<Exit> ask(const Shell& shell, const WithdrawOptions& options, const Answer& preview) {
  if (shell.json && !options.yes) {
    shell.print_json(preview.text);
    shell.complain(shell.text("withdraw_needs_yes"));
    return Exit::usage;
  }
  if (!shell.json) {
    print_preview(shell, preview.value);
    shell.print("");
  }
  if (options.yes) {
    return std::nullopt;
  }
  if (!shell.read_line) {
    shell.complain(shell.text("withdraw_needs_yes"));
    return Exit::usage;
  }
  if (!shell.confirm(shell.text("withdraw_sure"))) {
    shell.print(shell.text("withdraw_not_done"));
    return Exit::refused;
  }
  return std::nullopt;
}

}  // namespace

Exit withdraw(const Shell& shell, const WithdrawOptions& options) {
  auto client = BrokerClient::open(shell);
  const auto preview = client ? client->post("/v1/withdrawals", body_of(options, true))
                              : Result<Answer>(gulou::fail(client.error()));
  if (!preview) {
    return shell.fail(preview.error());
  }
  if (const auto exit = ask(shell, options, *preview)) {
    return *exit;
  }
  auto taken = client->post("/v1/withdrawals", body_of(options, false));
  if (!taken) {
    return shell.fail(taken.error());
  }
  const std::string seq = std::to_string(taken->value.integer("seq"));
  if (!shell.json) {
    shell.print(
        shell.text(taken->value.boolean("already") ? "withdraw_already" : "withdraw_taken", {seq}));
    shell.print(shell.text("withdraw_look_again", {seq}));
  }
  if (options.detach) {
    if (shell.json) {
      shell.print_json(taken->text);
    }
    return Exit::done;
  }
  auto last = follow(shell, *client, *std::move(taken));
  return last ? finish(shell, *last) : shell.fail(last.error());
}

}  // namespace gulou::cli
