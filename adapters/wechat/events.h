// What WeChat tells by itself: a publish job has ended. The account's server settings name this
// program's address; every request is signed with a token that only the platform and this account
// know. The endpoint runs on the web server's thread; WechatEvents belongs to the adapter's thread.
#pragma once

#include "adapters/sdk/callbacks.h"
#include "adapters/wechat/api.h"
#include "adapters/wechat/limits.h"
#include "common/base/mailbox.h"
#include "common/http/message.h"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gulou {

struct WechatEvent {
  std::string publish_id;
  WechatJob job;
};

// Of PUBLISHJOBFINISH; nothing for any other event.
std::optional<WechatEvent> parse_wechat_event(std::string_view xml);

// signature = SHA-1 of token, timestamp and nonce, sorted and joined.
bool is_signed_by_wechat(std::string_view token, const HttpRequest& request);

class WechatEvents {
 public:
  // What was told of this job, if anything; at most once.
  std::optional<WechatJob> take(const std::string& publish_id);

  Mailbox<WechatEvent>& box() { return box_; }

 private:
  Mailbox<WechatEvent> box_{limits::wechat_events_max};
  std::deque<WechatEvent> told_;
};

class WechatEndpoint {
 public:
  // published: called where something was published, on the web server's thread.
  WechatEndpoint(std::string token,
                 WechatEvents& events,
                 sdk::Callbacks& callbacks,
                 std::function<void()> published)
      : token_(std::move(token)),
        events_(events),
        callbacks_(callbacks),
        published_(std::move(published)) {}

  // GET: the platform asks whether the address is ours; POST: an event.
  HttpResponse answer(const HttpRequest& request) const;

 private:
  std::string token_;
  WechatEvents& events_;
  sdk::Callbacks& callbacks_;
  std::function<void()> published_;
};

}  // namespace gulou
