// A line of named values with a checksum at its end: the plain format of small local indexes,
// readable with any pager. "name=value<TAB>name=value<TAB>#=0123456789abcdef". Names may repeat.
// Backslash, tab, newline and carriage return in values are escaped. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gulou {

class FieldLine {
 public:
  // Nothing for a line that is damaged. `line` has no newline at its end.
  static std::optional<FieldLine> parse(std::string_view line);

  // Empty values and zeroes are left out: absent reads as empty or zero.
  void add(std::string_view name, std::string_view value);
  void add(std::string_view name, uint64_t value);

  std::string line() const;  // with checksum, without newline

  std::string get(std::string_view name) const;  // the first; empty if absent
  uint64_t number(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace gulou
