// Sheets in the layout of official documents (GB/T 9704-2012): A4, a type area of 156 mm × 225 mm,
// 22 lines of 28 characters in 3号 FangSong (Noto Serif where it is not installed), page numbers
// "n/m". Never a red letterhead or a seal: these are copies to post, not the documents themselves.
// Refuses text with a character no font can draw (missing_glyph); nothing is cut. Any thread.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace gulou {

struct OfficialText {
  enum class Form : uint8_t {
    paragraph,   // indented by two characters
    heading,     // 一级标题, 黑体
    subheading,  // 二级标题, 楷体
    plain,       // from the left edge
    centred,
    small,  // notes below a table or a picture
  };

  std::string text;
  Form form = Form::paragraph;
};

struct OfficialTable {
  std::vector<std::vector<std::string>> rows;
  size_t head_rows = 0;           // stand again on each page that goes on with it
  std::vector<uint32_t> columns;  // relative widths; empty: by what stands in them
};

struct OfficialPicture {
  std::string bytes;  // PNG or JPEG
  std::string alt;    // where the bytes cannot be drawn
};

using OfficialBlock = std::variant<OfficialText, OfficialTable, OfficialPicture>;

struct OfficialSheet {
  std::string doc_no;  // 发文字号, above the title; may be empty
  std::string title;
  std::vector<OfficialBlock> blocks;
  std::string issuer;  // 发文机关署名 and 成文日期, below the text; may be empty
  std::string date;
  std::string qr;                       // at the foot of the last page; may be empty
  std::vector<std::string> qr_lines{};  // beside it
  std::string footer;                   // small, at the bottom of each page
};

// One PDF, sheet after sheet, each with page numbers of its own.
struct OfficialPdf {
  std::string bytes;
  std::vector<uint32_t> pages;  // of each sheet
};

Result<OfficialPdf> official_pdf(const std::string& title,
                                 const std::vector<OfficialSheet>& sheets);

// The date as documents write it: "2026年11月20日" for "2026-11-20"; other text as it is.
std::string official_date(const std::string& date);

}  // namespace gulou
