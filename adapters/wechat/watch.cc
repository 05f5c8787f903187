#include "adapters/wechat/watch.h"

#include "adapters/wechat/marks.h"
#include "common/base/log.h"

#include <chrono>
#include <utility>

namespace gulou {

WechatWatch::WechatWatch(WechatApi api, sdk::Callbacks& callbacks)
    : api_(std::move(api)), callbacks_(callbacks), thread_([this] { run(); }) {}

WechatWatch::~WechatWatch() {
  box_.close();
  thread_.join();
}

void WechatWatch::run() {
  while (!box_.closed()) {
    static_cast<void>(box_.receive(1, std::chrono::milliseconds(api_.settings().watch_ms)));
    if (!box_.closed()) {
      look();
    }
  }
}

void WechatWatch::look() {
  const auto newest = api_.newest_published();
  if (!newest) {
    log::warn("wechat.watch_failed", {{"error", describe(newest.error())}});
    return;
  }
  for (const WechatMessage& message : *newest) {
    for (const WechatItem& item : message.items) {
      if (!item.removed && !item.source_url.empty()) {
        static_cast<void>(callbacks_.called_back(seen_mark(item.source_url)));
      }
    }
  }
}

}  // namespace gulou
