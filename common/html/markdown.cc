// The door to md4c.
#include "common/html/markdown.h"

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/html/escape.h"
#include "common/html/sanitise.h"

#include <algorithm>
#include <utility>

#include <md4c.h>

namespace gulou {
namespace {

constexpr int stop = 1;

// Writes plain HTML from md4c's events; the sanitiser makes it normal form. Every callback refuses
// to go on once the output is larger than a body may be, so no table can swell it.
class Renderer {
 public:
  std::string html;

  bool too_large() const { return html.size() > limits::html_source_bytes_max; }

  int verdict() const { return too_large() ? stop : 0; }

  void block(MD_BLOCKTYPE type, void* detail, bool enters);
  void span(MD_SPANTYPE type, void* detail, bool enters);
  void text(MD_TEXTTYPE type, std::string_view text);

 private:
  void tag(std::string_view name, bool enters) {
    html.append(enters ? "<" : "</").append(name).append(">");
  }

  void attribute(std::string_view name, const MD_ATTRIBUTE& value) {
    html.append(" ").append(name).append("=\"");
    for (int i = 0; value.substr_offsets != nullptr && value.substr_offsets[i] < value.size; ++i) {
      const MD_OFFSET from = value.substr_offsets[i];
      append(value.substr_types[i], {value.text + from, value.substr_offsets[i + 1] - from});
    }
    html += '"';
  }

  void append(MD_TEXTTYPE type, std::string_view text) {
    if (type == MD_TEXT_ENTITY) {
      html += text;
    } else {
      append_html_attribute(html, text);
    }
  }

