// WechatApi is the platform's HTTP interface as far as Gulou uses it: pictures, covers, drafts,
// publishing, looking, removing. HTTP says 200 whatever happened; answers are judged by `errcode`.
// It owns the account's access token: stable_token gives the same one to whoever asks, so a restart
// asks again, and a token refused is renewed once per failure. One object per thread.
#pragma once

#include "adapters/wechat/day_counters.h"
#include "common/base/result.h"
#include "common/http/client.h"
#include "common/json/value.h"
#include "common/settings/wechat_table.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// One article of a message, as it is written.
struct WechatArticle {
  std::string title;
  std::string author;
  std::string digest;
  std::string content;
  std::string source_url;
  std::string cover;  // media_id of permanent material
};

// One article as the platform shows it.
struct WechatItem {
  std::string title;
  std::string content;
  std::string source_url;
  std::string url;
  bool removed = false;
};

// A published message or a draft: `id` is its article_id or media_id.
struct WechatMessage {
  std::string id;
  std::vector<WechatItem> items;
};

enum class WechatJobState { published, running, refused, removed };

struct WechatJob {
  WechatJobState state = WechatJobState::running;
  int status = 1;  // the platform's publish_status
  std::string article_id;
  std::vector<std::string> urls;  // in the order of the articles
};

class WechatApi {
 public:
  WechatApi(WechatTable settings, DayCounters counters)
      : settings_(std::move(settings)), counters_(std::move(counters)) {}

  // Errors of all: refused wechat_error with the code as first argument; timed_out where nobody
  // knows whether it was done; unavailable where it was not; exhausted wechat_day_spent where
  // asking would cost more than the day's share.
  Result<std::string> upload_picture(std::string_view bytes);  // its address within a body
  Result<std::string> add_cover(std::string_view bytes);       // its media_id
  Result<std::string> add_draft(const std::vector<WechatArticle>& articles);
  Result<bool> has_draft(const std::string& media_id);
  Status delete_draft(const std::string& media_id);         // fine where it is not there
  Result<std::vector<WechatMessage>> drafts();              // the newest
  Result<std::string> submit(const std::string& media_id);  // the publish_id
  Result<WechatJob> job(const std::string& publish_id);
  Status remove(const std::string& article_id, size_t index);  // from 1
  // The newest first, one page after the other until `wanted` says yes; none: not among them.
  using Wanted = std::function<bool(const WechatMessage& message)>;
  Result<std::optional<WechatMessage>> find_published(const Wanted& wanted);
  // Its first page alone; counts against nothing here: whoever asks knows how often.
  Result<std::vector<WechatMessage>> newest_published();
  // What a reader of this address sees. Counts against nothing.
  Result<std::string> read_page(const std::string& url);

  // When the platform counts anew.
  Utc next_day() const { return counters_.next_day(read_clocks().utc); }

  const WechatTable& settings() const { return settings_; }

 private:
  Result<JsonValue> ask(const std::string& path, HttpCall call);
  Result<JsonValue> ask_json(const std::string& path, std::string body, bool repeatable);
  Result<JsonValue> upload(const std::string& path, std::string_view bytes);
  Result<JsonValue> call_once(HttpCall call);
  Status spend(std::string_view name, uint32_t most);
  Result<std::string> token();
  Status renew(bool force);

  WechatTable settings_;
  DayCounters counters_;
  HttpClient client_;
  std::string token_;
  Mono token_until_;
  std::optional<Mono> forced_at_;
};

// The platform's code within a wechat_error; 0 for other Errors.
int wechat_code(const Error& error);

// Of publish_status: 0 published, 1 running, 2 to 4 refused, 5 and 6 removed afterwards.
WechatJobState job_state(int publish_status);

}  // namespace gulou
