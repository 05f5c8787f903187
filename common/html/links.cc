#include "common/html/links.h"

#include "common/base/limits.h"

#include <algorithm>

namespace gulou {
namespace {

constexpr std::string_view open_schemes[] = {"http:", "https:", "mailto:", "tel:"};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// As browsers read an address: blanks and controls around it and line breaks inside do not count.
std::string as_browsers_read(std::string_view address) {
  const auto is_edge = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!address.empty() && is_edge(address.front())) {
    address.remove_prefix(1);
  }
  while (!address.empty() && is_edge(address.back())) {
    address.remove_suffix(1);
  }
  std::string text;
  std::copy_if(address.begin(), address.end(), std::back_inserter(text), [](char c) {
    return c != '\t' && c != '\n' && c != '\r';
  });
  const size_t colon = text.find_first_of(":/?#");
  if (colon != std::string::npos && text[colon] == ':') {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(colon);
    std::transform(text.begin(), end, text.begin(), to_lower);
  }
  return text;
}

bool append_encoded(std::string& out, std::string_view text) {
  constexpr char hex_digits[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      return false;
    }
    if (std::string_view(" \"<>\\^`{|}").find(c) != std::string_view::npos) {
      out += '%';
      out += hex_digits[byte >> 4];
      out += hex_digits[byte & 15];
    } else {
      out += c;
    }
  }
  return true;
}

}  // namespace

bool is_attachment_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.size() <= limits::attachment_name_bytes_max &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
         });
}

std::optional<std::string_view> attachment_of(std::string_view address) {
  if (!address.starts_with(attachment_scheme)) {
    return std::nullopt;
  }
  address.remove_prefix(attachment_scheme.size());
  return is_attachment_name(address) ? std::optional(address) : std::nullopt;
}

std::optional<std::string> clean_link(std::string_view address) {
  const std::string text = as_browsers_read(address);
  if (text.size() > limits::link_bytes_max) {
    return std::nullopt;
  }
  if (attachment_of(text)) {
    return text;
  }
  for (const std::string_view scheme : open_schemes) {
    if (!text.starts_with(scheme)) {
      continue;
    }
    std::string_view rest = std::string_view(text).substr(scheme.size());
    const bool is_web = scheme.starts_with("http");
    const size_t slashes = is_web ? 2 : 0;
    if (is_web && !rest.starts_with("//")) {
      return std::nullopt;
    }
    rest.remove_prefix(slashes);
    if (rest.empty() || rest.front() == '/' || rest.front() == '\\') {
      return std::nullopt;
    }
    std::string clean(text, 0, scheme.size() + slashes);
    return append_encoded(clean, rest) ? std::optional(clean) : std::nullopt;
  }
  return std::nullopt;
}

std::string scheme_of(std::string_view address) {
  const std::string text = as_browsers_read(address);
  const size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon > 16 ||
      !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
        return is_letter_or_digit(c) || c == '+' || c == '-' || c == '.';
      })) {
    return "none";
  }
  return text.substr(0, colon);
}

}  // namespace gulou
