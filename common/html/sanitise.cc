// The door to gumbo.
#include "common/html/sanitise.h"

#include "common/base/limits.h"
#include "common/base/utf8.h"
#include "common/html/elements.h"
#include "common/html/escape.h"
#include "common/html/links.h"
#include "common/html/normal_writer.h"
#include "common/html/parse_memory.h"

#include <algorithm>
#include <csetjmp>

#include <gumbo.h>

namespace gulou {
namespace {

// 0, or why the parse was left. The tree lives as long as the memory.
int parse(std::string_view html, ParseMemory& memory, GumboOutput*& tree) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = [](void* self, size_t bytes) {
    return static_cast<ParseMemory*>(self)->take(bytes);
  };
  options.deallocator = [](void* self, void* block) {
    static_cast<ParseMemory*>(self)->give_back(block);
  };
  options.userdata = &memory;
  options.max_errors = 0;
  options.fragment_context = GUMBO_TAG_DIV;
  const int left = setjmp(memory.exit_point);
  if (left == 0) {
    tree = gumbo_parse_with_options(&options, html.data(), html.size());
  }
  return left;
}

std::string lowered(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, limits::html_report_bytes_max)) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '-' || c == '_';
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : plain ? c : '?';
  }
  return out;
}

constexpr std::string_view special_elements[] = {
    "body", "frame", "frameset", "head", "html", "isindex", "math", "select", "svg", "template"};
constexpr size_t special_name_bytes_max = 8;

// The name as it was before without_special_elements().
std::string own_name(std::string name) {
  if (name.size() > 2 && name[1] == '-') {
    for (const std::string_view special : special_elements) {
      if (special.size() == name.size() && special[0] == name[0] &&
          special.substr(2) == std::string_view(name).substr(2)) {
        return std::string(special);
      }
    }
  }
  return name;
}

std::string name_of(const GumboElement& element) {
  if (element.tag != GUMBO_TAG_UNKNOWN) {
    return gumbo_normalized_tagname(element.tag);
  }
  GumboStringPiece piece = element.original_tag;
  gumbo_tag_from_original_text(&piece);
  return own_name(lowered({piece.data, piece.data == nullptr ? 0 : piece.length}));
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// A whole number without sign, or 0.
uint32_t number_of(std::string_view text) {
  uint32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > 99'999) {
      return 0;
    }
    value = value * 10 + static_cast<uint32_t>(c - '0');
  }
  return value;
}

// Without control characters and noncharacters; false if there were any. A stray carriage return is
// a line break.
bool append_clean(std::string& out, std::string_view text) {
  bool clean = true;
  bool after_return = false;
  for_each_char(text, [&](char32_t point, size_t) {
    const bool control = (point < 0x20 && point != '\t' && point != '\n') ||
                         (point >= 0x7F && point < 0xA0) || (point >= 0xFDD0 && point < 0xFDF0) ||
                         (point & 0xFFFE) == 0xFFFE;
    if (!control) {
      if (point != '\n' || !after_return) {
        append_utf8(out, point);
      }
    } else if (point == '\r') {
      out += '\n';
    } else {
      clean = false;
    }
    after_return = point == '\r';
  });
  return clean;
}

std::string attribute_text(std::string_view name, std::string_view value) {
  std::string text(" ");
  text.append(name).append("=\"");
  append_html_attribute(text, value);
  return text.append("\"");
}

// One pass: walks gumbo's tree, tells the writer, keeps the list of what was left out.
class Filter {
 public:
  Filter() : writer_(limits::html_bytes_max) {}

  void children(const GumboVector& nodes, size_t depth) {
    for (unsigned i = 0; i < nodes.length && !writer_.failed() && !too_deep_; ++i) {
      node(*static_cast<const GumboNode*>(nodes.data[i]), depth);
    }
  }

