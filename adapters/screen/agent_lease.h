// AgentLease keeps the display lease of a screen that is a channel of its own, not one of a fleet:
// the broker confirms what is shown by answering while nothing that it sent is left to do. What a
// channel asks is for fleets; here a release's own must_confirm_every_s counts. Used on the link's
// thread after its making, which lies before all threads.
#pragma once

#include "adapters/screen/glass.h"
#include "adapters/screen/lease.h"
#include "adapters/sdk/shell.h"

#include <functional>
#include <string>

namespace gulou {

class AgentLease {
 public:
  // dir: where the stamp lies. boot: which start of the machine this is. glass, which outlives it,
  // tells the pages. changed: what was dark may be light again.
  AgentLease(std::string dir, std::string boot, Glass& glass, std::function<void()> changed);

  // clock_synchronised: the kernel says so.
  void step(const sdk::LinkTurn& turn, bool clock_synchronised);

 private:
  std::string dir_;
  Glass& glass_;
  std::function<void()> changed_;
  DisplayLease lease_;
};

}  // namespace gulou
