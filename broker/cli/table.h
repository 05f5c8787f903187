// Tables for terminals: columns as wide as what stands in them, Chinese characters counted as the
// two columns they take. The last column takes what is left and is never cut; earlier ones are cut
// with "…" where they would pass their limit. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::cli {

// Columns a terminal gives this text.
size_t display_width(std::string_view utf8);
// With blanks at the end to that width; longer text stays as it is.
std::string padded(std::string_view utf8, size_t width);
// At most `width` columns, whole characters, "…" where something is left out.
std::string clipped(std::string_view utf8, size_t width);

class Table {
 public:
  // Headings; an empty list of headings prints none.
  explicit Table(std::vector<std::string> headings);

  void add(std::vector<std::string> cells);

  bool empty() const { return rows_.empty(); }

  // Lines with two blanks between columns, each line behind `indent`, no line break at the end.
  std::string text(size_t cell_columns_max = 60, std::string_view indent = "") const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

// "1.5 GiB", "312 B".
std::string size_text(uint64_t bytes);

}  // namespace gulou::cli
