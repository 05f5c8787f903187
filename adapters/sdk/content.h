// What a release says, in the order the field knows it: for every channel that makes a text or a
// page of it. Labels and marks are the catalogue's; channels speak Chinese. Pure; any thread.
#pragma once

#include "common/base/result.h"
#include "common/model/release.h"

#include <string>
#include <string_view>
#include <vector>

namespace gulou::sdk {

// The body in normal form of HTML, attachments as attachment:NAME; empty where there is none.
// Errors: those of body_html() for Markdown.
Result<std::string> content_html(const Body& body);

// One thing said beside the body: key is that of the word "field_<key>". Empty texts are left out.
struct Particular {
  std::string_view key;
  std::string text;
};

// The eight elements of a service guide, in the order of the national guideline; empty for others.
std::vector<Particular> guide_elements(const Release& release);
// Those, the period and feedback of a public notice, question and answer of a reply: whatever
// stands in fields of its own instead of the body.
std::vector<Particular> particulars(const Release& release);

// The Chinese label of a Particular or of any other field, and a Chinese sentence.
std::string_view label(std::string_view key);
std::string say(std::string_view reason, const std::vector<std::string>& args = {});

// The title with the mark of a drill before it where the release is one.
std::string marked_title(const Release& release, std::string_view title);
// The publisher's words on a document that is no longer in force, or the catalogue's.
std::string invalid_note(std::string_view public_note);

}  // namespace gulou::sdk
