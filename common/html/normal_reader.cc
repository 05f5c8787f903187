#include "common/html/normal_reader.h"

#include <algorithm>

namespace gulou {
namespace {

struct Reference {
  std::string_view name;
  std::string_view text;
};

constexpr Reference references[] = {
    {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&nbsp;", "\xC2\xA0"}};

// The escaped value of ` name="value"`, as it stands.
std::optional<std::string_view> raw_attribute(std::string_view attributes, std::string_view name) {
  while (!attributes.empty()) {
    const size_t equals = attributes.find("=\"");
    const size_t end = equals == std::string_view::npos ? equals : attributes.find('"', equals + 2);
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view found = attributes.substr(0, equals);
    if (found.substr(std::min(found.find_first_not_of(' '), found.size())) == name) {
      return attributes.substr(equals + 2, end - equals - 2);
    }
    attributes.remove_prefix(end + 1);
  }
  return std::nullopt;
}

}  // namespace

void append_unescaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const size_t ampersand = std::min(text.find('&'), text.size());
    out += text.substr(0, ampersand);
    text.remove_prefix(ampersand);
    if (text.empty()) {
      return;
    }
    const auto known = std::ranges::find_if(
        references, [&](const Reference& reference) { return text.starts_with(reference.name); });
    if (known != std::end(references)) {
      out += known->text;
      text.remove_prefix(known->name.size());
    } else {
      out += '&';
      text.remove_prefix(1);
    }
  }
}

std::optional<std::string> NormalToken::attribute(std::string_view wanted) const {
  const auto value = raw_attribute(attributes, wanted);
  if (!value) {
    return std::nullopt;
  }
  std::string text;
  append_unescaped(text, *value);
  return text;
}

std::string_view NormalToken::address() const {
  if (kind != Kind::start || (name != "img" && name != "a")) {
    return {};
  }
  return raw_attribute(attributes, name == "img" ? "src" : "href").value_or(std::string_view());
}

std::optional<NormalToken> NormalReader::next() {
  if (rest_.empty()) {
    return std::nullopt;
  }
  NormalToken token;
  const size_t close = rest_.front() == '<' ? rest_.find('>') : std::string_view::npos;
  if (close == std::string_view::npos) {
    token.raw = rest_.substr(0, rest_.find('<', 1));
    rest_.remove_prefix(token.raw.size());
    return token;
  }
  token.raw = rest_.substr(0, close + 1);
  rest_.remove_prefix(close + 1);
  std::string_view inside = token.raw.substr(1, close - 1);
  token.kind = inside.starts_with('/') ? NormalToken::Kind::end : NormalToken::Kind::start;
  if (token.kind == NormalToken::Kind::end) {
    inside.remove_prefix(1);
  }
  token.name = inside.substr(0, inside.find(' '));
  token.attributes = inside.substr(token.name.size());
  return token;
}

}  // namespace gulou
