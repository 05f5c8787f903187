// WechatWatch sees, in draft mode, what a person has published at the platform's own pages, and
// tells the broker, so that what waited for that person is looked at. It asks for the newest page
// of the list only, every watch_ms and when the platform says something. Owned by run(); a thread
// and an API object of its own, which renews no token by force.
#pragma once

#include "adapters/sdk/callbacks.h"
#include "adapters/wechat/api.h"
#include "common/base/mailbox.h"

#include <thread>

namespace gulou {

class WechatWatch {
 public:
  WechatWatch(WechatApi api, sdk::Callbacks& callbacks);
  ~WechatWatch();
  WechatWatch(const WechatWatch&) = delete;
  WechatWatch& operator=(const WechatWatch&) = delete;
  WechatWatch(WechatWatch&&) = delete;
  WechatWatch& operator=(WechatWatch&&) = delete;

  // Look now. Any thread.
  void wake() { static_cast<void>(box_.try_send(true)); }

 private:
  void run();
  void look();

  WechatApi api_;
  sdk::Callbacks& callbacks_;
  Mailbox<bool> box_{1};
  std::thread thread_;
};

}  // namespace gulou