  int in_picture_ = 0;  // its content is its alt text
  bool soft_break_ = false;
};

bool is_wide(char32_t point) {
  return point >= 0x2E80 && point < 0xFFE8;
}

char32_t last_char(std::string_view text) {
  size_t at = text.size();
  while (at > 0 && (static_cast<unsigned char>(text[at - 1]) & 0xC0) == 0x80) {
    --at;
  }
  return at == 0 ? 0 : utf8_at(text.data() + at - 1, text.data() + text.size()).point;
}

// The element of a block that needs no more than its tag.
std::string_view element_of(MD_BLOCKTYPE type, void* detail) {
  constexpr std::pair<MD_BLOCKTYPE, std::string_view> elements[] = {{MD_BLOCK_QUOTE, "blockquote"},
                                                                    {MD_BLOCK_UL, "ul"},
                                                                    {MD_BLOCK_OL, "ol"},
                                                                    {MD_BLOCK_LI, "li"},
                                                                    {MD_BLOCK_CODE, "pre"},
                                                                    {MD_BLOCK_P, "p"},
                                                                    {MD_BLOCK_TABLE, "table"},
                                                                    {MD_BLOCK_THEAD, "thead"},
                                                                    {MD_BLOCK_TBODY, "tbody"},
                                                                    {MD_BLOCK_TR, "tr"},
                                                                    {MD_BLOCK_TH, "th"},
                                                                    {MD_BLOCK_TD, "td"}};
  if (type == MD_BLOCK_H) {
    const unsigned level = static_cast<MD_BLOCK_H_DETAIL*>(detail)->level;
    return level <= 2 ? "h2" : level == 3 ? "h3" : "h4";
  }
  const auto found =
      std::ranges::find(elements, type, &std::pair<MD_BLOCKTYPE, std::string_view>::first);
  return found == std::end(elements) ? std::string_view() : found->second;
}

void Renderer::block(MD_BLOCKTYPE type, void* detail, bool enters) {
  const unsigned start = type == MD_BLOCK_OL ? static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start : 1;
  if (type == MD_BLOCK_HR) {
    html += enters ? "<hr>\n" : "";
    return;
  }
  const std::string_view element = element_of(type, detail);
  if (element.empty()) {
    return;
  }
  if (enters && start != 1) {
    html.append("<ol start=\"").append(std::to_string(start)).append("\">");
  } else {
    tag(element, enters);
  }
  const bool is_leaf = type == MD_BLOCK_P || type == MD_BLOCK_H || type == MD_BLOCK_LI ||
                       type == MD_BLOCK_TH || type == MD_BLOCK_TD;
  if (!enters || !is_leaf) {
    html += '\n';  // behind <pre> the parser drops it, so a first empty line of a listing stays
  }
}

void Renderer::span(MD_SPANTYPE type, void* detail, bool enters) {
  if (type == MD_SPAN_IMG) {
    if (enters && in_picture_++ == 0) {
      html += "<img";
      attribute("src", static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src);
      html += " alt=\"";
    } else if (!enters && --in_picture_ == 0) {
      html += "\">";
    }
    return;
  }
  if (in_picture_ > 0) {
    return;
  }
  switch (type) {
    case MD_SPAN_EM:
      tag("em", enters);
      return;
    case MD_SPAN_STRONG:
      tag("strong", enters);
      return;
    case MD_SPAN_DEL:
      tag("s", enters);
      return;
    case MD_SPAN_CODE:
      tag("code", enters);
      return;
    case MD_SPAN_U:
      tag("u", enters);
      return;
    case MD_SPAN_A:
      if (enters) {
        html += "<a";
        attribute("href", static_cast<MD_SPAN_A_DETAIL*>(detail)->href);
        html += '>';
      } else {
        tag("a", false);
      }
      return;
    case MD_SPAN_IMG:
    case MD_SPAN_LATEXMATH:
    case MD_SPAN_LATEXMATH_DISPLAY:
    case MD_SPAN_WIKILINK:
      return;
  }
}

void Renderer::text(MD_TEXTTYPE type, std::string_view text) {
  if (type == MD_TEXT_SOFTBR) {
    soft_break_ = true;
    return;
  }
  if (soft_break_) {
    soft_break_ = false;
    const char32_t next = text.empty() ? 0 : utf8_at(text.data(), text.data() + text.size()).point;
    if (!is_wide(last_char(html)) || !is_wide(next)) {
      html += '\n';
    }
  }
  if (type == MD_TEXT_BR) {
    html += in_picture_ > 0 ? " " : "<br>";
  } else if (type == MD_TEXT_NULLCHAR) {
    html += "\xEF\xBF\xBD";
  } else {
    append(type, text);
  }
}

// Comment lines (markers of tools) are no text.
std::string without_comment_lines(std::string_view markdown) {
  std::string out;
  out.reserve(markdown.size());
  while (!markdown.empty()) {
    const size_t end = std::min(markdown.find('\n'), markdown.size() - 1) + 1;
    std::string_view line = markdown.substr(0, end);
    markdown.remove_prefix(end);
    const std::string_view whole = line;
    line = line.substr(0, line.find_last_not_of(" \t\r\n") + 1);
    if (!line.starts_with("<!--") || !line.ends_with("-->") || line.size() < 7) {
      out += whole;
    }
  }
  return out;
}

MD_PARSER parser_of() {
  MD_PARSER parser{};
  parser.flags =
      MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_NOINDENTEDCODEBLOCKS;
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
    static_cast<Renderer*>(self)->block(type, detail, true);
    return static_cast<Renderer*>(self)->verdict();
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
    static_cast<Renderer*>(self)->block(type, detail, false);
    return static_cast<Renderer*>(self)->verdict();
  };
  parser.enter_span = [](MD_SPANTYPE type, void* detail, void* self) {
    static_cast<Renderer*>(self)->span(type, detail, true);
    return static_cast<Renderer*>(self)->verdict();
  };
  parser.leave_span = [](MD_SPANTYPE type, void* detail, void* self) {
    static_cast<Renderer*>(self)->span(type, detail, false);
    return static_cast<Renderer*>(self)->verdict();
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* self) {
    static_cast<Renderer*>(self)->text(type, {text, size});
    return static_cast<Renderer*>(self)->verdict();
  };
  return parser;
}

}  // namespace

Result<std::string> markdown_to_html(std::string_view markdown, std::string_view field) {
  if (markdown.size() > limits::html_bytes_max) {
    return fail(ErrorCode::exhausted,
                "html_too_large",
                std::string(field),
                {std::to_string(markdown.size()), std::to_string(limits::html_bytes_max)});
  }
  const std::string source = without_comment_lines(markdown);
  const MD_PARSER parser = parser_of();
  Renderer renderer;
  if (md_parse(source.data(), static_cast<MD_SIZE>(source.size()), &parser, &renderer) != 0) {
    if (renderer.too_large()) {
      return fail(ErrorCode::exhausted,
                  "html_too_large",
                  std::string(field),
                  {std::to_string(renderer.html.size()), std::to_string(limits::html_bytes_max)});
    }
    return fail(ErrorCode::invalid_argument, "markdown_failed", std::string(field));
  }
  NormalForm form = TRY(normalise(renderer.html, field));
  for (const Dropped& dropped : form.dropped) {
    if (dropped.what.starts_with("link:") || dropped.what.starts_with("picture:")) {
      return fail(ErrorCode::invalid_argument,
                  "markdown_address_refused",
                  std::string(field),
                  {dropped.what, std::to_string(dropped.count)});
    }
  }
  return std::move(form.html);
}

}  // namespace gulou
