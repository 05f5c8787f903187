#include "adapters/wechat/api.h"

#include "adapters/wechat/limits.h"
#include "common/base/log.h"
#include "common/crypto/digest.h"
#include "common/crypto/key_file.h"
#include "common/html/escape.h"
#include "common/json/writer.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace gulou {
namespace {

constexpr int invalid_media_id = 40007;

bool is_token_refused(int code) {
  return code == 40001 || code == 40014 || code == 41001 || code == 42001;
}

// The documents show text, the platform sends numbers too.
std::string text_or_number(const JsonValue& value, std::string_view path) {
  const std::string_view text = value.text(path);
  return text.empty() ? std::to_string(value.integer(path)) : std::string(text);
}

std::string one_member(std::string_view name, std::string_view text) {
  JsonWriter json;
  json.begin_object().member(name, text).end_object();
  return json.take();
}

std::vector<WechatItem> items_of(const JsonValue& content) {
  std::vector<WechatItem> items;
  for (const JsonValue& item : content.items("news_item")) {
    items.push_back({std::string(item.text("title")),
                     std::string(item.text("content")),
                     std::string(item.text("content_source_url")),
                     std::string(item.text("url")),
                     item.boolean("is_deleted")});
  }
  return items;
}

std::vector<WechatMessage> messages_of(const JsonValue& value, std::string_view id) {
  std::vector<WechatMessage> messages;
  for (const JsonValue& message : value.items("item")) {
    messages.push_back({std::string(message.text(id)), items_of(message.at("content"))});
  }
  return messages;
}

std::string draft_json(const std::vector<WechatArticle>& articles) {
  JsonWriter json;
  json.begin_object().key("articles").begin_array();
  for (const WechatArticle& article : articles) {
    json.begin_object().member("article_type", "news").member("title", article.title);
    json.text_member("author", article.author).text_member("digest", article.digest);
    json.member("content", article.content).member("content_source_url", article.source_url);
    json.member("thumb_media_id", article.cover).member("need_open_comment", 0);
    json.member("only_fans_can_comment", 0).end_object();
  }
  json.end_array().end_object();
  return json.take();
}

std::string page_json(int offset, bool bare) {
  JsonWriter json;
  json.begin_object().member("offset", offset).member("count", limits::wechat_list_rows);
  json.member("no_content", bare ? 1 : 0).end_object();
  return json.take();
}

}  // namespace

int wechat_code(const Error& error) {
  int code = 0;
  if (error.reason == "wechat_error" && !error.args.empty()) {
    const std::string& text = error.args.front();
    std::from_chars(text.data(), text.data() + text.size(), code);
  }
  return code;
}

WechatJobState job_state(int publish_status) {
  switch (publish_status) {
    case 0:
      return WechatJobState::published;
    case 1:
      return WechatJobState::running;
    case 2:
    case 3:
    case 4:
      return WechatJobState::refused;
    default:
      return WechatJobState::removed;
  }
}

Status WechatApi::spend(std::string_view name, uint32_t most) {
  if (counters_.take(name, most, read_clocks().utc)) {
    return {};
  }
  return fail(ErrorCode::exhausted, "wechat_day_spent", {}, {std::string(name)});
}

Result<JsonValue> WechatApi::call_once(HttpCall call) {
  constexpr int server_failed = 500;
  constexpr int too_many = 429;
  call.timeout_ms = limits::wechat_call_ms_max;
  call.bytes_max = limits::wechat_answer_bytes_max;
  const HttpAnswer answer = TRY(client_.call(call));
  if (const Utc platform = parse_http_date(answer.header("date"))) {
    counters_.set_platform_time(platform, read_clocks().utc);
  }
  auto value = JsonValue::parse(answer.body);
  const auto code = value ? value->integer("errcode") : 0;
  if (code != 0) {
    return fail(ErrorCode::refused,
                "wechat_error",
                {},
                {std::to_string(code), std::string(value->text("errmsg"))});
  }
  if (answer.status == too_many) {
    return fail(ErrorCode::refused, "wechat_error", {}, {"45011", "HTTP 429"});
  }
  // A gateway's page instead of an answer says nothing of what was done behind it.
  if (!value || !value->is_object() || answer.status >= server_failed) {
    return fail(ErrorCode::timed_out, "wechat_unclear", {}, {std::to_string(answer.status)});
  }
  return value;
}

// The platform hands the same token to whoever asks, and a new one from five minutes before the end
// of the old one on, which stays good until then.
Status WechatApi::renew(bool force) {
  if (force) {
    TRY(spend("force_refresh", limits::wechat_forces_per_day));
    forced_at_ = read_clocks().mono;
  }
  std::string secret = TRY(read_secret_file(settings_.secret_file));
  secret.erase(secret.find_last_not_of(" \r\n") + 1);
  JsonWriter json;
  json.begin_object().member("grant_type", "client_credential").member("appid", settings_.appid);
  json.member("secret", secret).member("force_refresh", force).end_object();
  HttpCall call{.method = "POST", .url = settings_.api + "/cgi-bin/stable_token"};
  call.body = json.take();
  call.repeatable = true;
  const JsonValue value = TRY(call_once(std::move(call)));
  token_ = value.text("access_token");
  const int64_t good_ms = value.integer("expires_in") * 1000;
  token_until_ = {read_clocks().mono.ms + good_ms -
                  std::min(limits::wechat_token_overlap_ms, good_ms / 2)};
  return {};
}

Result<std::string> WechatApi::token() {
  if (token_.empty() || read_clocks().mono >= token_until_) {
    TRY(renew(false));
  }
  return token_;
}

