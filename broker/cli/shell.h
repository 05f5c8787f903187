// Shell is what every command is given: who it talks to, in which language, and where its lines go.
// Made once by the command line from options and environment; a value of the main thread. Lines of
// a command go to standard output, complaints and progress to standard error. With --json standard
// output holds one JSON document and nothing else.
#pragma once

#include "common/base/result.h"
#include "common/text/language.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace gulou::cli {

// What a script sees; the numbers are promised.
enum class Exit : int { done = 0, refused = 1, usage = 2, unreachable = 3 };

struct Shell {
  Language language = Language::zh;
  bool json = false;
  bool terminal = false;  // standard error is one: progress may be drawn
  size_t columns = 100;   // width of the terminal
  std::string home;
  std::string url;    // of the broker, without a slash at the end; empty: by the home's ports.toml
  std::string token;  // from the environment; empty: the home's operator.token
  std::string program;  // path of this binary
  std::function<void(std::string_view)> out;
  std::function<void(std::string_view)> err;
  // A line a person types; empty where standard input is no terminal.
  std::function<std::optional<std::string>()> read_line;

  // Asks a question that is answered by yes or no; only "y", "yes" and "是" mean yes. Without a
  // terminal: no.
  bool confirm(std::string_view question) const;

  // A line; control characters of what others wrote never reach the terminal.
  void print(std::string_view line) const;
  void complain(std::string_view line) const;
  // A whole JSON document.
  void print_json(std::string_view json) const;

  // A sentence of the catalogue, filled in.
  std::string text(std::string_view reason, std::initializer_list<std::string> args = {}) const;
  std::string_view word(std::string_view key) const;
  std::string_view word(std::string_view group, std::string_view name) const;

  // Says what is wrong and chooses the exit code. With --json: as a JSON document.
  Exit fail(const Error& error) const;
};

Exit exit_of(const Error& error);

// Control characters but line breaks become blanks.
std::string without_controls(std::string_view text);

// "2026-11-24 13:07" in Asia/Shanghai of an RFC 3339 time; what is none comes back as it is.
std::string local_time(std::string_view rfc3339);

// Lets that much time pass.
void pause_ms(int64_t ms);

}  // namespace gulou::cli
