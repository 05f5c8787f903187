// Text made safe for the place it is written to: HTML text and attributes, XML, JSON strings, form
// values. The one implementation of each; templates, pages and the normal form use it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gulou {

enum class Escape : uint8_t {
  html,  // element content and quoted attributes
  xml,   // the same, and characters XML forbids are left out
  json,  // inside a string literal, also safe inside <script>
  form,  // application/x-www-form-urlencoded
};

void append_escaped(std::string& out, std::string_view text, Escape escape);
std::string escaped(std::string_view text, Escape escape);

// As HTML's own serialisation does it: & < > and U+00A0; in attributes also the quote.
void append_html_text(std::string& out, std::string_view text);
void append_html_attribute(std::string& out, std::string_view value);

}  // namespace gulou
