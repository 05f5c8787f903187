// What time alone brings about: leases end, blobs nobody named are swept.
#include "broker/core/core.h"
#include "common/base/limits.h"

namespace gulou {

void Core::expire_leases(Now now) {
  size_t ended = 0;
  while (!lease_deadlines_.empty() && lease_deadlines_.begin()->first <= now.mono) {
    if (++ended > limits::orphan_leases_per_round_max) {
      more_ = true;
      return;
    }
    end_lease(lease_deadlines_.begin()->second, "lease_expired", now);
  }
}

void Core::end_orphan_leases(Now now) {
  if (!configured_) {
    return;  // not configured yet: the retry policies are not known
  }
  for (size_t i = 0; i < limits::orphan_leases_per_round_max && !orphan_leases_.empty(); ++i) {
    const LeaseNo lease = *orphan_leases_.begin();
    orphan_leases_.erase(orphan_leases_.begin());
    end_lease(lease, "broker_restarted", now);
  }
  more_ = more_ || !orphan_leases_.empty();
}

void Core::sweep_blobs(Now now) {
  if (next_sweep_ && now.mono < *next_sweep_) {
    return;
  }
  const Utc until{now.utc.ms - limits::blob_orphan_ms_max};
  const auto orphans = reader_.orphans(until, limits::due_rows_max);
  for (const Orphan& orphan : orphans) {
    // Swept in a round in flight already: the row is gone once that is durable.
    if (!ledger_.blob(orphan.digest)) {
      continue;
    }
    const bool kept = orphan.referenced || ledger_.referenced(orphan.digest);
    emit(BlobSwept{orphan.digest, orphan.stored_at, kept});
  }
  next_sweep_ = Mono{now.mono.ms + limits::blob_sweep_every_ms};
}

}  // namespace gulou
