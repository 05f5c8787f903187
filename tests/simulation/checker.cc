#include "tests/simulation/checker.h"

#include "common/base/limits.h"

#include <algorithm>

namespace gulou::simulation {
namespace {

std::string text(uint64_t number) {
  return std::to_string(number);
}

}  // namespace

void Checker::violated(std::string what) {
  if (!violation_) {
    violation_ = std::move(what);
  }
}

// ---- what becomes durable -----------------------------------------------------------------------

void Checker::committed(const Changeset& changeset, uint64_t number) {
  commit_ = number;
  for (const Change& change : changeset.changes) {
    std::visit([this](const auto& one) { see(one); }, change);
  }
}

void Checker::see(const EntryAccepted& change) {
  if (change.seq.value != entries_.size() + 1) {
    violated("entry #" + text(change.seq.value) + " follows #" + text(entries_.size()));
  }
  entries_[change.seq] = change;
  for (const EntryPart& part : change.parts) {
    const PublicationKey key{change.publisher, part.id};
    const auto [taken, fresh] = index_nos_.emplace(part.index_no, key);
    if (!fresh && taken->second != key) {
      violated("index number " + part.index_no + " of " + taken->second.id + " given to " + key.id);
    }
    publications_[key].push_back(change.seq);
  }
}

void Checker::see(const ChannelDefined& change) {
  channel_ids_[change.channel] = change.id;
}

void Checker::see(const LeaseHeld& change) {
  if (change.runs.empty()) {
    live_.erase(change.lease);
    return;
  }
  for (const auto& [no, other] : live_) {
    if (no == change.lease || other.subscriber != change.subscriber) {
      continue;
    }
    for (const SeqRun& run : change.runs) {
      for (Seq seq = run.first; seq.value < run.first.value + run.count; ++seq.value) {
        if (contains(other.runs, seq)) {
          violated("#" + text(seq.value) + " is in two live leases, " + text(no.value) + " and " +
                   text(change.lease.value));
        }
      }
    }
  }
  if (leases_.emplace(change.lease, change).second) {
    for (const SeqRun& run : change.runs) {
      for (Seq seq = run.first; seq.value < run.first.value + run.count; ++seq.value) {
        expected_[{change.lease, seq}] = newest_parts(change, seq);
      }
    }
  }
  live_[change.lease] = change;
}

// At the moment of the lease: the entry each part's newest revision stands in that this channel
// takes and whose time has come; parts that have ended are left out.
std::vector<Seq> Checker::newest_parts(const LeaseHeld& lease, Seq seq) const {
  std::vector<Seq> found;
  const ChannelPlan* plan = plan_of(lease.subscriber);
  const auto entry = entries_.find(seq);
  if (plan == nullptr || entry == entries_.end()) {
    return found;
  }
  for (const EntryPart& part : entry->second.parts) {
    Seq newest = seq;
    for (const Seq other : publications_.at({entry->second.publisher, part.id})) {
      const EntryAccepted& facts = entries_.at(other);
      if (other > newest && facts.not_before <= lease.leased_at && matches(plan->policy, facts)) {
        newest = other;
      }
    }
    const Utc expires = entries_.at(newest).expires;
    if (!expires || expires > lease.leased_at) {
      found.push_back(newest);
    }
  }
  return found;
}

void Checker::see(const FirstShown& change) {
  for (const SeqRun& run : change.runs) {
    for (Seq seq = run.first; seq.value < run.first.value + run.count; ++seq.value) {
      if (!shown_.insert(seq).second) {
        violated("#" + text(seq.value) + " is first shown twice");
      }
    }
  }
}

void Checker::see(const RangePublished& change) {
  for (const SeqRun& run : change.runs) {
    for (Seq seq = run.first; seq.value < run.first.value + run.count; ++seq.value) {
      final_state({change.subscriber, seq}, DeliveryState::published);
    }
  }
}

void Checker::final_state(DeliveryKey key, DeliveryState state) {
  const auto [at, fresh] = finals_.emplace(key, state);
  if (!fresh) {
    violated("#" + text(key.second.value) + " ends " + std::string(name_of(state)) +
             " but had ended " + std::string(name_of(at->second)));
  }
}

void Checker::see(const DeliveryChanged& change) {
  const DeliveryKey key{change.subscriber, change.seq};
  if (is_final(change.state)) {
    return final_state(key, change.state);
  }
  if (finals_.contains(key)) {
    violated("#" + text(change.seq.value) + " is open again after its end");
  }
  const ChannelPlan* plan = plan_of(change.subscriber);
  if (plan != nullptr && change.failures > plan->policy.attempts_max) {
    violated("#" + text(change.seq.value) + " failed " + text(change.failures) + " times");
  }
  if (change.state == DeliveryState::waiting && plan != nullptr) {
    check_waiting(change);
  }
}

// Back-off within its bounds.
void Checker::check_waiting(const DeliveryChanged& change) {
  // Put off for other reasons: an older revision is out, the wall clock stepped back.
  const bool put_off = change.reason == "predecessor_leased" || change.reason == "not_before";
  const bool failed =
      change.failures > 0 && !put_off &&
      (change.outcome == Outcome::transient || change.outcome == Outcome::ambiguous);
  if (!failed) {
    return;
  }
  const Channel& policy = plan_of(change.subscriber)->policy;
  int64_t base = policy.backoff_first_ms;
  for (uint32_t i = 1; i < change.failures && base < policy.backoff_ms_max; ++i) {
    base *= 2;
  }
  base = std::min(base, policy.backoff_ms_max);
  const int64_t wait = change.due.ms - change.at.ms;
  if (wait < base - base / 4 || wait > std::max<int64_t>(policy.backoff_ms_max, 5'000)) {
    violated("#" + text(change.seq.value) + " waits " + std::to_string(wait) +
             " ms after failure " + text(change.failures));
  }
}

void Checker::see(const AttemptEnded& change) {
  uint32_t& last = attempts_[{change.subscriber, change.seq}];
  if (change.attempt <= last) {
    violated("attempt " + text(change.attempt) + " of #" + text(change.seq.value) +
             " after attempt " + text(last));
  }
  last = change.attempt;
}

// ---- what leaves --------------------------------------------------------------------------------

void Checker::on_send(const Send& send) {
  if (const auto* accepted = std::get_if<SendAccepted>(&send)) {
    if (!entries_.contains(accepted->seq)) {
      violated("#" + text(accepted->seq.value) + " is acknowledged before it is durable");
    }
  } else if (const auto* deliver = std::get_if<SendDeliver>(&send)) {
    for (const SendDeliver::Target& target : deliver->targets) {
      check_handed(*deliver, target);
    }
  }
}

void Checker::check_handed(const SendDeliver& send, const SendDeliver::Target& target) {
  const auto lease = leases_.find(target.lease);
  if (lease == leases_.end()) {
    return violated("lease " + text(target.lease.value) + " leaves before it is durable");
  }
  auto& [granted, used] = credit_[target.session];
  used += send.items->size();
  if (used > granted) {
    violated("session " + text(target.session.value) + " got " + text(used) + " deliveries for " +
             text(granted) + " granted");
  }
  for (const HandedItem& item : *send.items) {
    if (!contains(lease->second.runs, item.seq)) {
      violated("#" + text(item.seq.value) + " is handed out under a lease that does not hold it");
    }
    std::vector<Seq> from;
    for (const HandedPart& part : item.parts) {
      from.push_back(part.seq);
      const auto entry = entries_.find(part.seq);
      if (entry == entries_.end()) {
        return violated("#" + text(part.seq.value) + " is handed out before it is durable");
      }
      const EntryAccepted& facts = entry->second;
      if (facts.not_before > lease->second.leased_at) {
        violated("#" + text(part.seq.value) + " is handed out before its time");
      }
      if (facts.expires && facts.expires <= lease->second.leased_at) {
        violated("#" + text(part.seq.value) + " is handed out after its time");
      }
    }
    if (from != expected_[{target.lease, item.seq}]) {
      violated("#" + text(item.seq.value) + " is not handed out at the newest revisions");
    }
  }
}

void Checker::on_credit(SessionNo session, uint64_t messages) {
  auto& granted = credit_[session].first;
  granted = std::max(granted, messages);
}

void Checker::on_note(const Note& note) {
  if (note.level == Note::Level::error) {
    violated("an error is logged: " + std::string(note.event) + " " + note.detail);
  }
}

void Checker::audit(const Core& core) {
  if (const std::string broken = core.audit(); !broken.empty()) {
    violated("audit: " + broken);
  }
  if (core.ledger().overlay_rows() > 20'000) {
    violated("the overlay holds " + text(core.ledger().overlay_rows()) + " rows");
  }
}

// ---- receipts -----------------------------------------------------------------------------------

void Checker::answered(const std::string& submission, const wire::Accepted& accepted) {
  Receipt receipt{accepted.seq, accepted.hash, accepted.epoch, {}};
  for (const wire::AcceptedPart& part : accepted.parts) {
    receipt.index_nos.push_back(part.index_no);
  }
  const auto [at, fresh] = receipts_.emplace(submission, receipt);
  const Receipt& first = at->second;
  if (!receipt.hash) {
    violated("the receipt of #" + text(receipt.seq.value) + " has no hash");
  }
  if (!fresh && (first.seq != receipt.seq || first.hash != receipt.hash ||
                 first.epoch != receipt.epoch || first.index_nos != receipt.index_nos)) {
    violated("a retry of #" + text(first.seq.value) + " got another receipt: #" +
             text(receipt.seq.value));
  }
}

void Checker::opened(const MemoryJournal& journal) {
  credit_.clear();  // numbers of sessions start anew
  for (const auto& [submission, receipt] : receipts_) {
    const auto entry = journal.history().entry(receipt.seq);
    if (!entry) {
      return violated("#" + text(receipt.seq.value) + " was acknowledged and is gone");
    }
    for (size_t i = 0; i < entry->entry.parts.size(); ++i) {
      const auto body = journal.history().body(receipt.seq, static_cast<uint8_t>(i));
      if (!body || body->size() != entry->entry.parts[i].body_bytes) {
        return violated("the body of #" + text(receipt.seq.value) + " is gone");
      }
      if (entry->entry.parts[i].index_no != receipt.index_nos.at(i)) {
        return violated("#" + text(receipt.seq.value) + " has another index number");
      }
    }
  }
}

const ChannelPlan* Checker::plan_of(SubscriberNo subscriber) const {
  const auto id = channel_ids_.find(channel_of(subscriber));
  for (const ChannelPlan& plan : options_.channels) {
    if (id != channel_ids_.end() && plan.policy.id == id->second) {
      return &plan;
    }
  }
  return nullptr;
}

}  // namespace gulou::simulation
