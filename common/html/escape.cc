#include "common/html/escape.h"

#include "common/base/utf8.h"

namespace gulou {
namespace {

constexpr char hex_digits[] = "0123456789ABCDEF";

void append_html(std::string& out, std::string_view text, bool nbsp, bool quotes) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"' && quotes) {
      out += "&quot;";
    } else if (c == '\'' && quotes && !nbsp) {
      out += "&#39;";
    } else if (c == '\xC2' && nbsp && i + 1 < text.size() && text[i + 1] == '\xA0') {
      out += "&nbsp;";
      ++i;
    } else {
      out += c;
    }
  }
}

bool is_xml_char(char32_t point) {
  return point == '\t' || point == '\n' || point == '\r' ||
         (point >= 0x20 && point != 0xFFFE && point != 0xFFFF);
}

void append_xml(std::string& out, std::string_view text) {
  for_each_char(text, [&](char32_t point, size_t at) {
    if (point < 0x80 && is_xml_char(point)) {
      append_html(out, text.substr(at, 1), false, true);
    } else if (is_xml_char(point)) {
      append_utf8(out, point);
    }
  });
}

void append_json(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F || c == '<' || c == '>' || c == '&') {
      out += "\\u00";
      out += hex_digits[byte >> 4];
      out += hex_digits[byte & 15];
    } else {
      out += c;
    }
  }
}

void append_form(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '*';
    if (plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += hex_digits[byte >> 4];
      out += hex_digits[byte & 15];
    }
  }
}

}  // namespace

void append_escaped(std::string& out, std::string_view text, Escape escape) {
  switch (escape) {
    case Escape::html:
      append_html(out, text, false, true);
      return;
    case Escape::xml:
      append_xml(out, text);
      return;
    case Escape::json:
      append_json(out, text);
      return;
    case Escape::form:
      append_form(out, text);
      return;
  }
}

std::string escaped(std::string_view text, Escape escape) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  append_escaped(out, text, escape);
  return out;
}

void append_html_text(std::string& out, std::string_view text) {
  append_html(out, text, true, false);
}

void append_html_attribute(std::string& out, std::string_view value) {
  append_html(out, value, true, true);
}

}  // namespace gulou
