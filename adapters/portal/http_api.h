// HttpApi is any CMS as adapters/portal.toml describes it: calls made from templates, answers
// judged by what the operator named. It knows nothing of deliveries. Used on the SDK's call thread.
#pragma once

#include "common/base/result.h"
#include "common/html/template.h"
#include "common/http/client.h"
#include "common/json/value.h"
#include "common/settings/cms_tables.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace gulou {

// What an answer means; `unclear`: nobody knows whether it was done.
enum class CmsOutcome : uint8_t {
  ok,
  exists,
  absent,
  transient,
  quota,
  auth,
  misconfigured,
  content,
  unclear
};

struct CmsAnswer {
  CmsOutcome outcome = CmsOutcome::unclear;
  std::string said;  // status and code, for people
  std::string id;
  std::string url;
  std::string revision;
  int64_t retry_after_ms = 0;
};

class HttpApi {
 public:
  // Compiles all templates. Errors: those of Template::compile, file_unreadable of body_file,
  // cms_call_missing where there is no create, find or remove.
  static Result<HttpApi> open(HttpTable settings);

  bool can(const CmsCall& call) const { return !call.url.empty(); }

  // payload: bytes sent in place of a body. Errors: those of HttpClient::call, of read_secret_file.
  Result<CmsAnswer> call(const CmsCall& call,
                         TemplateData data,
                         std::string_view payload = {},
                         std::string_view media_type = {});
  // page_url filled in.
  Result<std::string> page_url(const TemplateData& data) const;

  const HttpTable& settings() const { return settings_; }

 private:
  explicit HttpApi(HttpTable settings) : settings_(std::move(settings)) {}

  Status compile(const std::string& source, Escape escape);
  Result<std::string> secret() const;
  CmsOutcome outcome_of(const std::string& status, const std::string& code) const;

  HttpTable settings_;
  std::map<std::pair<Escape, std::string>, Template> templates_;  // by their source
  HttpClient client_;
};

// What stands at "data.id", "xml:result/id" or "header:location"; empty where nothing does.
std::string cms_value(const HttpAnswer& answer, std::string_view at);

}  // namespace gulou
