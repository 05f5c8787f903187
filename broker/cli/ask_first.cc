#include "broker/cli/ask_first.h"

namespace gulou::cli {

std::optional<Exit> ask_first(const Shell& shell,
                              bool yes,
                              std::string_view would,
                              std::string_view question) {
  if (yes) {
    return std::nullopt;
  }
  shell.complain(would);
  if (!shell.read_line) {
    shell.complain(shell.text("needs_yes"));
    return Exit::usage;
  }
  return shell.confirm(question) ? std::nullopt : std::optional(Exit::refused);
}

}  // namespace gulou::cli
