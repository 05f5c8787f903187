#include "broker/cli/nouns.h"
#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/html/sanitise.h"
#include "common/json/writer.h"

#include <iostream>
#include <string>

namespace gulou::cli {
namespace {

// Standard input to its end; a pipe does not say how long it is.
Result<std::string> read_input() {
  std::string text(limits::html_source_bytes_max + 1, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::cin.gcount()));
  if (text.size() > limits::html_source_bytes_max) {
    const std::string most = std::to_string(limits::html_source_bytes_max);
    return gulou::fail(
        ErrorCode::exhausted, "file_too_large", {}, {"-", std::to_string(text.size()), most});
  }
  return text;
}

void print_json(const Shell& shell, const NormalForm& form) {
  JsonWriter out;
  out.begin_object().member("html", form.html).member("word_residue", form.word_residue);
  out.key("dropped").begin_array();
  for (const Dropped& dropped : form.dropped) {
    out.begin_object().member("what", dropped.what).member("count", dropped.count);
    out.member("line", dropped.line).member("column", dropped.column).end_object();
  }
  out.end_array().end_object();
  shell.print_json(out.text());
}

}  // namespace

// Standard output holds the normal form alone; what was left out goes to standard error.
Exit normalise_file(const Shell& shell, const std::string& file) {
  const auto html = file == "-" ? read_input() : read_file(file, limits::html_source_bytes_max);
  const auto form = html ? normalise(*html, file) : Result<NormalForm>(gulou::fail(html.error()));
  if (!form) {
    return shell.fail(form.error());
  }
  if (shell.json) {
    print_json(shell, *form);
    return Exit::done;
  }
  shell.out(form->html);
  if (!form->html.ends_with('\n')) {
    shell.out("\n");
  }
  for (const Dropped& dropped : form->dropped) {
    shell.complain(shell.text("normalise_dropped",
                              {dropped.what,
                               std::to_string(dropped.count),
                               std::to_string(dropped.line),
                               std::to_string(dropped.column)}));
  }
  if (form->word_residue > 0) {
    shell.complain(shell.text("normalise_word_residue", {std::to_string(form->word_residue)}));
  }
  return Exit::done;
}

}  // namespace gulou::cli
