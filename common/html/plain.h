// Bodies in and out: any accepted body as HTML for a page, and as plain text for channels, search
// and screens; the attachments a body refers to. `html` is always a body in normal form
// (sanitise.h). Pure; any thread.
#pragma once

#include "common/base/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// How a body is written; the values of the model's BodyFormat by name.
enum class Markup : uint8_t { html, markdown, text };

// The body in normal form. HTML is handed through: it was checked when it was accepted.
// Errors: those of markdown_to_html().
Result<std::string> body_html(Markup markup, std::string_view content);

// Every line that is not blank becomes a paragraph.
std::string text_to_html(std::string_view text);

// Blocks end with a line break, table cells are parted by tabs, list items keep their numbers,
// pictures leave nothing. No text is left out.
std::string plain_text(std::string_view html);

// The beginning of a plain text for a list of results or a card: whole characters, at most
// chars_max with the "…" that marks what was left out, ending after a sentence where one ends in
// the second half. Never for text a channel publishes as the document itself: that is not cut.
std::string excerpt(std::string_view plain, size_t chars_max);

// Names behind attachment:NAME in pictures and links, in order of first use, each once.
std::vector<std::string> referenced_attachments(std::string_view html);

// attachment:NAME replaced by what url_of(NAME) says, at rendering; the result is no longer normal
// form. An empty answer leaves the address as it is.
using AttachmentUrl = std::function<std::string(std::string_view name)>;
std::string with_attachment_urls(std::string_view html, const AttachmentUrl& url_of);

}  // namespace gulou
