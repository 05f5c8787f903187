// What becomes of each HTML element: the allow-list as one table. Read by the sanitiser alone. What
// the table does not name is unwrapped: its text stays, the element is reported. An element whose
// content no reader sees, or whose content is code, is dropped whole. Immutable; any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace gulou {

enum class Treatment : uint8_t {
  unwrap,          // element goes, content stays; reported
  unwrap_quietly,  // the same, but says nothing worth reporting
  drop,            // with content; reported
  flow,            // a div: content stays as paragraphs of its own
  text_block,
  container,
  format,
  line_break,
  picture,
  rule,
};

struct ElementRule {
  std::string_view source;
  Treatment treatment = Treatment::unwrap;
  std::string_view output;  // name in the normal form
};

// The rule for a lower-case element name; an unknown element is unwrapped.
ElementRule rule_of(std::string_view source);

}  // namespace gulou
