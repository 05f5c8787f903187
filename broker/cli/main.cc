#include "broker/cli/command_line.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <system_error>

#include <unistd.h>

namespace {

void write_to(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::string() : std::string(value);
}

std::optional<std::string> read_line() {
  std::string line;
  for (int c = std::getchar(); c != EOF; c = std::getchar()) {
    if (c == '\n') {
      return line;
    }
    line += static_cast<char>(c);
  }
  return line.empty() ? std::nullopt : std::optional(line);
}

}  // namespace

int main(int argc, char** argv) {
  std::error_code ignored;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return gulou::cli::run_command_line(
      {argv + 1, argv + argc},
      {.variable = variable,
       .out = [](std::string_view text) { write_to(stdout, text); },
       .err = [](std::string_view text) { write_to(stderr, text); },
       .read_line = ::isatty(STDIN_FILENO) == 1 ? std::function(read_line) : nullptr,
       .terminal = ::isatty(STDERR_FILENO) == 1,
       .program = program.string()});
}
