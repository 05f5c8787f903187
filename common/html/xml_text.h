// The text of one element of a short XML answer, found by its path of element names. For answers of
// other systems; entities are not expanded beyond the five of XML, and a document type is refused.
// Pure; any thread. Door to expat: xml_text.cc.
#pragma once

#include <string>
#include <string_view>

namespace gulou {

// "result/id": text of the first such element, counted from the root; names without their prefix.
// Empty where there is none or the text is no XML.
std::string xml_text(std::string_view xml, std::string_view path);

}  // namespace gulou
