#include "adapters/screen/agent_lease.h"

#include "adapters/screen/device_files.h"
#include "adapters/screen/limits.h"
#include "common/base/log.h"

#include <optional>
#include <utility>

namespace gulou {

AgentLease::AgentLease(std::string dir,
                       std::string boot,
                       Glass& glass,
                       std::function<void()> changed)
    : dir_(std::move(dir)),
      glass_(glass),
      changed_(std::move(changed)),
      lease_(std::move(boot), read_lease(dir_)) {
  glass_.set_lease(lease_.view());
}

void AgentLease::step(const sdk::LinkTurn& turn, bool clock_synchronised) {
  const LeaseTime time{turn.now.mono,
                       {turn.now.utc.ms + turn.clock_ahead_ms.value_or(0)},
                       turn.clock_ahead_ms.has_value() || clock_synchronised};
  const std::optional<Mono> before = lease_.view().confirmed;
  lease_.on_time(time);
  if (turn.confirmed) {
    lease_.on_confirmed(*turn.confirmed, time);
  }
  if (auto stamp = lease_.due(time)) {
    if (const Status status = write_lease(dir_, *stamp); !status) {
      // It ends the sooner after a start.
      log::error("screen.lease_unwritable", {{"error", describe(status.error())}});
    } else {
      lease_.stored(*std::move(stamp));
    }
  }
  const LeaseView view = lease_.view();
  glass_.set_lease(view);
  const bool after_silence = view.confirmed && (!before || view.confirmed->ms - before->ms >
                                                               limits::device_confirm_ms_dark);
  if (after_silence) {
    changed_();
  }
}

}  // namespace gulou
