// What time alone brings about: leases end, blobs nobody named are swept.
#include "broker/core/core.h"
#include "common/base/check.h"
#include "common/base/limits.h"

namespace gulou {

void Core::expire_leases(Now now) {
  size_t ended = 0;
  while (!lease_deadlines_.empty() && lease_deadlines_.begin()->first <= now.mono) {
    if (++ended > limits::orphan_leases_per_round_max) {
      more_ = true;
      return;
    }
    const LeaseNo lease = lease_deadlines_.begin()->second;
    end_lease(lease, "lease_expired", now, first_of(lease));
  }
}

void Core::end_orphan_leases(Now now) {
  if (!configured_) {
    return;  // not configured yet: the retry policies are not known
  }
  for (size_t i = 0; i < limits::orphan_leases_per_round_max && !orphan_leases_.empty(); ++i) {
    const LeaseNo lease = *orphan_leases_.begin();
    orphan_leases_.erase(orphan_leases_.begin());
    end_lease(lease, "broker_restarted", now, {});
  }
  more_ = more_ || !orphan_leases_.empty();
}

// `expires` has come: what is still the newest revision is taken down like a withdrawal.
void Core::expire_releases(Now now) {
  if (!expiry_known_) {
    next_expiry_ = ledger_.first_expiry();
    expiry_known_ = true;
  }
  if (!next_expiry_) {
    return;
  }
  if (*next_expiry_ > now.utc) {
    return wake_at(*next_expiry_);
  }
  const auto over = ledger_.expiring(now.utc, limits::expiries_per_round_max);
  for (const Expiry& one : over) {
    const auto row = ledger_.entry(one.lane, one.seq);
    CHECK(row.has_value());
    KnownTargets live;
    for (const EntryPart& part : row->entry.parts) {
      auto publication = ledger_.publication({row->entry.publisher, part.id});
      CHECK(publication.has_value());
      if (publication->newest().seq == one.seq && !publication->is_down(part.revision)) {
        live.push_back(*std::move(publication));
      }
    }
    if (!live.empty()) {
      EntryAccepted entry = withdrawal_of(row->entry.publisher, live, now);
      entry.withdrawal.kind = WithdrawalKind::expire;
      entry.withdrawal.expired = one.seq;
      note(Note::Level::info, "release.expired", {}, one.seq, live.size(), live[0].id);
      accept_withdrawal(std::move(entry), now);
    }
    emit(ExpiryReached{one.seq, one.lane, one.expires});
  }
  more_ = more_ || over.size() >= limits::expiries_per_round_max;
  expiry_known_ = false;
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
