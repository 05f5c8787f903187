#include "adapters/feed/docx.h"

#include "common/archive/archive.h"
#include "common/html/escape.h"

namespace gulou {
namespace {

constexpr std::string_view declaration =
    R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)";

constexpr std::string_view content_types =
    R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">)"
    R"(<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>)"
    R"(<Default Extension="xml" ContentType="application/xml"/>)"
    R"(<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>)"
    R"(<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>)"
    R"(</Types>)";

constexpr std::string_view package_relations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
    R"(<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>)"
    R"(</Relationships>)";

constexpr std::string_view document_relations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">)"
    R"(<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>)"
    R"(</Relationships>)";

// As official documents look: 方正小标宋 or what stands in for it, 仿宋 三号, two characters
// indent.
constexpr std::string_view styles =
    R"(<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">)"
    R"(<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋"/>)"
    R"(<w:sz w:val="32"/><w:lang w:val="zh-CN" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>)"
    R"(<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>)"
    R"(<w:pPr><w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLineChars="200" w:firstLine="640"/></w:pPr></w:style>)"
    R"(<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/>)"
    R"(<w:pPr><w:spacing w:before="240" w:after="240"/><w:ind w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="center"/></w:pPr>)"
    R"(<w:rPr><w:rFonts w:eastAsia="宋体"/><w:b/><w:sz w:val="44"/></w:rPr></w:style>)"
    R"(<w:style w:type="paragraph" w:styleId="Facts"><w:name w:val="Facts"/><w:basedOn w:val="Normal"/>)"
    R"(<w:pPr><w:spacing w:line="400" w:lineRule="exact"/><w:ind w:firstLineChars="0" w:firstLine="0"/></w:pPr>)"
    R"(<w:rPr><w:sz w:val="24"/></w:rPr></w:style></w:styles>)";

// Calls with each line that is not blank.
template <class Use>
void lines_of(std::string_view text, Use use) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      use(line);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void paragraph(std::string& out, std::string_view style, std::string_view text) {
  out += "<w:p>";
  if (!style.empty()) {
    out.append("<w:pPr><w:pStyle w:val=\"").append(style).append("\"/></w:pPr>");
  }
  out += "<w:r>";
  for (size_t from = 0;;) {
    const size_t tab = text.find('\t', from);
    out += "<w:t xml:space=\"preserve\">";
    append_escaped(out, text.substr(from, std::min(tab, text.size()) - from), Escape::xml);
    out += "</w:t>";
    if (tab == std::string_view::npos) {
      break;
    }
    out += "<w:tab/>";
    from = tab + 1;
  }
  out += "</w:r></w:p>";
}

}  // namespace

Result<std::string> docx_of(const MediaText& text) {
  std::string document(declaration);
  document +=
      R"(<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>)";
  paragraph(document, "Title", text.title);
  for (const auto& [name, value] : text.facts) {
    paragraph(document, "Facts", std::string(name).append("：").append(value));
  }
  lines_of(text.body, [&document](std::string_view line) { paragraph(document, {}, line); });
  document +=
      R"(<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1985" w:left="1588" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr></w:body></w:document>)";
  const auto part = [](std::string_view name, std::string_view xml) {
    return ArchiveMember{std::string(name), std::string(declaration).append(xml)};
  };
  return write_archive({part("[Content_Types].xml", content_types),
                        part("_rels/.rels", package_relations),
                        part("word/_rels/document.xml.rels", document_relations),
                        part("word/styles.xml", styles),
                        {"word/document.xml", std::move(document)}});
}

std::string txt_of(const MediaText& text) {
  std::string out = "\xEF\xBB\xBF" + text.title + "\r\n\r\n";
  for (const auto& [name, value] : text.facts) {
    out.append(name).append("：").append(value).append("\r\n");
  }
  out += "\r\n";
  lines_of(text.body, [&out](std::string_view line) { out.append(line).append("\r\n"); });
  return out;
}

}  // namespace gulou
