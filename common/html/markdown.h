// A Markdown subset to the normal form: paragraphs, headings, lists, quotations, code, emphasis,
// strikethrough, tables, links and pictures of the release (attachment:NAME). Raw HTML is text; a
// line that is only an HTML comment is left out. A line break between two Chinese characters joins
// them. Pure and bounded; any thread.
#pragma once

#include "common/base/result.h"

#include <string>
#include <string_view>

namespace gulou {

// Errors: html_too_large, html_too_deep, markdown_failed; markdown_address_refused when a link or
// picture would have been lost: official text is never thinned out silently.
Result<std::string> markdown_to_html(std::string_view markdown, std::string_view field = "body");

}  // namespace gulou
