// Callbacks carries what a platform tells the adapter by itself (a web hook: the review is over) to
// the broker, so that nobody has to wait for the next poll. Owned by the adapter's run function and
// given to serve(); any thread may call called_back(). Nothing depends on a call-back: one that is
// lost is made up for by the poll.
#pragma once

#include "common/base/limits.h"
#include "common/base/mailbox.h"

#include <string>
#include <utility>

namespace gulou::sdk {

class Callbacks {
 public:
  // The platform said something about what was reported `accepted` under this id: that delivery
  // comes to find() at once. Verify who called before you believe it. False: too many wait.
  bool called_back(std::string platform_id) { return box_.try_send(std::move(platform_id)); }

  // Of the shell, which sends them on.
  Mailbox<std::string>& box() { return box_; }

 private:
  Mailbox<std::string> box_{limits::late_reports_max};
};

}  // namespace gulou::sdk
