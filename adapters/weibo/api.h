// WeiboApi is the platform's HTTP interface as far as Gulou uses it: post, look, show, delete. Its
// answers are judged by `error_code` and never by the HTTP status. The token is read from its file
// at every call, so a person renews it without a restart. Used on the SDK's call thread.
#pragma once

#include "common/base/result.h"
#include "common/http/client.h"
#include "common/json/value.h"
#include "common/settings/outlet_tables.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct WeiboPost {
  std::string id;
  std::string text;
};

struct WeiboTimeline {
  std::vector<WeiboPost> posts;  // newest first
  bool whole = false;            // there are no older ones
};

struct WeiboPicture {
  std::string media_type;
  std::string bytes;
};

class WeiboApi {
 public:
  explicit WeiboApi(WeiboTable settings) : settings_(std::move(settings)) {}

  // Errors: refused weibo_error with the code as first argument; timed_out where nobody knows
  // whether it was done; unavailable where it was not.
  Result<WeiboPost> share(const std::string& text, const std::optional<WeiboPicture>& picture);
  Status destroy(const std::string& id);
  Result<WeiboPost> show(const std::string& id);
  // The newest posts, weibo_timeline_pages_max pages of them.
  Result<WeiboTimeline> timeline();
  // Where a short address leads; as it is where the platform does not know it.
  Result<std::string> expand(const std::string& url);

  const WeiboTable& settings() const { return settings_; }

 private:
  Result<JsonValue> get(const std::string& path, const HttpFields& fields);
  Result<JsonValue> post(const std::string& path, HttpCall call);
  Result<JsonValue> ask(HttpCall call);
  Result<std::string> token() const;

  WeiboTable settings_;
  HttpClient client_;
};

// The platform's code within a weibo_error; 0 for other Errors.
int weibo_code(const Error& error);

}  // namespace gulou
