#include "adapters/portal/wordpress_api.h"

#include "common/base/base64.h"
#include "common/base/utf8.h"
#include "common/crypto/key_file.h"
#include "common/http/url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace gulou {
namespace {

constexpr std::string_view post_fields = "id,slug,status,link,title,content,categories";
constexpr std::string_view page_size = "100";  // WordPress gives no more at once
constexpr int64_t upload_bytes_per_ms = 100;   // a slow line; an upload is waited for so long
constexpr size_t said_bytes_max = 400;

int64_t retry_after_ms(const HttpAnswer& answer) {
  const std::string_view text = answer.header("retry-after");
  int64_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr int64_t second_ms = 1000;
  return std::clamp<int64_t>(seconds, 0, 24LL * 3600) * second_ms;
}

bool is_one_of(std::string_view code, std::initializer_list<std::string_view> codes) {
  return std::ranges::find(codes, code) != codes.end();
}

std::string joined(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) {
    list += (list.empty() ? "" : ",") + word;
  }
  return list;
}

std::string said_by(const HttpAnswer& answer, const JsonValue& body) {
  std::string said = "HTTP " + std::to_string(answer.status);
  if (body.is_object() && !body.text("code").empty()) {
    said.append(", ").append(body.text("code")).append(": ").append(body.text("message"));
  }
  if (const std::string_view to = answer.header("location"); answer.status / 100 == 3) {
    said.append(", ").append(to);
  }
  size_t end = std::min(said.size(), said_bytes_max);
  while (end < said.size() && (static_cast<unsigned char>(said[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  said.resize(end);
  return said;
}

CmsOutcome outcome_of_status(int status, bool has_code, bool is_read) {
  if (status / 100 == 3) {
    return CmsOutcome::misconfigured;  // it lives at another address
  }
  switch (status) {
    case 400:
    case 413:
    case 422:
      return CmsOutcome::content;
    case 401:
      return CmsOutcome::auth;
    case 403:  // without a code some gateway in front of it said so
      return has_code ? CmsOutcome::misconfigured : CmsOutcome::transient;
    case 404:
      return CmsOutcome::misconfigured;  // there is no such interface
    case 410:
      return CmsOutcome::absent;
    case 429:
      return CmsOutcome::quota;
    case 503:
      return CmsOutcome::transient;  // being maintained: nothing was done
    default:
      return is_read ? CmsOutcome::transient : CmsOutcome::unclear;
  }
}

}  // namespace

CmsOutcome wordpress_outcome(int status, std::string_view code, bool is_json, bool is_read) {
  if (status / 100 == 2) {
    return is_json ? CmsOutcome::ok : is_read ? CmsOutcome::transient : CmsOutcome::unclear;
  }
  if (is_one_of(code, {"rest_post_invalid_id", "rest_term_invalid", "rest_already_trashed"})) {
    return CmsOutcome::absent;
  }
  if (code == "term_exists") {
    return CmsOutcome::exists;
  }
  if (code.starts_with("application_passwords_disabled") || code == "rest_no_route") {
    return CmsOutcome::misconfigured;
  }
  if (code.starts_with("rest_upload_") || code == "empty_content") {
    return CmsOutcome::content;  // even with 500: a type of file it does not take
  }
  if (is_one_of(code, {"db_insert_error", "db_update_error", "rest_trash_not_supported"})) {
    return CmsOutcome::transient;
  }
  return outcome_of_status(status, !code.empty(), is_read);
}

std::string WordpressApi::address(const std::string& path, const HttpFields& query) const {
  std::string url = settings_.api;
  while (url.ends_with('/')) {
    url.pop_back();
  }
  url += "/wp/v2/" + path;
  char sign = url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : query) {
    url.append(1, sign).append(name).append("=").append(percent_encode(value));
    sign = '&';
  }
  return url;
}

Result<WordpressAnswer> WordpressApi::send(HttpCall call) {
  std::string password = TRY(read_secret_file(settings_.password_file));
  password.erase(password.find_last_not_of(" \r\n") + 1);
  call.headers.emplace_back("Authorization", "Basic " + to_base64(settings_.user + ":" + password));
  const HttpAnswer answer = TRY(client_.call(call));
  WordpressAnswer result;
  auto body = JsonValue::parse(answer.body);
  const bool is_json = body && (body->is_object() || body->is_array());
  if (is_json) {
    result.body = *std::move(body);
  }
  result.code = result.body.text("code");
  result.said = said_by(answer, result.body);
  int status = answer.status;
  // Whom it does not know it tells that a parameter is forbidden to strangers.
  if (const JsonValue& inner = result.body.at("data.details.status"); inner.is_object()) {
    result.code = inner.text("code");
    status = static_cast<int>(inner.integer("data.status", status));
  }
  result.outcome = wordpress_outcome(status, result.code, is_json, call.method == "GET");
  result.retry_after_ms = retry_after_ms(answer);
  return result;
}

Result<WordpressAnswer> WordpressApi::get(const std::string& path, const HttpFields& query) {
  HttpCall call;
  call.url = address(path, query);
  return send(std::move(call));
}

Result<WordpressAnswer> WordpressApi::posts_of(const std::vector<std::string>& slugs,
                                               bool in_trash) {
  return get(settings_.type,
             {{"slug", joined(slugs)},
              {"status", in_trash ? "trash" : "any"},
              {"context", "edit"},
              {"per_page", std::string(page_size)},
              {"orderby", "id"},
              {"order", "asc"},
              {"_fields", std::string(post_fields)}});
}

Result<WordpressAnswer> WordpressApi::posts_naming(const std::string& word) {
  return get(settings_.type,
             {{"search", word},
              {"status", "publish"},
              {"context", "edit"},
              {"per_page", std::string(page_size)},
              {"orderby", "id"},
              {"order", "asc"},
              {"_fields", std::string(post_fields)}});
}

Result<WordpressAnswer> WordpressApi::write_post(int64_t id, std::string fields) {
  HttpCall call;
  call.method = "POST";
  call.url = address(settings_.type + (id == 0 ? "" : "/" + std::to_string(id)), {});
  call.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  call.body = std::move(fields);
  return send(std::move(call));
}

Result<WordpressAnswer> WordpressApi::remove_post(int64_t id, bool for_good) {
  HttpCall call;
  call.method = "DELETE";
  HttpFields query;
  if (for_good) {
    query = {{"force", "true"}};
  }
  call.url = address(settings_.type + "/" + std::to_string(id), query);
  return send(std::move(call));
}

Result<WordpressAnswer> WordpressApi::files_of(int64_t post) {
  return get("media",
             {{"parent", std::to_string(post)},
              {"context", "edit"},
              {"per_page", std::string(page_size)},
              {"orderby", "id"},
              {"order", "asc"},
              {"_fields", "id,slug,source_url"}});
}

Result<WordpressAnswer> WordpressApi::upload(const Upload& upload, std::string bytes) {
  HttpCall call;
  call.method = "POST";
  call.url = address("media",
                     {{"post", std::to_string(upload.post)},
                      {"slug", upload.slug},
                      {"title", upload.title},
                      {"alt_text", upload.alt}});
  call.timeout_ms += static_cast<int64_t>(bytes.size()) / upload_bytes_per_ms;
  call.headers = {{"Content-Type", upload.media_type},
                  {"Content-Disposition", "attachment; filename=\"" + upload.file_name + "\""}};
  call.body = std::move(bytes);
  return send(std::move(call));
}

Result<WordpressAnswer> WordpressApi::remove_file(int64_t id) {
  HttpCall call;
  call.method = "DELETE";
  call.url = address("media/" + std::to_string(id), {{"force", "true"}});
  return send(std::move(call));
}

Result<WordpressAnswer> WordpressApi::categories_of(const std::string& slug) {
  return get("categories", {{"slug", slug}, {"_fields", "id"}});
}

Result<WordpressAnswer> WordpressApi::categories_named(const std::string& name, int64_t parent) {
  return get("categories",
             {{"search", name},
              {"parent", std::to_string(parent)},
              {"per_page", std::string(page_size)},
              {"_fields", "id,name"}});
}

Result<WordpressAnswer> WordpressApi::add_category(const std::string& fields) {
  HttpCall call;
  call.method = "POST";
  call.url = address("categories", {});
  call.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  call.body = fields;
  return send(std::move(call));
}

WordpressPost wordpress_post(const JsonValue& value) {
  WordpressPost post;
  post.id = value.integer("id");
  post.slug = value.text("slug");
  post.status = value.text("status");
  post.url = value.text("link");
  post.title = value.text("title.raw");
  post.raw = value.text("content.raw");
  for (const JsonValue& category : value.items("categories")) {
    post.categories.push_back(category.integer());
  }
  return post;
}

std::vector<WordpressPost> wordpress_posts(const JsonValue& list) {
  std::vector<WordpressPost> posts;
  for (const JsonValue& value : list.items()) {
    posts.push_back(wordpress_post(value));
  }
  return posts;
}

std::vector<WordpressFile> wordpress_files(const JsonValue& list) {
  std::vector<WordpressFile> files;
  for (const JsonValue& value : list.items()) {
    files.push_back({value.integer("id"),
                     std::string(value.text("slug")),
                     std::string(value.text("source_url"))});
  }
  return files;
}

}  // namespace gulou
