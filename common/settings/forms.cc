#include "common/settings/forms.h"

#include "common/base/bytes.h"
#include "common/model/checks.h"

#include <algorithm>

namespace gulou::forms {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_small(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}

bool is_plain(char c) {
  return is_small(c) || (c >= 'A' && c <= 'Z') || c == '.';
}

}  // namespace

bool is_address(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || text.size() - colon > 6) {
    return false;
  }
  const std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool bracketed = host.front() == '[' && host.back() == ']';
  if (port.empty() || !std::ranges::all_of(port, is_digit) ||
      std::stoul(std::string(port)) > 65'535) {
    return false;
  }
  return bracketed ? host.size() > 3
                   : std::ranges::all_of(host, [](char c) { return is_plain(c) || c == '*'; });
}

bool is_endpoint(std::string_view text) {
  constexpr std::string_view scheme = "tcp://";
  return text.starts_with(scheme) && is_address(text.substr(scheme.size()));
}

bool is_log_level(std::string_view text) {
  return text == "debug" || text == "info" || text == "warn" || text == "error";
}

bool is_short_id(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, is_small);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.front() != '.' &&
         std::ranges::all_of(text, is_plain);
}

bool is_code(std::string_view text) {
  return is_org_code(text);
}

bool is_area_code(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, is_digit);
}

bool is_public_key(std::string_view text) {
  constexpr std::string_view marks = ".-:+=^!/*?&<>()[]{}@%$#";
  return text.size() == 40 && std::ranges::all_of(text, [&](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  marks.find(c) != std::string_view::npos;
         });
}

bool is_hash(std::string_view text) {
  return digest_from_hex(text).has_value();
}

bool is_web_address(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) {
      return text.size() > scheme.size() && text.back() != '/' &&
             text.find_first_of(" \"<>\\\t\n") == std::string_view::npos;
    }
  }
  return false;
}

bool is_line(std::string_view text) {
  return !text.empty() && char_count(text) <= 200 && check_text(text, {}).has_value() &&
         text.find_first_of("\n\t") == std::string_view::npos;
}

}  // namespace gulou::forms