// A token that was refused is renewed once: by asking, and where the answer is the refused one, by
// force. A call refused for its token did nothing, so it is made again.
Result<JsonValue> WechatApi::ask(const std::string& path, HttpCall call) {
  const std::string shown = TRY(token());
  const auto with_token = [&](const std::string& token) {
    HttpCall made = call;
    made.url = settings_.api + "/cgi-bin/" + path +
               (path.find('?') == std::string::npos ? "?" : "&") +
               "access_token=" + escaped(token, Escape::form);
    return made;
  };
  auto answer = call_once(with_token(shown));
  if (answer || !is_token_refused(wechat_code(answer.error()))) {
    return answer;
  }
  log::warn("wechat.token_refused", {{"error", describe(answer.error())}});
  TRY(renew(false));
  const Mono now = read_clocks().mono;
  if (token_ == shown && (!forced_at_ || now.ms - forced_at_->ms >= limits::wechat_force_ms_min)) {
    TRY(renew(true));
  }
  return token_ == shown ? std::move(answer) : call_once(with_token(token_));
}

Result<JsonValue> WechatApi::ask_json(const std::string& path, std::string body, bool repeatable) {
  HttpCall call{.method = "POST"};
  call.body = std::move(body);
  call.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  call.repeatable = repeatable;
  return ask(path, std::move(call));
}

Result<JsonValue> WechatApi::upload(const std::string& path, std::string_view bytes) {
  const std::string boundary = "gulou-" + to_hex(sha256(bytes));
  const bool png = bytes.starts_with("\x89PNG");
  HttpCall call{.method = "POST"};
  call.body = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"media\"; filename=\"" +
              (png ? "picture.png" : "picture.jpg") + "\"\r\nContent-Type: image/" +
              (png ? "png" : "jpeg") + "\r\n\r\n";
  call.body.append(bytes).append("\r\n--" + boundary + "--\r\n");
  call.headers.emplace_back("Content-Type", "multipart/form-data; boundary=" + boundary);
  return ask(path, std::move(call));
}

Result<std::string> WechatApi::upload_picture(std::string_view bytes) {
  const JsonValue value = TRY(upload("media/uploadimg", bytes));
  return std::string(value.text("url"));
}

Result<std::string> WechatApi::add_cover(std::string_view bytes) {
  const JsonValue value = TRY(upload("material/add_material?type=image", bytes));
  return std::string(value.text("media_id"));
}

Result<std::string> WechatApi::add_draft(const std::vector<WechatArticle>& articles) {
  const JsonValue value = TRY(ask_json("draft/add", draft_json(articles), false));
  return std::string(value.text("media_id"));
}

Result<bool> WechatApi::has_draft(const std::string& media_id) {
  const auto value = ask_json("draft/get", one_member("media_id", media_id), true);
  if (!value && wechat_code(value.error()) != invalid_media_id) {
    return fail(value.error());
  }
  return value.has_value();
}

Status WechatApi::delete_draft(const std::string& media_id) {
  const auto done = ask_json("draft/delete", one_member("media_id", media_id), true);
  if (!done && wechat_code(done.error()) != invalid_media_id) {
    return fail(done.error());
  }
  return {};
}

Result<std::vector<WechatMessage>> WechatApi::drafts() {
  const JsonValue value = TRY(ask_json("draft/batchget", page_json(0, false), true));
  return messages_of(value, "media_id");
}

Result<std::string> WechatApi::submit(const std::string& media_id) {
  const JsonValue value =
      TRY(ask_json("freepublish/submit", one_member("media_id", media_id), false));
  return text_or_number(value, "publish_id");
}

Result<WechatJob> WechatApi::job(const std::string& publish_id) {
  TRY(spend("job", settings_.polls_per_day));
  const JsonValue value =
      TRY(ask_json("freepublish/get", one_member("publish_id", publish_id), true));
  WechatJob job;
  job.status = static_cast<int>(value.integer("publish_status", 1));
  job.state = job_state(job.status);
  job.article_id = value.text("article_id");
  for (const JsonValue& item : value.items("article_detail.item")) {
    job.urls.emplace_back(item.text("article_url"));
  }
  return job;
}

Status WechatApi::remove(const std::string& article_id, size_t index) {
  TRY(spend("remove", settings_.deletes_per_day));
  JsonWriter json;
  json.begin_object().member("article_id", article_id).member("index", index).end_object();
  TRY(ask_json("freepublish/delete", json.take(), true));
  return {};
}

Result<std::optional<WechatMessage>> WechatApi::find_published(const Wanted& wanted) {
  for (int page = 0; page < limits::wechat_list_pages_max; ++page) {
    TRY(spend("list", settings_.lists_per_day));
    const JsonValue value = TRY(
        ask_json("freepublish/batchget", page_json(page * limits::wechat_list_rows, true), true));
    std::vector<WechatMessage> messages = messages_of(value, "article_id");
    const auto found = std::ranges::find_if(messages, wanted);
    if (found != messages.end()) {
      return std::optional(std::move(*found));
    }
    if (messages.size() < static_cast<size_t>(limits::wechat_list_rows)) {
      break;
    }
  }
  return std::optional<WechatMessage>();
}

Result<std::vector<WechatMessage>> WechatApi::newest_published() {
  const JsonValue value = TRY(ask_json("freepublish/batchget", page_json(0, true), true));
  return messages_of(value, "article_id");
}

Result<std::string> WechatApi::read_page(const std::string& url) {
  HttpCall call{.url = url};
  call.timeout_ms = limits::wechat_call_ms_max;
  call.bytes_max = limits::wechat_answer_bytes_max;
  HttpAnswer answer = TRY(client_.call(call));
  constexpr int fine = 200;
  if (answer.status != fine) {
    return fail(ErrorCode::unavailable, "wechat_unclear", {}, {std::to_string(answer.status)});
  }
  return std::move(answer.body);
}

}  // namespace gulou
