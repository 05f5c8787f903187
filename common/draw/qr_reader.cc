#include "common/draw/qr_reader.h"

#include "common/base/run_command.h"

#include <utility>

namespace gulou {
namespace {

constexpr int nothing_found = 4;  // exit code of zbarimg

auto unreadable(std::string_view what) {
  return fail(ErrorCode::invalid_argument, "scan_unreadable", {}, {std::string(what)});
}

// The kind of picture, as ImageMagick calls it: said to it, so that it guesses nothing.
std::string_view kind_of(std::string_view file) {
  using namespace std::string_view_literals;
  return file.starts_with("\xff\xd8\xff"sv)        ? "jpeg"
         : file.starts_with("\x89PNG\r\n\x1a\n"sv) ? "png"
         : file.starts_with("%PDF-"sv)             ? "pdf"
                                                   : "";
}

Result<CommandOutput> run(const std::vector<std::string>& command,
                          std::string_view package,
                          std::string_view input) {
  auto made = command_output(command,
                             input,
                             {.timeout_ms = limits::scan_ms_max,
                              .memory_bytes_max = limits::scan_memory_bytes_max,
                              .output_bytes_max = limits::scan_picture_bytes_max});
  if (made) {
    return made;
  }
  if (made.error().code == ErrorCode::timed_out) {
    return fail(ErrorCode::timed_out, "scan_too_slow", {}, {std::to_string(limits::scan_ms_max)});
  }
  return fail(
      ErrorCode::unavailable, "program_missing", {}, {command.front(), std::string(package)});
}

// The first pages as pictures, one behind the other.
Result<std::string> pages_of(std::string_view pdf) {
  CommandOutput made = TRY(run({"/usr/bin/pdftoppm",
                                "-gray",
                                "-l",
                                std::to_string(limits::scan_pages_max),
                                "-scale-to",
                                std::to_string(limits::scan_page_side_px),
                                "-"},
                               "poppler-utils",
                               pdf));
  if (made.exit_code != 0 || made.output.empty()) {
    return unreadable("pdf");
  }
  return std::move(made.output);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < limits::scan_codes_max) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

Result<std::vector<std::string>> read_qr_codes(std::string_view file) {
  if (file.size() > limits::scan_bytes_max) {
    return fail(ErrorCode::exhausted,
                "scan_too_large",
                {},
                {std::to_string(file.size()), std::to_string(limits::scan_bytes_max)});
  }
  std::string_view kind = kind_of(file);
  if (kind.empty()) {
    return fail(ErrorCode::invalid_argument, "scan_wrong_type");
  }
  std::string pages;
  if (kind == "pdf") {
    pages = TRY(pages_of(file));
    file = pages;
    kind = "pgm";
  }
  const CommandOutput made = TRY(run({"/usr/bin/zbarimg",
                                      "--quiet",
                                      "--raw",
                                      "--nodbus",
                                      "-Sdisable",
                                      "-Sqrcode.enable",
                                      std::string(kind) + ":-"},
                                     "zbar-tools",
                                     file));
  if (made.exit_code == nothing_found) {
    return std::vector<std::string>{};
  }
  if (made.exit_code != 0) {
    return unreadable(kind);
  }
  return lines_of(made.output);
}

}  // namespace gulou