  Result<NormalForm> finish(std::string_view field) {
    form_.html = writer_.finish();
    if (too_deep_ || writer_.too_deep()) {
      const size_t limit = too_deep_ ? limits::html_open_max : limits::html_depth_max;
      return fail(
          ErrorCode::exhausted, "html_too_deep", std::string(field), {std::to_string(limit)});
    }
    if (form_.html.size() > limits::html_bytes_max) {
      return fail(ErrorCode::exhausted,
                  "html_too_large",
                  std::string(field),
                  {std::to_string(form_.html.size()), std::to_string(limits::html_bytes_max)});
    }
    for (size_t i = 0; i < writer_.misplaced(); ++i) {
      note("text", {});
    }
    return std::move(form_);
  }

 private:
  void note(std::string what, GumboSourcePosition place) {
    const auto same = [&](const Dropped& d) { return d.what == what; };
    auto found = std::ranges::find_if(form_.dropped, same);
    if (found == form_.dropped.end()) {
      if (form_.dropped.size() >= limits::html_reports_max) {
        what = "more";
        found = std::ranges::find_if(form_.dropped, same);
      }
      if (found == form_.dropped.end()) {
        form_.dropped.push_back({std::move(what), 1, place.line, place.column});
        return;
      }
    }
    ++found->count;
  }

  void node(const GumboNode& node, size_t depth) {
    switch (node.type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_WHITESPACE:
      case GUMBO_NODE_CDATA:
        text(node.v.text);
        return;
      case GUMBO_NODE_COMMENT:
        comment(node.v.text);
        return;
      case GUMBO_NODE_TEMPLATE:
        note("element:template", node.v.element.start_pos);
        return;
      case GUMBO_NODE_ELEMENT:
        too_deep_ = too_deep_ || depth > limits::html_open_max;
        element(node.v.element, depth);
        return;
      case GUMBO_NODE_DOCUMENT:
        return;
    }
  }

  void comment(const GumboText& comment) {
    note("comment", comment.start_pos);
    const std::string_view text = comment.text;
    const bool conditional = contains(text, "[if ") || contains(text, "[endif]") ||
                             contains(text, "StartFragment") || contains(text, "EndFragment");
    form_.word_residue += conditional ? 1 : 0;
  }

  void text(const GumboText& source) {
    clean_.clear();
    if (!append_clean(clean_, source.text)) {
      note("control", source.start_pos);
    }
    writer_.text(clean_);
  }

  void element(const GumboElement& element, size_t depth) {
    const std::string name = name_of(element);
    ElementRule rule = rule_of(name);
    if (element.tag_namespace != GUMBO_NAMESPACE_HTML) {
      rule = {name, Treatment::drop, {}};
    }
    note_element(element, rule, name);
    switch (rule.treatment) {
      case Treatment::drop:
        return;
      case Treatment::unwrap:
      case Treatment::unwrap_quietly:
        children(element.children, depth + 1);
        return;
      case Treatment::flow:
        scoped(writer_.begin_flow(), element, depth);
        return;
      case Treatment::text_block:
        scoped(writer_.begin_text_block(rule.output), element, depth);
        return;
      case Treatment::container:
        scoped(writer_.begin_container(rule.output, attributes_), element, depth);
        return;
      case Treatment::format:
        format(rule.output, element, depth);
        return;
      case Treatment::line_break:
        writer_.line_break();
        return;
      case Treatment::rule:
        writer_.rule();
        return;
      case Treatment::picture:
        picture(element);
        return;
    }
  }

  void scoped(NormalWriter::Scope scope, const GumboElement& element, size_t depth) {
    children(element.children, depth + 1);
    writer_.end(scope);
  }

  void format(std::string_view output, const GumboElement& element, size_t depth) {
    if (output == "a" && attributes_.empty()) {
      children(element.children, depth + 1);
      return;
    }
    writer_.begin_format(output, attributes_);
    children(element.children, depth + 1);
    writer_.end_format();
  }

