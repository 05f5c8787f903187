#include "broker/cli/broker_client.h"
#include "broker/cli/device.h"
#include "broker/cli/nouns.h"
#include "broker/cli/table.h"
#include "broker/cli/takedown_lines.h"

#include <utility>

namespace gulou::cli {
namespace {

std::string place_state(const Shell& shell, const JsonValue& place) {
  if (place.boolean("confirmed")) {
    const std::string done(shell.word("place_confirmed"));
    return place.text("source") == "by_hand"
               ? done + " · " + std::string(shell.word("noun_by_hand"))
               : done;
  }
  if (place.boolean("left")) {
    return std::string(shell.word("place_left"));
  }
  if (place.boolean("given_up")) {
    return std::string(shell.word("place_given_up"));
  }
  const std::string state(shell.word("state", place.text("state")));
  return place.boolean("overdue") ? state + " · " + std::string(shell.word("place_overdue"))
                                  : state;
}

void print_person(const Shell& shell, const JsonValue& place) {
  shell.print("");
  shell.print("! " + std::string(place.text("name")) + "  " + std::string(place.text("why")));
  Table table({});
  const auto add = [&table, &shell](std::string_view label, std::string_view value) {
    if (!value.empty()) {
      table.add({std::string(shell.word(label)), std::string(value)});
    }
  };
  for (const JsonValue& url : place.items("urls")) {
    add("noun_address", url.text());
  }
  add("noun_whose_move", place.text("who"));
  add("noun_contact", place.text("contact"));
  add("noun_deadline", local_time(place.text("deadline")));
  add("noun_next_step", place.text("command"));
  shell.print(table.text(60, "  "));
}

std::string titles(const JsonValue& takedown) {
  const JsonValue::Array& parts = takedown.items("parts");
  if (parts.empty()) {
    return {};
  }
  std::string text(parts[0].text("title", parts[0].text("publication")));
  return parts.size() > 1 ? text + " (" + std::to_string(parts.size()) + ")" : text;
}

}  // namespace

bool is_open(const JsonValue& place) {
  return !place.boolean("confirmed") && !place.boolean("left") && !place.boolean("given_up");
}

std::string takedown_state(const Shell& shell, const JsonValue& takedown) {
  const std::string places = std::to_string(takedown.items("places").size());
  const std::string done = std::to_string(takedown.integer("confirmed"));
  std::string_view key = "takedown_done";
  if (takedown.boolean("open")) {
    key = takedown.boolean("overdue") ? "takedown_late" : "takedown_open";
  }
  return shell.text(key, {done, places});
}

std::string place_line(const Shell& shell, const JsonValue& place) {
  const std::string_view at = place.text("confirmed_at", place.text("since"));
  std::string line = std::string(place.text("channel")) + ": " + place_state(shell, place);
  line += at.empty() ? "" : "  " + local_time(at);
  if (is_open(place) && !place.text("why").empty()) {
    line += "  " + std::string(place.text("why"));
  }
  return line;
}

std::string bytes_line(const Shell& shell, const JsonValue& takedown) {
  const JsonValue& bytes = takedown.at("bytes");
  if (bytes.is_null()) {
    return {};
  }
  const std::string state(bytes.text("state"));
  const std::string asked_by(bytes.text("asked_by"));
  if (state == "waiting") {
    return shell.text(
        "bytes_waiting",
        {asked_by, local_time(bytes.text("until")), std::string(bytes.text("command"))});
  }
  const std::string_view decided_by = bytes.text("decided_by");
  return shell.text(
      "bytes_" + state,
      {asked_by, decided_by.empty() ? "-" : std::string(decided_by), local_time(bytes.text("at"))});
}

void print_takedown(const Shell& shell, const JsonValue& takedown) {
  Table table({});
  const auto add = [&table, &shell](std::string_view label, std::string value) {
    if (!value.empty()) {
      table.add({std::string(shell.word(label)), std::move(value)});
    }
  };
  add("noun_seq", "#" + std::to_string(takedown.integer("seq")));
  add("noun_withdrawal", std::string(shell.word("withdrawal", takedown.text("kind"))));
  add("noun_state", takedown_state(shell, takedown));
  add("noun_time", local_time(takedown.text("accepted_at")));
  add("noun_operator", std::string(takedown.text("by")));
  add("noun_internal_reason", std::string(takedown.text("reason")));
  add("noun_public_note", std::string(takedown.text("public_note")));
  add("noun_successor", std::string(takedown.text("successor")));
  for (const JsonValue& part : takedown.items("parts")) {
    add("noun_release",
        std::string(part.text("publication")) + "  " + std::string(part.text("title")));
  }
  shell.print(table.text());
  shell.print("");
  for (const JsonValue& place : takedown.items("places")) {
    shell.print("  " + place_line(shell, place));
    if (const JsonValue& fleet = place.at("fleet"); !fleet.is_null()) {
      shell.print("    " + fleet_text(shell, fleet));
      print_fleet(shell, fleet);
    }
    for (const JsonValue& url : place.items("urls")) {
      shell.print("    " + std::string(url.text()));
    }
  }
  if (takedown.items("places").empty()) {
    shell.print("  " + shell.text("takedown_nowhere"));
  }
  if (const std::string bytes = bytes_line(shell, takedown); !bytes.empty()) {
    shell.print("");
    shell.print(bytes);
  }
  for (const JsonValue& place : takedown.items("places")) {
    if (is_open(place) && place.boolean("needs_person")) {
      print_person(shell, place);
    }
  }
}

Exit list_takedowns(const Shell& shell, const TakedownFilter& filter) {
  auto client = BrokerClient::open(shell);
  std::string path = "/v1/takedowns?limit=" + std::to_string(filter.limit > 0 ? filter.limit : 20);
  path += filter.before > 0 ? "&before=" + std::to_string(filter.before) : "";
  path += filter.open ? "&open=1" : "";
  const auto answer = client ? client->get(path) : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  const JsonValue::Array& rows = answer->value.items("takedowns");
  if (shell.json) {
    shell.print_json(answer->text);
  } else if (rows.empty()) {
    shell.print(shell.text(filter.open ? "no_open_takedowns" : "no_takedowns"));
  } else {
    Table table({std::string(shell.word("noun_seq")),
                 std::string(shell.word("noun_time")),
                 std::string(shell.word("noun_withdrawal")),
                 std::string(shell.word("noun_state")),
                 std::string(shell.word("field_title"))});
    for (const JsonValue& row : rows) {
      table.add({"#" + std::to_string(row.integer("seq")),
                 local_time(row.text("accepted_at")),
                 std::string(shell.word("withdrawal", row.text("kind"))),
                 takedown_state(shell, row),
                 titles(row)});
    }
    shell.print(table.text());
    if (const int64_t next = answer->value.integer("next"); next > 0) {
      shell.print(shell.text("more_takedowns", {std::to_string(next)}));
    } else {
      shell.print(shell.text("takedown_next_step", {std::to_string(rows[0].integer("seq"))}));
    }
  }
  return Exit::done;
}

Exit show_takedown(const Shell& shell, const std::string& seq) {
  return show_answer(shell, "/v1/takedowns/" + segment(seq), [&](const JsonValue& takedown) {
    print_takedown(shell, takedown);
  });
}

}  // namespace gulou::cli
