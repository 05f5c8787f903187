#include "common/http/harden.h"

#include <algorithm>

namespace gulou {

void harden(HttpResponse& response, bool encrypted) {
  constexpr std::string_view no_content =
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(response.headers,
                               [&](const auto& field) { return field.first == name; });
  };
  const auto set = [&](std::string_view name, std::string_view value) {
    if (!has(name)) {
      response.add(std::string(name), std::string(value));
    }
  };
  const auto type =
      std::ranges::find(response.headers, "Content-Type", &HttpFields::value_type::first);
  const bool is_document =
      type != response.headers.end() &&
      (type->second.starts_with("text/") || type->second.starts_with("application/json") ||
       type->second.find("+json") != std::string::npos ||
       type->second.find("xml") != std::string::npos);
  if (is_document) {  // not pictures and PDF files: viewers of browsers have parts of their own
    set("Content-Security-Policy", no_content);
    set("X-Frame-Options", "DENY");
  }
  set("X-Content-Type-Options", "nosniff");
  set("Referrer-Policy", "no-referrer");
  if (encrypted) {
    set("Strict-Transport-Security", "max-age=31536000");
  }
}

}  // namespace gulou
