#include "broker/cli/nouns.h"
#include "broker/cli/table.h"
#include "cli_kinds_embedded.h"
#include "common/json/writer.h"
#include "common/model/required.h"

#include <algorithm>

namespace gulou::cli {
namespace {

std::string_view template_of(Kind kind) {
  const std::string file = std::string(name_of(kind)) + ".md";
  const auto& files = embedded::cli_kinds;
  const auto found = std::ranges::find(files, file, [](const auto& item) { return item.first; });
  return found == files.end() ? std::string_view() : found->second;
}

std::string required_text(Kind kind) {
  std::string text;
  for (const std::string_view field : required_fields(kind)) {
    text += text.empty() ? "" : " ";
    text += field;
  }
  return text;
}

void write_kind(JsonWriter& out, const Shell& shell, Kind kind) {
  out.begin_object().member("kind", name_of(kind));
  out.member("name", shell.word("kind", name_of(kind))).key("required").begin_array();
  for (const std::string_view field : required_fields(kind)) {
    out.value(field);
  }
  out.end_array().member("template", template_of(kind)).end_object();
}

}  // namespace

Exit list_kinds(const Shell& shell) {
  if (shell.json) {
    JsonWriter out;
    out.begin_object().key("kinds").begin_array();
    for (const Kind kind : all_kinds) {
      write_kind(out, shell, kind);
    }
    shell.print_json(out.end_array().end_object().text());
    return Exit::done;
  }
  Table table({std::string(shell.word("field_kind")),
               std::string(shell.word("noun_name")),
               std::string(shell.word("noun_required"))});
  for (const Kind kind : all_kinds) {
    table.add({std::string(name_of(kind)),
               std::string(shell.word("kind", name_of(kind))),
               required_text(kind)});
  }
  shell.print(table.text());
  shell.print("");
  shell.print(shell.text("kind_next_step"));
  return Exit::done;
}

// Standard output holds the template alone: `gulou kind show notice > my.md`.
Exit show_kind(const Shell& shell, const std::string& name) {
  const auto kind = parse_kind(name);
  if (!kind) {
    std::string known;
    for (const Kind one : all_kinds) {
      known += (known.empty() ? "" : " ") + std::string(name_of(one));
    }
    return shell.fail({ErrorCode::not_found, "kind_unknown", {}, {name, known}});
  }
  if (shell.json) {
    JsonWriter out;
    write_kind(out, shell, *kind);
    shell.print_json(out.text());
    return Exit::done;
  }
  shell.out(template_of(*kind));
  if (shell.terminal) {
    shell.complain(shell.text(
        "kind_required", {std::string(shell.word("kind", name_of(*kind))), required_text(*kind)}));
  }
  return Exit::done;
}

}  // namespace gulou::cli
