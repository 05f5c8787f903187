#include "common/html/plain.h"

#include "common/base/utf8.h"
#include "common/html/escape.h"
#include "common/html/links.h"
#include "common/html/markdown.h"
#include "common/html/normal_reader.h"

#include <algorithm>
#include <array>

namespace gulou {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

bool is_inline(std::string_view tag) {
  constexpr std::string_view tags[] = {"a", "code", "em", "img", "s", "strong", "sub", "sup", "u"};
  return std::ranges::find(tags, tag) != std::end(tags);
}

// Builds plain text from tokens.
class PlainWriter {
 public:
  std::string run(std::string_view html) {
    NormalReader reader(html);
    while (const auto token = reader.next()) {
      switch (token->kind) {
        case NormalToken::Kind::text:
          text(token->raw);
          break;
        case NormalToken::Kind::start:
          start(*token);
          break;
        case NormalToken::Kind::end:
          end(token->name);
          break;
      }
    }
    end_line();
    return std::move(out_);
  }

 private:
  struct List {
    bool numbered = false;
    uint32_t next = 1;
  };

  void end_line() {
    while (!out_.empty() && (out_.back() == ' ' || out_.back() == '\t')) {
      out_.pop_back();
    }
    if (!out_.empty() && out_.back() != '\n') {
      out_ += '\n';
    }
  }

  void text(std::string_view raw) {
    clean_.clear();
    append_unescaped(clean_, raw);
    if (in_pre_) {
      out_ += clean_;
      return;
    }
    for (const char c : clean_) {
      if (!is_blank(c)) {
        out_ += c;
      } else if (!out_.empty() && !is_blank(out_.back())) {
        out_ += ' ';
      }
    }
  }

  void start(const NormalToken& tag) {
    if (is_inline(tag.name)) {
      return;
    }
    if (tag.name == "br") {
      out_ += '\n';
      return;
    }
    if (tag.name == "td" || tag.name == "th") {
      first_cell_ ? void() : void(out_ += '\t');
      first_cell_ = false;
      after_mark_ = true;
      return;
    }
    if (!after_mark_ || tag.name == "li" || tag.name == "table") {
      end_line();
    }
    after_mark_ = false;
    first_cell_ = tag.name == "tr";
    in_pre_ = tag.name == "pre";
    if (tag.name == "ul" || tag.name == "ol") {
      lists_.push_back({tag.name == "ol", first_number(tag)});
    } else if (tag.name == "li" && !lists_.empty()) {
      out_ += lists_.back().numbered ? std::to_string(lists_.back().next++) + ". " : "· ";
      after_mark_ = true;
    }
  }

  void end(std::string_view tag) {
    if (is_inline(tag)) {
      return;
    }
    after_mark_ = false;
    in_pre_ = false;
    if ((tag == "ul" || tag == "ol") && !lists_.empty()) {
      lists_.pop_back();
    }
    if (tag != "td" && tag != "th") {
      end_line();
    }
  }

  static uint32_t first_number(const NormalToken& tag) {
    const auto start = tag.attribute("start");
    uint32_t number = 0;
    for (const char c : start.value_or("1")) {
      number = number * 10 + static_cast<uint32_t>(c - '0');
    }
    return number;
  }

  std::string out_;
  std::string clean_;
  std::vector<List> lists_;
  bool in_pre_ = false;
  bool first_cell_ = false;
  bool after_mark_ = false;  // a block right behind a list mark or cell start stays on its line
};

bool ends_sentence(char32_t point) {
  return point == U'。' || point == U'！' || point == U'？' || point == U'；' || point == '\n';
}

}  // namespace

Result<std::string> body_html(Markup markup, std::string_view content) {
  switch (markup) {
    case Markup::html:
      return std::string(content);
    case Markup::markdown:
      return markdown_to_html(content);
    case Markup::text:
      return text_to_html(content);
  }
  return std::string(content);
}

std::string text_to_html(std::string_view text) {
  std::string html;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string line;
    for_each_char(text.substr(0, end), [&](char32_t point, size_t) {
      if (point == '\t' || (point >= 0x20 && (point < 0x7F || point >= 0xA0))) {
        append_utf8(line, point);
      }
    });
    if (!std::ranges::all_of(line, is_blank)) {
      html += "<p>";
      append_html_text(html, line);
      html += "</p>\n";
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return html;
}

std::string plain_text(std::string_view html) {
  return PlainWriter().run(html);
}

std::string excerpt(std::string_view plain, size_t chars_max) {
  while (!plain.empty() && is_blank(plain.back())) {
    plain.remove_suffix(1);
  }
  size_t count = 0;
  size_t cut = 0;             // where chars_max - 1 characters end
  size_t after_sentence = 0;  // behind the last sentence that ends in the second half
  for_each_char(plain, [&](char32_t point, size_t at) {
    ++count;
    if (count <= chars_max) {
      cut = at;
    }
    if (ends_sentence(point) && count * 2 >= chars_max && count < chars_max) {
      after_sentence = at + (point == '\n' ? 0 : 3);
    }
  });
  if (count <= chars_max) {
    return std::string(plain);
  }
  return std::string(plain.substr(0, after_sentence != 0 ? after_sentence : cut)).append("…");
}

std::vector<std::string> referenced_attachments(std::string_view html) {
  std::vector<std::string> names;
  NormalReader reader(html);
  while (const auto token = reader.next()) {
    const auto name = attachment_of(token->address());
    if (name && std::ranges::find(names, *name) == names.end()) {
      names.emplace_back(*name);
    }
  }
  return names;
}

std::string with_attachment_urls(std::string_view html, const AttachmentUrl& url_of) {
  std::string out;
  out.reserve(html.size());
  NormalReader reader(html);
  while (const auto token = reader.next()) {
    const std::string_view address = token->address();
    const auto name = attachment_of(address);
    const std::string url = name ? url_of(*name) : std::string();
    if (url.empty()) {
      out += token->raw;
      continue;
    }
    const auto before = static_cast<size_t>(address.data() - token->raw.data());
    out += token->raw.substr(0, before);
    append_html_attribute(out, url);
    out += token->raw.substr(before + address.size());
  }
  return out;
}

}  // namespace gulou
