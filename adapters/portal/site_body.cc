#include "adapters/portal/site_body.h"

#include "common/html/plain.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace gulou {
namespace {

constexpr std::string_view table_begin =
    "<section class=\"scroll\" aria-label=\"表格\" tabindex=\"0\">";

bool starts_tag(std::string_view rest, std::string_view name) {
  return rest.starts_with(name) && rest.size() > name.size() &&
         (rest[name.size()] == '>' || rest[name.size()] == ' ');
}

// Walks over markup: attributes are always quoted, so a tag ends at the first '>' outside quotes.
std::string with_table_boxes(std::string_view rest) {
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
    html += starts_tag(tag, "<table") ? table_begin : std::string_view();
    html += tag;
    html += tag == "</table>" ? "</section>" : "";
  }
  return html;
}

Markup markup_of(BodyFormat format) {
  switch (format) {
    case BodyFormat::html:
      return Markup::html;
    case BodyFormat::markdown:
      return Markup::markdown;
    case BodyFormat::text:
    case BodyFormat::none:
      return Markup::text;
  }
  return Markup::text;
}

struct TypeName {
  std::string_view type;
  std::string_view name;
};

constexpr auto type_names = std::to_array<TypeName>({
    {"application/pdf", "PDF 文档"},
    {"application/ofd", "OFD 版式文件"},
    {"application/msword", "Word 文档"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word 文档"},
    {"application/vnd.ms-excel", "Excel 表格"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel 表格"},
    {"application/vnd.ms-works", "WPS 文档"},
    {"application/wps-office.wps", "WPS 文档"},
    {"application/wps-office.et", "WPS 表格"},
    {"application/zip", "ZIP 压缩包"},
    {"image/jpeg", "JPEG 图片"},
    {"image/png", "PNG 图片"},
    {"video/mp4", "MP4 视频"},
});

}  // namespace

Result<SiteBody> site_body(const Body& body, std::string_view files_path) {
  const std::string html = TRY(body_html(markup_of(body.format), body.content));
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
    std::snprintf(text, sizeof text, "%d 字节", static_cast<int>(bytes));
  } else if (bytes < 1024 * 1024) {
    std::snprintf(text, sizeof text, "%.1f KB", static_cast<double>(bytes) / step);
  } else {
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / (step * step));
  }
  return text;
}

std::string readable_type(std::string_view media_type) {
  for (const TypeName& known : type_names) {
    if (known.type == media_type) {
      return std::string(known.name);
    }
  }
  return std::string(media_type);
}

}  // namespace gulou
