#include "broker/cli/table.h"

#include "broker/cli/shell.h"
#include "common/base/utf8.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gulou::cli {
namespace {

struct Span {
  char32_t from;
  char32_t to;
};

// East Asian Wide and Fullwidth (UAX 11), as terminals draw them.
constexpr std::array wide{Span{0x1100, 0x115F},
                          Span{0x2E80, 0x303E},
                          Span{0x3041, 0x33FF},
                          Span{0x3400, 0x4DBF},
                          Span{0x4E00, 0x9FFF},
                          Span{0xA000, 0xA4CF},
                          Span{0xA960, 0xA97F},
                          Span{0xAC00, 0xD7A3},
                          Span{0xF900, 0xFAFF},
                          Span{0xFE30, 0xFE6F},
                          Span{0xFF00, 0xFF60},
                          Span{0xFFE0, 0xFFE6},
                          Span{0x1F300, 0x1F64F},
                          Span{0x1F900, 0x1F9FF},
                          Span{0x20000, 0x3FFFD}};
// Marks that stand on the character before them.
constexpr std::array none{Span{0x0300, 0x036F},
                          Span{0x200B, 0x200F},
                          Span{0x20D0, 0x20FF},
                          Span{0xFE00, 0xFE0F},
                          Span{0xE0100, 0xE01EF}};

size_t width_of(char32_t point) {
  const auto holds = [point](const Span& span) { return point >= span.from && point <= span.to; };
  if (point < 0x300) {
    return 1;
  }
  if (std::ranges::any_of(none, holds)) {
    return 0;
  }
  return std::ranges::any_of(wide, holds) ? 2 : 1;
}

std::string one_line(std::string_view cell) {
  std::string line = without_controls(cell);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

}  // namespace

size_t display_width(std::string_view utf8) {
  size_t width = 0;
  for_each_char(utf8, [&width](char32_t point, size_t) { width += width_of(point); });
  return width;
}

std::string padded(std::string_view utf8, size_t width) {
  std::string text(utf8);
  const size_t own = display_width(utf8);
  text.append(own < width ? width - own : 0, ' ');
  return text;
}

std::string clipped(std::string_view utf8, size_t width) {
  if (display_width(utf8) <= width) {
    return std::string(utf8);
  }
  size_t used = 1;  // of the mark
  size_t keep = 0;
  bool full = false;
  for_each_char(utf8, [&](char32_t point, size_t offset) {
    if (!full) {
      used += width_of(point);
      full = used > width;
      keep = offset;
    }
  });
  return std::string(utf8.substr(0, keep)) + "…";
}

Table::Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) {
    cell = one_line(cell);
  }
  rows_.push_back(std::move(cells));
}

std::string Table::text(size_t cell_columns_max, std::string_view indent) const {
  std::vector<std::vector<std::string>> lines;
  if (!headings_.empty()) {
    lines.push_back(headings_);
  }
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  std::vector<size_t> widths;
  for (std::vector<std::string>& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t i = 0; i < line.size(); ++i) {
      if (i + 1 < line.size()) {
        line[i] = clipped(line[i], cell_columns_max);
      }
      widths[i] = std::max(widths[i], display_width(line[i]));
    }
  }
  std::string text;
  for (const std::vector<std::string>& line : lines) {
    std::string row(indent);
    for (size_t i = 0; i < line.size(); ++i) {
      row += i + 1 < line.size() ? padded(line[i], widths[i] + 2) : line[i];
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += text.empty() ? "" : "\n";
    text += row;
  }
  return text;
}

std::string size_text(uint64_t bytes) {
  static constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  uint64_t tenths = bytes * 10;
  while (tenths >= 10240 && unit + 1 < units.size()) {
    tenths /= 1024;
    ++unit;
  }
  std::string text = std::to_string(tenths / 10);
  if (unit > 0 && tenths < 1000) {
    text += "." + std::to_string(tenths % 10);
  }
  return text + " " + units.at(unit);
}

}  // namespace gulou::cli
