#include "adapters/weibo/api.h"

#include "common/base/limits.h"
#include "common/crypto/digest.h"
#include "common/crypto/key_file.h"
#include "common/html/escape.h"

#include <charconv>

namespace gulou {
namespace {

std::string form_of(const HttpFields& fields) {
  std::string form;
  for (const auto& [name, value] : fields) {
    form.append(form.empty() ? "" : "&").append(name).append("=");
    append_escaped(form, value, Escape::form);
  }
  return form;
}

// The documents show text, the platform sends numbers too.
int number_at(const JsonValue& value, std::string_view path) {
  const std::string_view text = value.text(path);
  int number = static_cast<int>(value.integer(path));
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// idstr: the numeric id is rounded by whoever reads it as a double.
WeiboPost post_of(const JsonValue& value) {
  const std::string_view id = value.text("idstr", value.text("mid"));
  return {id.empty() ? std::to_string(value.integer("id")) : std::string(id),
          std::string(value.text("text"))};
}

void multipart(HttpCall& call, const HttpFields& fields, const WeiboPicture& picture) {
  const std::string boundary = "gulou-" + to_hex(sha256(picture.bytes));
  for (const auto& [name, value] : fields) {
    call.body.append("--").append(boundary);
    call.body.append("\r\nContent-Disposition: form-data; name=\"").append(name);
    call.body.append("\"\r\n\r\n").append(value).append("\r\n");
  }
  call.body += "--" + boundary +
               "\r\nContent-Disposition: form-data; name=\"pic\"; filename=\"picture.jpg\""
               "\r\nContent-Type: " +
               picture.media_type + "\r\n\r\n" + picture.bytes + "\r\n--" + boundary + "--\r\n";
  call.headers.emplace_back("Content-Type", "multipart/form-data; boundary=" + boundary);
}

}  // namespace

int weibo_code(const Error& error) {
  int code = 0;
  if (error.reason == "weibo_error" && !error.args.empty()) {
    const std::string& text = error.args.front();
    std::from_chars(text.data(), text.data() + text.size(), code);
  }
  return code;
}

Result<std::string> WeiboApi::token() const {
  std::string token = TRY(read_secret_file(settings_.token_file));
  token.erase(token.find_last_not_of(" \r\n") + 1);
  return token;
}

Result<JsonValue> WeiboApi::ask(HttpCall call) {
  constexpr int server_failed = 500;
  constexpr int too_many = 429;
  call.timeout_ms = limits::weibo_call_ms_max;
  call.bytes_max = limits::weibo_answer_bytes_max;
  const HttpAnswer answer = TRY(client_.call(call));
  auto value = JsonValue::parse(answer.body);
  const int code = value ? number_at(*value, "error_code") : 0;
  if (code != 0) {
    return fail(ErrorCode::refused,
                "weibo_error",
                {},
                {std::to_string(code), std::string(value->text("error"))});
  }
  if (answer.status == too_many) {
    return fail(ErrorCode::refused, "weibo_error", {}, {"10022", "HTTP 429"});
  }
  // A gateway's page instead of an answer says nothing of what was done behind it.
  if (!value || answer.status >= server_failed) {
    return fail(ErrorCode::timed_out, "weibo_unclear", {}, {std::to_string(answer.status)});
  }
  return value;
}

Result<JsonValue> WeiboApi::get(const std::string& path, const HttpFields& fields) {
  HttpCall call;
  call.url = settings_.api + path + "?" + form_of(fields);
  const std::string shown = TRY(token());
  call.headers.emplace_back("Authorization", "OAuth2 " + shown);
  return ask(std::move(call));
}

Result<JsonValue> WeiboApi::post(const std::string& path, HttpCall call) {
  call.method = "POST";
  call.url = settings_.api + path;
  return ask(std::move(call));
}

Result<WeiboPost> WeiboApi::share(const std::string& text,
                                  const std::optional<WeiboPicture>& picture) {
  const std::string shown = TRY(token());
  const HttpFields fields{{"access_token", shown}, {"status", text}, {"rip", settings_.ip}};
  HttpCall call;
  if (picture) {
    multipart(call, fields, *picture);
  } else {
    call.body = form_of(fields);
    call.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  }
  const JsonValue value = TRY(post("/2/statuses/share.json", std::move(call)));
  return post_of(value);
}

Status WeiboApi::destroy(const std::string& id) {
  HttpCall call;
  const std::string shown = TRY(token());
  call.body = form_of({{"access_token", shown}, {"id", id}});
  call.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  TRY(post("/2/statuses/destroy.json", std::move(call)));
  return {};
}

Result<WeiboPost> WeiboApi::show(const std::string& id) {
  const JsonValue value = TRY(get("/2/statuses/show.json", {{"id", id}}));
  return post_of(value);
}

Result<WeiboTimeline> WeiboApi::timeline() {
  constexpr size_t per_page = 100;
  WeiboTimeline timeline;
  for (int page = 1; page <= limits::weibo_timeline_pages_max; ++page) {
    const JsonValue value = TRY(get("/2/statuses/user_timeline.json",
                                    {{"uid", settings_.uid},
                                     {"count", std::to_string(per_page)},
                                     {"page", std::to_string(page)}}));
    const JsonValue::Array& listed = value.items("statuses");
    for (const JsonValue& status : listed) {
      timeline.posts.push_back(post_of(status));
    }
    if (listed.size() < per_page) {
      timeline.whole = true;
      break;
    }
  }
  return timeline;
}

Result<std::string> WeiboApi::expand(const std::string& url) {
  const JsonValue value = TRY(get("/2/short_url/expand.json", {{"url_short", url}}));
  return std::string(value.text("urls[0].url_long", url));
}

}  // namespace gulou
