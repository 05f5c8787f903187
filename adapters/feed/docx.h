// A release as a Word document and as plain text, the way an editor takes it over: title, what is
// known of the document, the whole text, nothing cut. A DOCX is a ZIP of XML parts (ECMA-376), here
// the five that every reader needs. Pure.
#pragma once

#include "common/base/result.h"

#include <string>
#include <utility>
#include <vector>

namespace gulou {

struct MediaText {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;  // 发文字号 and the like: name, value
  std::string body;                                        // plain text, a line per paragraph
};

// Errors: archive_too_large.
Result<std::string> docx_of(const MediaText& text);
// UTF-8 with a mark and CR LF, so that every editor on every desk opens it.
std::string txt_of(const MediaText& text);

}  // namespace gulou
