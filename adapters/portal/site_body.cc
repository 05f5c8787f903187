#include "adapters/portal/site_body.h"

#include "adapters/portal/site_words.h"
#include "adapters/sdk/content.h"
#include "common/html/plain.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace gulou {
namespace {

// Each has a name of its own, for those who go from one to the next by ear.
std::string table_begin(int number) {
  return "<section class=\"scroll\" aria-label=\"" + page_word("site_table") +
         (number > 1 ? " " + std::to_string(number) : std::string()) + "\" tabindex=\"0\">";
}

bool starts_tag(std::string_view rest, std::string_view name) {
  return rest.starts_with(name) && rest.size() > name.size() &&
         (rest[name.size()] == '>' || rest[name.size()] == ' ');
}

// What a reader that speaks needs of a header cell: whose it is. Those of the first row, and all
// within a thead, are of their columns; others of their rows.
class HeaderCells {
 public:
  std::string scoped(std::string_view tag) {
    if (starts_tag(tag, "<table")) {
      rows_ = 0;
    } else if (starts_tag(tag, "<tr")) {
      ++rows_;
    } else if (tag == "<thead>" || tag == "</thead>") {
      in_head_ = tag == "<thead>";
    }
    if (!starts_tag(tag, "<th") || tag.find(" scope=") != std::string_view::npos) {
      return std::string(tag);
    }
    const bool of_column = in_head_ || rows_ == 1;
    return std::string(tag.substr(0, tag.size() - 1)) +
           (of_column ? " scope=\"col\">" : " scope=\"row\">");
  }

 private:
  int rows_ = 0;
  bool in_head_ = false;
};

// Walks over markup: attributes are always quoted, so a tag ends at the first '>' outside quotes.
std::string with_table_boxes(std::string_view rest) {
  HeaderCells cells;
  int tables = 0;
  std::string html;
  while (!rest.empty()) {
    const size_t open = std::min(rest.find('<'), rest.size());
    html += rest.substr(0, open);
    rest.remove_prefix(open);
    bool quoted = false;
    size_t end = 0;
    while (end < rest.size() && (quoted || rest[end] != '>')) {
      quoted ^= rest[end] == '"';
      ++end;
    }
    const std::string_view tag = rest.substr(0, std::min(end + 1, rest.size()));
    rest.remove_prefix(tag.size());
    html += starts_tag(tag, "<table") ? table_begin(++tables) : std::string();
    html += cells.scoped(tag);
    html += tag == "</table>" ? "</section>" : "";
  }
  return html;
}

struct TypeName {
  std::string_view type;
  std::string_view word;
};

constexpr auto type_names = std::to_array<TypeName>({
    {"application/pdf", "type_pdf"},
    {"application/ofd", "type_ofd"},
    {"application/msword", "type_word"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "type_word"},
    {"application/vnd.ms-excel", "type_excel"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "type_excel"},
    {"application/vnd.ms-works", "type_wps"},
    {"application/wps-office.wps", "type_wps"},
    {"application/wps-office.et", "type_et"},
    {"application/zip", "type_zip"},
    {"image/jpeg", "type_jpeg"},
    {"image/png", "type_png"},
    {"video/mp4", "type_mp4"},
});

}  // namespace

Result<SiteBody> site_body(const Body& body, std::string_view files_path) {
  const std::string html = TRY(sdk::content_html(body));
  SiteBody result;
  for (std::string& name : referenced_attachments(html)) {
    result.attachments.insert(std::move(name));
  }
  result.html = with_table_boxes(with_attachment_urls(html, [files_path](std::string_view name) {
    return std::string(files_path) + std::string(name);
  }));
  return result;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      lines.emplace_back(line);
    }
  }
  return lines;
}

std::string readable_size(uint64_t bytes) {
  constexpr double step = 1024;
  char text[32];
  if (bytes < 1024) {
    std::string few = page_word("size_bytes");
    return few.replace(few.find("{n}"), 3, std::to_string(bytes));
  }
  if (bytes < 1024 * 1024) {
    std::snprintf(text, sizeof text, "%.1f KB", static_cast<double>(bytes) / step);
  } else {
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / (step * step));
  }
  return text;
}

std::string readable_type(std::string_view media_type) {
  for (const TypeName& known : type_names) {
    if (known.type == media_type) {
      return page_word(known.word);
    }
  }
  return std::string(media_type);
}

}  // namespace gulou
