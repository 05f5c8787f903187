#include "broker/admin/form_page.h"

#include "form_page_embedded.h"

namespace gulou {
namespace {

constexpr std::string_view page_policy =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

std::string_view embedded_file(std::string_view name) {
  for (const auto& [file, bytes] : embedded::form_page) {
    if (file == name) {
      return bytes;
    }
  }
  return {};
}

std::string rendered(std::string_view file, const TemplateData& data) {
  return render(embedded_file(file), data, Escape::html).value_or(std::string());
}

}  // namespace

HttpResponse form_page(int status, Language language, std::string_view content, TemplateData data) {
  data.set("language", language == Language::zh ? "zh-CN" : "en");
  data.set("content", rendered(content, data));
  HttpResponse response =
      text_answer(status, "text/html; charset=utf-8", rendered("form_page.html", data));
  response.add("Content-Security-Policy", std::string(page_policy));
  return response;
}

HttpResponse form_page_style() {
  return text_answer(200, "text/css; charset=utf-8", std::string(embedded_file("form_page.css")));
}

}  // namespace gulou