  void picture(const GumboElement& element) {
    const GumboAttribute* source = gumbo_get_attribute(&element.attributes, "src");
    const GumboAttribute* alt = gumbo_get_attribute(&element.attributes, "alt");
    if (source == nullptr || !attachment_of(source->value)) {
      note("picture:address", element.start_pos);
    } else if (alt == nullptr || std::string_view(alt->value).find_first_not_of(" \t\n\r\f") ==
                                     std::string_view::npos) {
      note("picture:alt", element.start_pos);
    } else {
      std::string words;
      if (!append_clean(words, alt->value)) {
        note("control", alt->value_start);
      }
      writer_.picture(attribute_text("src", source->value) + attribute_text("alt", words));
    }
  }

  // Reports the element and its attributes, and leaves those that stay in attributes_.
  void note_element(const GumboElement& element, const ElementRule& rule, const std::string& name) {
    attributes_.clear();
    const bool foreign_name = contains(name, ":") || name == "xml";
    form_.word_residue += foreign_name ? 1 : 0;
    if (rule.treatment == Treatment::drop) {
      note("element:" + name, element.start_pos);
      return;
    }
    if (rule.treatment == Treatment::unwrap) {
      note("unwrapped:" + name, element.start_pos);
    }
    std::vector<std::string> kept(3);
    for (unsigned i = 0; i < element.attributes.length; ++i) {
      const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
      if (!keep(rule.output, attribute, kept)) {
        note_attribute(attribute);
      }
    }
    attributes_ = kept[0] + kept[1] + kept[2];
  }

  void note_attribute(const GumboAttribute& attribute) {
    const std::string name = lowered(attribute.name);
    const std::string_view value = attribute.value;
    const bool word = contains(name, ":") || name.starts_with("mso") || contains(value, "mso-") ||
                      (name == "class" && contains(value, "Mso"));
    form_.word_residue += word ? 1 : 0;
    note("attribute:" + name, attribute.name_start);
  }

  // True if nothing needs to be said about the attribute. Kept ones have a fixed order.
  bool keep(std::string_view output,
            const GumboAttribute& attribute,
            std::vector<std::string>& kept) {
    const std::string_view name = attribute.name;
    const std::string_view value = attribute.value;
    if (output == "img") {
      return name == "src" || name == "alt";
    }
    if (output == "a" && name == "href") {
      if (const auto link = clean_link(value)) {
        kept[0] = attribute_text(name, *link);
      } else {
        note("link:" + lowered(scheme_of(value)), attribute.name_start);
      }
      return true;
    }
    const bool cell = output == "td" || output == "th";
    if ((cell && (name == "colspan" || name == "rowspan")) || (output == "ol" && name == "start")) {
      const uint32_t number = number_of(value);
      if (number > 1 && number <= limits::html_span_max) {
        kept[name == "rowspan" ? 1 : 0] = attribute_text(name, std::to_string(number));
      }
      return number >= 1 && number <= limits::html_span_max;
    }
    if (output == "th" && name == "scope" &&
        (value == "row" || value == "col" || value == "rowgroup" || value == "colgroup")) {
      kept[2] = attribute_text(name, value);
      return true;
    }
    return false;
  }

  NormalWriter writer_;
  NormalForm form_;
  std::string attributes_;
  std::string clean_;
  bool too_deep_ = false;
};

tl::unexpected<Error> exceeded(int why, std::string_view field, size_t bytes) {
  if (why == ParseMemory::too_deep) {
    return fail(ErrorCode::exhausted,
                "html_too_deep",
                std::string(field),
                {std::to_string(limits::html_open_max)});
  }
  if (why == ParseMemory::too_many_attributes) {
    return fail(ErrorCode::exhausted,
                "html_too_many_attributes",
                std::string(field),
                {std::to_string(limits::html_attributes_max)});
  }
  return fail(ErrorCode::exhausted,
              "html_too_large",
              std::string(field),
              {std::to_string(bytes), std::to_string(limits::html_bytes_max)});
}

Status check_utf8(std::string_view html, std::string_view field) {
  const char* const end = html.data() + html.size();
  for (const char* at = html.data(); at < end;) {
    const size_t bytes = utf8_at(at, end).bytes;
    if (bytes == 0) {
      return fail(ErrorCode::invalid_argument,
                  "html_not_utf8",
                  std::string(field),
                  {std::to_string(at - html.data() + 1)});
    }
    at += static_cast<std::ptrdiff_t>(bytes);
  }
  return {};
}

