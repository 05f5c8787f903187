#include "broker/cli/broker_client.h"
#include "broker/cli/device.h"
#include "broker/cli/json_tree.h"
#include "broker/cli/nouns.h"
#include "broker/cli/release_lines.h"
#include "broker/cli/table.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace gulou::cli {
namespace {

constexpr uint64_t rows_default = 20;
constexpr uint64_t json_rows_default = 1000;
constexpr uint64_t page_rows = 100;

struct Lines {
  JsonValue::Array lines;
  int64_t next = 0;  // seq to go on before; 0: that was all
};

Result<Lines> read_lines(BrokerClient& client, const Page& page) {
  Lines read{.lines = {}, .next = static_cast<int64_t>(page.before)};
  do {
    const uint64_t limit = std::min(page.limit - read.lines.size(), page_rows);
    std::string path = "/v1/releases?limit=" + std::to_string(limit);
    if (read.next > 0) {
      path += "&before=" + std::to_string(read.next);
    }
    const Answer answer = TRY(client.get(path));
    std::ranges::copy(answer.value.items("releases"), std::back_inserter(read.lines));
    read.next = answer.value.integer("next");
  } while (read.next > 0 && read.lines.size() < page.limit);
  return read;
}

// A line as scripts want it: with where its entry stands on each channel.
Result<std::string> lines_with_channels(BrokerClient& client, const Lines& read) {
  JsonValue::Array rows;
  int64_t seq = 0;
  JsonValue channels;
  for (const JsonValue& line : read.lines) {
    if (line.integer("seq") != seq) {
      seq = line.integer("seq");
      channels = TRY(client.get("/v1/releases/" + std::to_string(seq))).value.at("channels");
    }
    Members members = line.members();
    set(members, "channels", channels);
    rows.push_back(json_object(std::move(members)));
  }
  Members document{{"releases", json_array(std::move(rows))}};
  if (read.next > 0) {
    set(document, "next", json_number(read.next));
  }
  return to_text(json_object(std::move(document)));
}

void add(Table& table, std::string_view label, std::string value) {
  if (!value.empty()) {
    table.add({std::string(label), std::move(value)});
  }
}

std::string short_hash(std::string_view hash) {
  constexpr size_t digits = 16;
  return std::string(hash.substr(0, digits)) + (hash.size() > digits ? "…" : "");
}

void print_head(const Shell& shell, const JsonValue& release) {
  Table table({});
  const std::string accepted = local_time(release.text("accepted_at"));
  add(table, shell.word("noun_seq"), "#" + std::to_string(release.integer("seq")));
  add(table, shell.word("noun_publisher"), std::string(release.text("publisher")));
  add(table, shell.word("answer_accepted"), accepted);
  add(table, shell.word("noun_lane"), std::string(shell.word("lane", release.text("lane"))));
  add(table, shell.word("field_not_before"), local_time(release.text("not_before")));
  add(table, shell.word("field_expires"), local_time(release.text("expires")));
  add(table,
      shell.word("noun_acceptance_receipt"),
      std::to_string(release.integer("receipt.epoch")) + " / " +
          short_hash(release.text("receipt.hash")));
  shell.print(table.text());
}

// "签发人 李卫国（云溪县人民政府办公室） 2025-03-18 15:00 · 来源系统声明"
void print_sign_off(const Shell& shell, const JsonValue& sign_off) {
  Table table({});
  if (sign_off.boolean("exempt")) {
    add(table, shell.word("noun_approval"), std::string(shell.word("approval_exempt")));
  }
  for (const JsonValue& one : sign_off.items("approvals")) {
    const std::string unit(one.text("unit"));
    const std::string_view level = !one.text("signature").empty() ? "signed"
                                   : !one.text("scan").empty()    ? "paper"
                                                                  : "asserted";
    add(table,
        shell.word("noun_approval"),
        std::string(shell.word("role", one.text("role"))) + " " + std::string(one.text("name")) +
            (unit.empty() ? "" : " (" + unit + ")") + "  " + local_time(one.text("at")) + " · " +
            std::string(shell.word("level", level)));
  }
  if (const int64_t places = sign_off.integer("personal_data"); places > 0) {
    add(table,
        shell.word("noun_personal_data"),
        shell.text("personal_data_passed", {std::to_string(places)}));
  }
  shell.print(table.text(60, "  "));
}

std::string revision_text(const Shell& shell, const JsonValue& part) {
  const int64_t own = part.integer("revision");
  const int64_t newest = part.integer("newest_revision", own);
  return shell.text(newest == own ? "revision_newest" : "revision_of",
                    {std::to_string(own), std::to_string(newest)});
}

void print_part(const Shell& shell, const JsonValue& part) {
  shell.print("");
  shell.print(part.text("title"));
  Table table({});
  add(table,
      shell.word("field_id"),
      std::string(part.text("id")) + "  " + revision_text(shell, part));
  add(table, shell.word("field_kind"), std::string(shell.word("kind", part.text("kind"))));
  add(table, shell.word("field_column"), std::string(part.text("column")));
  add(table, shell.word("field_index_no"), std::string(part.text("index_no")));
  add(table, shell.word("field_doc_no"), std::string(part.text("doc_no")));
  add(table, shell.word("field_issuer"), std::string(part.text("issuer")));
  add(table, shell.word("field_published_on"), local_time(part.text("published_on")));
  add(table, shell.word("noun_digest"), std::string(part.text("digest")));
  if (!part.at("withdrawn").is_null()) {
    add(table,
        shell.word("noun_withdrawal"),
        shell.text("release_withdrawn",
                   {std::string(shell.word("withdrawal", part.text("withdrawn.kind"))),
                    local_time(part.text("withdrawn.at")),
                    std::to_string(part.integer("withdrawn.seq"))}));
  }
  for (const JsonValue& file : part.items("attachments")) {
    add(table,
        shell.word("noun_attachment"),
        std::string(file.text("display_name", file.text("name"))) + "  (" +
            std::string(file.text("name")) + ", " +
            size_text(static_cast<uint64_t>(file.integer("size_bytes"))) + ")");
  }
  for (const JsonValue& one : part.items("planned")) {
    add(table,
        shell.word("noun_planned_phase"),
        shell.text("phase_due", {std::string(one.text("phase")), std::string(one.text("due_on"))}));
  }
  shell.print(table.text(60, "  "));
}

}  // namespace

