#include "adapters/portal/http_api.h"

#include "common/base/files.h"
#include "common/base/limits.h"
#include "common/crypto/key_file.h"
#include "common/html/xml_text.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace gulou {
namespace {

Escape escape_of(CmsEncoding encoding) {
  switch (encoding) {
    case CmsEncoding::json:
      return Escape::json;
    case CmsEncoding::xml:
      return Escape::xml;
    case CmsEncoding::form:
      return Escape::form;
  }
  return Escape::json;
}

std::string_view media_type_of(CmsEncoding encoding) {
  switch (encoding) {
    case CmsEncoding::json:
      return "application/json; charset=utf-8";
    case CmsEncoding::xml:
      return "application/xml; charset=utf-8";
    case CmsEncoding::form:
      return "application/x-www-form-urlencoded";
  }
  return {};
}

std::string json_at(std::string_view body, std::string_view path) {
  const auto value = JsonValue::parse(body);
  if (!value) {
    return {};
  }
  const JsonValue& found = value->at(path);
  if (found.is_text()) {
    return std::string(found.text());
  }
  const auto* number = std::get_if<int64_t>(&found.content());
  return number != nullptr ? std::to_string(*number) : std::string();
}

bool names(const std::vector<std::string>& answers, const std::string& wanted) {
  return std::ranges::find(answers, wanted) != answers.end();
}

int64_t retry_after_ms(const HttpAnswer& answer) {
  const std::string_view text = answer.header("retry-after");
  int64_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr int64_t second_ms = 1000;
  return std::clamp<int64_t>(seconds, 0, 24LL * 3600) * second_ms;
}

// Where something is to be read out of a JSON body, the body is JSON.
bool is_what_was_asked(const HttpAnswer& answer, const CmsCall& call) {
  const bool from_json =
      !call.id_at.empty() && !call.id_at.starts_with("header:") && !call.id_at.starts_with("xml:");
  return !from_json || JsonValue::parse(answer.body).has_value();
}

}  // namespace

std::string cms_value(const HttpAnswer& answer, std::string_view at) {
  constexpr std::string_view header = "header:", xml = "xml:";
  if (at.empty()) {
    return {};
  }
  if (at.starts_with(header)) {
    return std::string(answer.header(at.substr(header.size())));
  }
  if (at.starts_with(xml)) {
    return xml_text(answer.body, at.substr(xml.size()));
  }
  return json_at(answer.body, at);
}

Result<HttpApi> HttpApi::open(HttpTable settings) {
  HttpApi api(std::move(settings));
  HttpTable& table = api.settings_;
  for (const auto& [name, call] : {std::pair<std::string_view, CmsCall*>{"http_find", &table.find},
                                   {"http_create", &table.create},
                                   {"http_remove", &table.remove}}) {
    if (call->url.empty()) {
      return fail(ErrorCode::invalid_argument, "cms_call_missing", {}, {std::string(name)});
    }
  }
  for (CmsCall* call :
       {&table.find, &table.create, &table.update, &table.remove, &table.mark, &table.upload}) {
    if (!call->body_file.empty()) {
      call->body = TRY(read_file(call->body_file, limits::settings_bytes_max));
    }
    TRY(api.compile(call->url, Escape::form));
    TRY(api.compile(call->body, escape_of(table.encoding)));
  }
  TRY(api.compile(table.page_url, Escape::form));
  for (const std::string& header : table.headers) {
    TRY(api.compile(header, Escape::form));
  }
  return api;
}

Status HttpApi::compile(const std::string& source, Escape escape) {
  const std::pair key(escape, source);
  if (!templates_.contains(key)) {
    Template compiled = TRY(Template::compile("http", source, escape));
    templates_.emplace(key, std::move(compiled));
  }
  return {};
}

Result<std::string> HttpApi::secret() const {
  if (settings_.secret_file.empty()) {
    return std::string();
  }
  std::string secret = TRY(read_secret_file(settings_.secret_file));
  secret.erase(secret.find_last_not_of(" \r\n") + 1);
  return secret;
}

Result<std::string> HttpApi::page_url(const TemplateData& data) const {
  return templates_.at({Escape::form, settings_.page_url}).render(data);
}

CmsOutcome HttpApi::outcome_of(const std::string& status, const std::string& code) const {
  const auto classes = {std::pair{&settings_.ok, CmsOutcome::ok},
                        {&settings_.exists, CmsOutcome::exists},
                        {&settings_.absent, CmsOutcome::absent},
                        {&settings_.transient, CmsOutcome::transient},
                        {&settings_.quota, CmsOutcome::quota},
                        {&settings_.auth, CmsOutcome::auth},
                        {&settings_.misconfigured, CmsOutcome::misconfigured},
                        {&settings_.content, CmsOutcome::content}};
  for (const std::string& wanted : {"code:" + code, status}) {
    for (const auto& [answers, outcome] : classes) {
      if (names(*answers, wanted)) {
        return outcome;
      }
    }
    // A body with a code that nobody named says nothing by its status of 200.
    if (!code.empty() && status.starts_with('2')) {
      return CmsOutcome::unclear;
    }
  }
  return CmsOutcome::unclear;
}

Result<CmsAnswer> HttpApi::call(const CmsCall& call,
                                TemplateData data,
                                std::string_view payload,
                                std::string_view media_type) {
  data.set("secret", TRY(secret()));
  HttpCall request;
  request.method = call.method;
  request.url = templates_.at({Escape::form, call.url}).render(data);
  for (const std::string& header : settings_.headers) {
    const std::string text = templates_.at({Escape::form, header}).render(data);
    const size_t colon = text.find(": ");
    if (colon != std::string::npos) {
      request.headers.emplace_back(text.substr(0, colon), text.substr(colon + 2));
    }
  }
  if (!payload.empty()) {
    request.body = payload;
    request.headers.emplace_back("Content-Type", media_type);
  } else if (!call.body.empty()) {
    request.body = templates_.at({escape_of(settings_.encoding), call.body}).render(data);
    request.headers.emplace_back("Content-Type", media_type_of(settings_.encoding));
  }
  const HttpAnswer answer = TRY(client_.call(request));
  const std::string code = cms_value(answer, settings_.code_at);
  CmsAnswer result;
  result.outcome = outcome_of(std::to_string(answer.status), code);
  result.said = "HTTP " + std::to_string(answer.status) + (code.empty() ? "" : ", code " + code);
  result.id = cms_value(answer, call.id_at);
  result.url = cms_value(answer, call.url_at);
  result.revision = cms_value(answer, call.revision_at);
  if (result.outcome == CmsOutcome::ok && !is_what_was_asked(answer, call)) {
    result.outcome = CmsOutcome::unclear;  // a page of some gateway
  }
  result.retry_after_ms = retry_after_ms(answer);
  return result;
}

}  // namespace gulou
