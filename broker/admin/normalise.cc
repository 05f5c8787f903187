// Normalise: HTML into the normal form bodies are accepted in, and what the form cannot hold.
#include "broker/admin/routes.h"
#include "common/html/sanitise.h"
#include "common/json/value.h"
#include "common/json/writer.h"

namespace gulou {
namespace {

// {"html": …}, or the HTML itself as text/html.
Result<std::string> source_in(const HttpRequest& request) {
  if (request.header("content-type").starts_with("text/html")) {
    return request.body;
  }
  auto json = JsonValue::parse(request.body);
  if (!json) {
    Error error = std::move(json.error());
    error.field = error.field.empty() ? "body" : error.field;
    return fail(std::move(error));
  }
  const JsonValue& html = json->at("html");
  if (!html.is_text()) {
    return fail(ErrorCode::invalid_argument, "field_not_text", "html");
  }
  return std::string(html.text());
}

Status handle(const Exchange& exchange) {
  const std::string source = TRY(source_in(exchange.request()));
  const NormalForm form = TRY(normalise(source, "html"));
  JsonWriter json;
  json.begin_object().member("html", form.html).key("dropped").begin_array();
  for (const Dropped& dropped : form.dropped) {
    json.begin_object().member("what", dropped.what).member("count", dropped.count);
    if (dropped.line != 0) {
      json.member("line", dropped.line).member("column", dropped.column);
    }
    json.end_object();
  }
  json.end_array().member("word_residue", form.word_residue).end_object();
  exchange.answer(200, json.take());
  return {};
}

}  // namespace

AdminRoutes normalise_routes() {
  return {{"POST", "/v1/normalise", Access::known, handle}};
}

}  // namespace gulou