void print_lines(const Shell& shell, const JsonValue::Array& lines) {
  Table table({std::string(shell.word("noun_seq")),
               std::string(shell.word("answer_accepted")),
               std::string(shell.word("field_kind")),
               std::string(shell.word("field_id")),
               std::string(shell.word("field_title"))});
  for (const JsonValue& line : lines) {
    const int64_t revision = line.integer("revision");
    table.add({"#" + std::to_string(line.integer("seq")),
               local_time(line.text("accepted_at")),
               std::string(shell.word("kind", line.text("kind"))),
               std::string(line.text("id")) + (revision > 1 ? "@" + std::to_string(revision) : ""),
               std::string(line.text("title"))});
  }
  constexpr size_t id_columns_max = 32;
  shell.print(table.text(id_columns_max));
}

std::string standing_text(const Shell& shell, const JsonValue& standing) {
  if (standing.boolean("not_for_this_channel")) {
    return std::string(shell.word("fit_not_taken"));
  }
  std::string text(shell.word("state", standing.text("state")));
  if (!standing.at("gate").is_null()) {
    text = shell.word("state_gated");
  }
  if (!standing.at("fleet").is_null()) {
    return text + " · " + fleet_text(shell, standing.at("fleet"));
  }
  if (const std::string_view level = standing.text("receipt.level"); !level.empty()) {
    text += " · " + std::string(shell.word("level", level));
  }
  if (standing.text("receipt.source") == "by_hand") {
    text += " · " + std::string(shell.word("noun_by_hand"));
    text += standing.text("by").empty() ? "" : " (" + std::string(standing.text("by")) + ")";
  }
  if (!standing.boolean("read_back", true)) {
    text += " · " + std::string(shell.word("channel_not_read_back"));
  }
  if (const std::string_view state = standing.text("channel_state"); !state.empty()) {
    text +=
        " · " + std::string(shell.word("noun_channel")) + std::string(shell.word("channel", state));
  }
  return text;
}

void print_standings(const Shell& shell, const JsonValue::Array& standings) {
  for (const JsonValue& standing : standings) {
    const std::string_view at = standing.text("receipt.at", standing.text("since"));
    shell.print("");
    shell.print(std::string(standing.text("channel")) + ": " + standing_text(shell, standing) +
                (at.empty() ? "" : "  " + local_time(at)));
    for (const JsonValue& part : standing.items("receipt.parts")) {
      const std::string_view url = part.text("url", part.text("platform_id"));
      if (!url.empty()) {
        shell.print("  " + std::string(url));
      }
    }
    const std::string why =
        explanation(shell.language, standing.text("reason"), standing.text("detail"));
    if (!why.empty()) {
      shell.print("  " + why);
    }
    if (!standing.text("next").empty()) {
      shell.print("  " + std::string(standing.text("next")));
    }
  }
}

Exit list_releases(const Shell& shell, const Page& page) {
  auto client = BrokerClient::open(shell);
  if (!client) {
    return shell.fail(client.error());
  }
  const uint64_t limit = page.limit > 0 ? page.limit
                         : shell.json   ? json_rows_default
                                        : rows_default;
  const auto read = read_lines(*client, {.limit = limit, .before = page.before});
  if (!read) {
    return shell.fail(read.error());
  }
  if (shell.json) {
    const auto document = lines_with_channels(*client, *read);
    if (!document) {
      return shell.fail(document.error());
    }
    shell.print_json(*document);
  } else if (read->lines.empty()) {
    shell.print(shell.text("no_releases"));
  } else {
    print_lines(shell, read->lines);
    if (read->next > 0) {
      shell.print(shell.text("more_releases", {std::to_string(read->next)}));
    }
  }
  return Exit::done;
}

Exit show_release(const Shell& shell, const std::string& selector) {
  return show_answer(shell, "/v1/releases/" + segment(selector), [&](const JsonValue& release) {
    print_head(shell, release);
    print_sign_off(shell, release.at("sign_off"));
    for (const JsonValue& part : release.items("parts")) {
      print_part(shell, part);
    }
    print_standings(shell, release.items("channels"));
  });
}

Exit find_releases(const Shell& shell, const std::string& text, uint64_t limit) {
  auto client = BrokerClient::open(shell);
  const std::string path = "/v1/find?q=" + segment(text) +
                           (limit > 0 ? "&limit=" + std::to_string(limit) : std::string());
  const auto answer = client ? client->get(path) : Result<Answer>(gulou::fail(client.error()));
  if (!answer) {
    return shell.fail(answer.error());
  }
  const JsonValue::Array& lines = answer->value.items("releases");
  if (shell.json) {
    shell.print_json(answer->text);
  } else if (lines.empty()) {
    shell.print(shell.text("nothing_found", {text}));
  } else {
    print_lines(shell, lines);
  }
  return lines.empty() ? Exit::refused : Exit::done;
}

}  // namespace gulou::cli
