#include "broker/cli/front_matter.h"

#include "common/base/bytes.h"
#include "common/crypto/digest.h"
#include "common/model/checks.h"

#include <algorithm>

namespace gulou::cli {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr size_t id_digits = 16;

std::string with_line_feeds(std::string_view text) {
  if (text.starts_with(byte_order_mark)) {
    text.remove_prefix(byte_order_mark.size());
  }
  std::string lines;
  lines.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      lines += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      lines += '\n';
    }
  }
  return lines;
}

std::string_view without_blanks_at_end(std::string_view line) {
  const size_t last = line.find_last_not_of(" \t");
  return line.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string_view line_at(std::string_view text, size_t at) {
  return without_blanks_at_end(text.substr(at, text.find('\n', at) - at));
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

Result<MarkdownFile> split_front_matter(std::string_view text, const std::string& path) {
  const std::string lines = with_line_feeds(text);
  if (line_at(lines, 0) != "+++") {
    return MarkdownFile{.fields = {}, .body = std::string(trimmed(lines))};
  }
  const size_t begin = lines.find('\n');
  for (size_t at = begin; at != std::string::npos; at = lines.find('\n', at + 1)) {
    if (line_at(lines, at + 1) == "+++") {
      const size_t end = lines.find('\n', at + 1);
      const std::string_view body =
          end == std::string::npos ? std::string_view() : std::string_view(lines).substr(end);
      // The first line is kept as a blank one, so that errors of TOML name the file's own lines.
      return MarkdownFile{.fields = lines.substr(begin, at - begin + 1),
                          .body = std::string(trimmed(body))};
    }
  }
  return fail(ErrorCode::invalid_argument, "front_matter_open", path);
}

std::string take_heading(std::string& body) {
  const std::string_view line = line_at(body, 0);
  if (!line.starts_with("# ")) {
    return {};
  }
  std::string heading(trimmed(line.substr(2)));
  const size_t end = body.find('\n');
  body = end == std::string::npos ? std::string() : std::string(trimmed(body.substr(end)));
  return heading;
}

std::string id_of_file(std::string_view file_name) {
  std::string stem(file_name.substr(0, file_name.rfind('.')));
  std::ranges::replace(stem, ' ', '-');
  if (is_id(stem)) {
    return stem;
  }
  return "md-" + to_hex(sha256(file_name)).substr(0, id_digits);
}

}  // namespace gulou::cli