// The parser asserts, or collects attributes without bound, when these stand where they should not,
// and reads what follows them by rules of their own. None has a place in a body, so it gets to see
// them under another name ("b-dy"): just unknown elements. Text has no "<" and stays as it is.
std::string without_special_elements(std::string_view html) {
  std::string out(html);
  for (size_t at = out.find('<'); at != std::string::npos; at = out.find('<', at + 1)) {
    const size_t from = out.compare(at + 1, 1, "/") == 0 ? at + 2 : at + 1;
    const std::string_view ahead = std::string_view(out).substr(from, special_name_bytes_max + 1);
    const std::string name = lowered(ahead.substr(0, ahead.find_first_of(" \t\n\f\r/>")));
    if (std::ranges::find(special_elements, name) != std::end(special_elements)) {
      out[from + 1] = '-';
    }
  }
  return out;
}

Result<NormalForm> filter_once(std::string_view html, std::string_view field) {
  TRY(check_utf8(html, field));
  const std::string source = without_special_elements(html);
  ParseMemory memory(sizeof(GumboAttribute));
  GumboOutput* tree = nullptr;
  if (const int why = parse(source, memory, tree); why != 0) {
    return exceeded(why, field, html.size());
  }
  Filter filter;
  filter.children(tree->root->v.element.children, 1);
  return filter.finish(field);
}

Status check_size(std::string_view html, std::string_view field, size_t bytes_max) {
  if (html.size() <= bytes_max) {
    return {};
  }
  return fail(ErrorCode::exhausted,
              "html_too_large",
              std::string(field),
              {std::to_string(html.size()), std::to_string(bytes_max)});
}

// Up to 24 bytes from `at`, whole characters, for an error's sentence.
std::string snippet(std::string_view html, size_t at) {
  while (at > 0 && at < html.size() && (static_cast<unsigned char>(html[at]) & 0xC0) == 0x80) {
    --at;
  }
  size_t end = at;
  for_each_char(html.substr(at, 24), [&](char32_t point, size_t offset) {
    end = point == U'\uFFFD' ? end : at + offset + 1;
  });
  while (end < html.size() && (static_cast<unsigned char>(html[end]) & 0xC0) == 0x80) {
    ++end;
  }
  return std::string(html.substr(at, end - at));
}

}  // namespace

Result<NormalForm> normalise(std::string_view html, std::string_view field) {
  constexpr int passes_max = 4;
  TRY(check_size(html, field, limits::html_source_bytes_max));
  if (html.starts_with("\xEF\xBB\xBF")) {
    html.remove_prefix(3);
  }
  TRY(check_utf8(html, field));
  std::string clean;
  const bool had_controls = !append_clean(clean, html);
  NormalForm form = TRY(filter_once(clean, field));
  if (had_controls) {
    form.dropped.push_back({"control", 1, 0, 0});
  }
  if (form.html == html) {
    return form;
  }
  // The writer's output is its own normal form; this loop proves it for this body.
  for (int pass = 1; pass < passes_max; ++pass) {
    NormalForm again = TRY(filter_once(form.html, field));
    if (again.html == form.html) {
      return form;
    }
    form.html = std::move(again.html);
  }
  return fail(ErrorCode::internal, "html_unsettled", std::string(field));
}

Status check_normal_form(std::string_view html, std::string_view field) {
  TRY(check_size(html, field, limits::html_bytes_max));
  const NormalForm form = TRY(filter_once(html, field));
  if (form.html == html) {
    return {};
  }
  const auto differs = std::ranges::mismatch(html, form.html);
  const size_t at = static_cast<size_t>(differs.in1 - html.begin());
  const std::string what = form.dropped.empty() ? snippet(html, at) : form.dropped.front().what;
  return fail(ErrorCode::invalid_argument,
              "html_not_normal",
              std::string(field),
              {std::to_string(at + 1), what});
}

}  // namespace gulou
