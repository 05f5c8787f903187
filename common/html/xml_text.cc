// The door to expat.
#include "common/html/xml_text.h"

#include "common/base/limits.h"

#include <memory>
#include <type_traits>
#include <vector>

#include <expat.h>

namespace gulou {
namespace {

struct Search {
  std::string_view wanted;
  std::string path;
  std::vector<size_t> lengths;  // of path before each open element
  std::string text;
  bool inside = false;
  bool done = false;
  XML_Parser parser = nullptr;
};

Search& search_of(void* data) {
  return *static_cast<Search*>(data);
}

void on_start(void* data, const XML_Char* name, const XML_Char** /*attributes*/) {
  Search& search = search_of(data);
  std::string_view local = name;
  local.remove_prefix(local.rfind(':') == std::string_view::npos ? 0 : local.rfind(':') + 1);
  search.lengths.push_back(search.path.size());
  if (search.lengths.size() > limits::template_depth_max * 8) {
    XML_StopParser(search.parser, XML_FALSE);
  }
  search.path += search.path.empty() ? "" : "/";
  search.path += local;
  search.inside = search.inside || (!search.done && search.path == search.wanted);
}

void on_end(void* data, const XML_Char* /*name*/) {
  Search& search = search_of(data);
  if (search.inside && search.path == search.wanted) {
    search.inside = false;
    search.done = true;
  }
  search.path.resize(search.lengths.back());
  search.lengths.pop_back();
}

void on_text(void* data, const XML_Char* text, int length) {
  Search& search = search_of(data);
  if (search.inside) {
    search.text.append(text, static_cast<size_t>(length));
  }
}

void on_document_type(void* data,
                      const XML_Char* /*name*/,
                      const XML_Char* /*system*/,
                      const XML_Char* /*public_id*/,
                      int /*has_subset*/) {
  XML_StopParser(search_of(data).parser, XML_FALSE);
}

}  // namespace

std::string xml_text(std::string_view xml, std::string_view path) {
  const std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate("UTF-8"), &XML_ParserFree);
  if (!parser || xml.size() > limits::http_client_answer_bytes_default) {
    return {};
  }
  Search search{.wanted = path, .parser = parser.get()};
  XML_SetUserData(parser.get(), &search);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_document_type);
  const bool whole =
      XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE) == XML_STATUS_OK;
  return whole ? search.text : std::string();
}

}  // namespace gulou
