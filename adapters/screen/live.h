// ScreenLive tells pages at once that there is something else to show: one event "items" when the
// store has changed, or when time alone has begun or ended an item. What it is they ask for
// themselves, so a lost event costs a page its next poll and nothing else. A thread of its own;
// join() and changed() from any thread.
#pragma once

#include "common/base/mailbox.h"
#include "common/base/time.h"
#include "common/http/server.h"

#include <functional>
#include <thread>
#include <variant>
#include <vector>

namespace gulou {

class ScreenLive {
 public:
  // due: when time alone changes next what is shown, 0 for never; called on the thread of this
  // object.
  explicit ScreenLive(std::function<Utc()> due);
  ScreenLive(const ScreenLive&) = delete;
  ScreenLive& operator=(const ScreenLive&) = delete;
  ScreenLive(ScreenLive&&) = delete;
  ScreenLive& operator=(ScreenLive&&) = delete;
  ~ScreenLive();

  // With too many waiting the page is left to its poll.
  void join(EventStream stream);
  void changed();

 private:
  struct Changed {};

  void run();
  void tell_all();

  std::function<Utc()> due_;
  Mailbox<std::variant<EventStream, Changed>> box_{limits::http_event_streams_max};
  std::vector<EventStream> streams_;  // of the thread
  std::thread thread_;
};

}  // namespace gulou
