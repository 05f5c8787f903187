// WordpressApi is the REST interface of one WordPress as an editor's application password sees it.
// It knows nothing of deliveries; what an answer means is CmsOutcome. Used on the SDK's call
// thread; the password is read anew for each call.
#pragma once

#include "adapters/portal/http_api.h"
#include "adapters/portal/wordpress_text.h"
#include "common/http/client.h"
#include "common/json/value.h"
#include "common/settings/wordpress_table.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct WordpressAnswer {
  CmsOutcome outcome = CmsOutcome::unclear;
  std::string said;  // status, code and message, for people
  std::string code;  // "rest_cannot_create"
  JsonValue body;
  int64_t retry_after_ms = 0;
};

struct WordpressPost {
  int64_t id = 0;
  std::string slug;
  std::string status;  // publish, draft, future, trash …
  std::string url;     // where citizens read it, once it is published
  std::string title;   // HTML
  std::string raw;     // its content
  std::vector<int64_t> categories;

  bool is_public() const { return status == "publish"; }
};

struct WordpressFile {
  int64_t id = 0;
  std::string slug;
  std::string url;
};

class WordpressApi {
 public:
  explicit WordpressApi(WordpressTable settings) : settings_(std::move(settings)) {}

  const WordpressTable& settings() const { return settings_; }

  // Errors of all: those of HttpClient::call, of read_secret_file. An answer whose outcome is not
  // `ok` has a body that says nothing.

  // What has one of these slugs, whatever its status but trash; or in the trash alone.
  Result<WordpressAnswer> posts_of(const std::vector<std::string>& slugs, bool in_trash = false);
  // Published ones whose text names this word.
  Result<WordpressAnswer> posts_naming(const std::string& word);
  // fields: a JSON object. id 0: a new one.
  Result<WordpressAnswer> write_post(int64_t id, std::string fields);
  // To the trash, or for good.
  Result<WordpressAnswer> remove_post(int64_t id, bool for_good);

  Result<WordpressAnswer> files_of(int64_t post);

  struct Upload {
    int64_t post = 0;
    std::string slug, file_name, media_type, title, alt;
  };

  Result<WordpressAnswer> upload(const Upload& upload, std::string bytes);
  Result<WordpressAnswer> remove_file(int64_t id);

  // Categories: by slug, or by name below a parent.
  Result<WordpressAnswer> categories_of(const std::string& slug);
  Result<WordpressAnswer> categories_named(const std::string& name, int64_t parent);
  Result<WordpressAnswer> add_category(const std::string& fields);

 private:
  Result<WordpressAnswer> get(const std::string& path, const HttpFields& query);
  Result<WordpressAnswer> send(HttpCall call);
  std::string address(const std::string& path, const HttpFields& query) const;

  WordpressTable settings_;
  HttpClient client_;
};

WordpressPost wordpress_post(const JsonValue& value);
std::vector<WordpressPost> wordpress_posts(const JsonValue& list);
std::vector<WordpressFile> wordpress_files(const JsonValue& list);

// status and code of an answer; is_json: the body is what the interface writes; is_read: a GET.
CmsOutcome wordpress_outcome(int status, std::string_view code, bool is_json, bool is_read);

}  // namespace gulou
