// Reads a body that is in normal form, token by token, without a parser: the form is regular
// enough. On anything else it stays within bounds and gives something, no more. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gulou {

struct NormalToken {
  enum class Kind : uint8_t { text, start, end } kind = Kind::text;
  std::string_view raw;         // as it stands
  std::string_view name;        // of a tag
  std::string_view attributes;  // of a start tag, as they stand

  // Unescaped value.
  std::optional<std::string> attribute(std::string_view name) const;
  // Address of a picture or link: where it stands in raw, escaped; empty if it has none.
  std::string_view address() const;
};

class NormalReader {
 public:
  explicit NormalReader(std::string_view html) : rest_(html) {}

  std::optional<NormalToken> next();

 private:
  std::string_view rest_;
};

// The five references of the normal form resolved.
void append_unescaped(std::string& out, std::string_view text);

}  // namespace gulou
