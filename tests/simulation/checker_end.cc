// The checks of a system at rest: both projections, and how every release ended on every channel.
#include "broker/journal/replay.h"
#include "tests/simulation/checker.h"

#include <algorithm>

namespace gulou::simulation {
namespace {

std::string text(uint64_t number) {
  return std::to_string(number);
}

// What of two ledgers differs, in words.
std::string difference(const Ledger& left, const Ledger& right) {
  if (left.head() != right.head() || left.epoch() != right.epoch()) {
    return "head or epoch";
  }
  if (left.next_lease() != right.next_lease()) {
    return "number of the next lease";
  }
  if (left.channels() != right.channels()) {
    return "channels";
  }
  for (const Lane lane : all_lanes) {
    if (left.lane_head(lane) != right.lane_head(lane)) {
      return "head of a lane";
    }
  }
  if (left.leases().size() != right.leases().size()) {
    return "number of leases";
  }
  for (const auto& [no, lease] : left.leases()) {
    const Lease* other = right.lease(no);
    if (other == nullptr || other->runs != lease.runs || other->subscriber != lease.subscriber ||
        other->instance != lease.instance || other->leased_at != lease.leased_at) {
      return "lease " + text(no.value);
    }
  }
  for (const auto& [no, subscriber] : left.subscribers()) {
    const Subscriber* other = right.subscriber(no);
    if (other == nullptr || other->cursors != subscriber.cursors ||
        other->receipts != subscriber.receipts || other->leases != subscriber.leases) {
      return "subscriber " + text(no.value);
    }
  }
  if (left.conditions() != right.conditions()) {
    return "conditions of channels";
  }
  if (left.jobs() != right.jobs() || left.next_job() != right.next_job()) {
    return "replay jobs";
  }
  for (const auto& [id, no] : left.channels()) {
    if (left.rate(no) != right.rate(no)) {
      return "rates of " + id;
    }
    for (const Lane lane : all_lanes) {
      if (left.seen_head(no, lane) != right.seen_head(no, lane)) {
        return "what " + id + " has shown";
      }
    }
  }
  return {};
}

}  // namespace

void Checker::check_rebuilt(const MemoryJournal& journal) {
  if (const auto rows = compare_rebuilt(journal, journal.rows()); !rows) {
    return violated("rows differ from a rebuild: " + describe(rows.error()));
  }
  auto reopened = MemoryJournal::open(journal.rows());
  auto fresh = MemoryJournal::open();
  if (!reopened || !fresh) {
    return violated("a journal does not open");
  }
  const Ledger live((*reopened)->reader(), (*reopened)->opened());
  Ledger rebuilt((*fresh)->reader(), (*fresh)->opened());
  const auto replayed = journal.replay(
      [&](uint64_t number, Utc at, const Digest&, const std::vector<Change>& changes) -> Status {
        for (const Change& change : changes) {
          rebuilt.apply(change, {number});
        }
        TRY((*fresh)->commit({at, changes, {}}));
        rebuilt.durable({number});
        return {};
      });
  if (!replayed) {
    return violated("replay: " + describe(replayed.error()));
  }
  if (const std::string differs = difference(live, rebuilt); !differs.empty()) {
    violated("the rebuilt ledger differs: " + differs);
  }
}

// What its channel may not have today comes tomorrow.
bool Checker::rate_is_used(const Core& core, ChannelNo channel) const {
  const Rates& rates = books_.plan(shared_subscriber(channel))->policy.rates;
  return rates.per_day != 0 && core.ledger().rate(channel).in_day >= rates.per_day;
}

// Is it explained that this has neither ended nor waits for a person? It waits for its gate, for
// tomorrow, or on a channel that was retired.
bool Checker::may_wait(const Core& core,
                       SubscriberNo subscriber,
                       const EntryAccepted& entry) const {
  const Channel& policy = books_.plan(subscriber)->policy;
  const ChannelNo channel = channel_of(subscriber);
  const DeliveryChanged* row = books_.row({subscriber, entry.seq});
  if (core.ledger().condition(channel).retired) {
    return row == nullptr;
  }
  if (entry.kind == EntryKind::bundle && rate_is_used(core, channel)) {
    return row == nullptr || row->state == DeliveryState::waiting ||
           row->state == DeliveryState::confirming;
  }
  const bool gated = entry.kind == EntryKind::bundle && !policy.gate.proceeds &&
                     !books_.gate_is_open(policy, entry) &&
                     !opened_.contains({subscriber, entry.seq});
  // What has ended, or stands at the gate in a newer revision alone, ends when the cursor comes to
  // it, which may be behind something that is held.
  const bool over = Books::is_gated(policy, entry.lane) && row == nullptr &&
                    (books_.all_down(entry) || books_.is_passed(policy, entry) ||
                     (entry.expires && entry.expires <= schedule_.now().utc));
  return over ||
         (gated && (row == nullptr || (row->state == DeliveryState::waiting && row->attempts == 0 &&
                                       row->due > schedule_.now().utc)));
}

std::string Checker::unrest(const Core& core, const MemoryJournal& journal) const {
  const Ledger& ledger = core.ledger();
  if (!ledger.leases().empty()) {
    return "lease " + text(ledger.leases().begin()->first.value);
  }
  if (!ledger.jobs().empty()) {
    return "replay job " + text(ledger.jobs().begin()->first.value);
  }
  for (const auto& [no, confirmation] : ledger.confirmations()) {
    if (confirmation.state == ConfirmationState::given) {
      return "confirmation " + text(no.value);
    }
  }
  for (const auto& [no, condition] : ledger.conditions()) {
    if (condition.paused && !condition.retired) {
      return "channel " + text(no.value) + " is paused";
    }
  }
  for (const auto& [seq, entry] : books_.entries()) {
    if (entry.expires && entry.expires <= schedule_.now().utc &&
        ledger.first_expiry().value_or(entry.expires) <= schedule_.now().utc &&
        ledger.first_expiry()) {
      return "an expiry";
    }
  }
  for (const auto& [no, subscriber] : ledger.subscribers()) {
    const ChannelPlan* plan = books_.plan(no);
    for (const Lane lane : all_lanes) {
      const bool withdrawals = lane == Lane::withdrawal;
      const bool excused = !withdrawals && (Books::is_gated(plan->policy, lane) ||
                                            rate_is_used(core, channel_of(no)));
      const bool retired = !withdrawals && ledger.condition(channel_of(no)).retired;
      if (!excused && !retired && subscriber.cursors[index_of(lane)] < ledger.lane_head(lane)) {
        return "the " + std::string(name_of(lane)) + " cursor of channel " +
               text(channel_of(no).value);
      }
    }
    for (const auto& [seq, entry] : books_.entries()) {
      const bool gated = Books::is_gated(plan->policy, entry.lane) &&
                         Books::takes(plan->policy, entry) &&
                         seq > books_.channels().at(channel_of(no)).from;
      if (gated && books_.row({no, seq}) == nullptr && !finals_.contains({no, seq}) &&
          !may_wait(core, no, entry)) {
        return "#" + text(seq.value) + " behind the gate of channel " + text(channel_of(no).value) +
               (books_.gate_is_open(plan->policy, entry) ? ", which is open" : "") +
               (plan->policy.gate.proceeds ? ", whose time-out proceeds" : "");
      }
    }
  }
  for (const DeliveryChanged& row :
       journal.history().open_deliveries(std::nullopt, std::nullopt, {}, {}, 10'000)) {
    if (row.state != DeliveryState::parked &&
        !may_wait(core, row.subscriber, *books_.entry(row.seq))) {
      return "#" + text(row.seq.value) + " " + std::string(name_of(row.state)) + " (" + row.reason +
             ") on channel " + text(channel_of(row.subscriber).value);
    }
  }
  return {};
}

void Checker::check_end(const Core& core, const MemoryJournal& journal) {
  opened(journal);
  for (const auto& [no, defined] : books_.channels()) {
    const auto outside = channels_.find(defined.id);
    if (outside != channels_.end()) {
      check_publications(core, shared_subscriber(no), *outside->second);
    }
  }
}

void Checker::check_publications(const Core& core,
                                 SubscriberNo subscriber,
                                 const SimChannel& outside) {
  const Channel& policy = books_.plan(subscriber)->policy;
  const Seq from = books_.channels().at(channel_of(subscriber)).from;
  for (const auto& [seq, entry] : books_.entries()) {
    if (entry.kind != EntryKind::bundle) {
      continue;
    }
    const auto row = core.ledger().delivery(subscriber, seq);
    const bool ended = finals_.contains({subscriber, seq});
    const bool parked = row && row->state == DeliveryState::parked;
    if (!Books::takes(policy, entry)) {
      if (ended || row) {
        violated("#" + text(seq.value) + " was delivered to " + policy.id +
                 ", which does not take it");
      }
    } else if (!ended && !parked && seq > from && !may_wait(core, subscriber, entry)) {
      violated("#" + text(seq.value) + " has no end on " + policy.id);
    }
  }
  for (const auto& [key, publication] : books_.publications()) {
    check_publication(core, subscriber, outside, key);
  }
}

// What Gulou says it published is there; what was withdrawn is not; and where nothing stopped it,
// the newest revision is.
void Checker::check_publication(const Core& core,
                                SubscriberNo subscriber,
                                const SimChannel& outside,
                                const PublicationKey& key) {
  const Channel& policy = books_.plan(subscriber)->policy;
  const auto publication = core.ledger().publication(key);
  if (!publication) {
    return violated(key.id + " is not known");
  }
  const Books::Publication& known = *books_.publication(key);
  const auto claimed = core.ledger().delivered(subscriber, *publication);
  const auto* place = outside.find(key.publisher + "/" + key.id);
  const uint32_t there = place == nullptr ? 0 : place->revision;
  const bool taken_down = known.is_invalid(claimed ? claimed->revision : 0) &&
                          policy.on_withdrawal.mark_invalid == OnWithdrawal::take_down;
  if (claimed && claimed->revision > known.down_to && !taken_down) {
    if (claimed->revision > there) {
      violated(key.id + " is said to be on " + policy.id + " at revision " +
               text(claimed->revision) + ", which shows " + text(there));
    }
    if (place != nullptr && outside.kind().urls && !books_.by_hand(subscriber, key) &&
        claimed->url != place->url) {
      violated(key.id + " is said to be at " + claimed->url);
    }
  }
  check_newest(subscriber, outside, key);
  check_withdrawn(subscriber, outside, key);
}

void Checker::check_newest(SubscriberNo subscriber,
                           const SimChannel& outside,
                           const PublicationKey& key) {
  const Channel& policy = books_.plan(subscriber)->policy;
  const Books::Publication& known = *books_.publication(key);
  const auto* place = outside.find(key.publisher + "/" + key.id);
  const uint32_t there = place == nullptr ? 0 : place->revision;
  uint32_t newest = 0;
  bool stopped = false;
  for (const Books::Revision& revision : known.revisions) {
    const EntryAccepted& entry = *books_.entry(revision.seq);
    if (!Books::takes(policy, entry)) {
      continue;
    }
    newest = revision.revision;
    const auto end = finals_.find({subscriber, revision.seq});
    stopped = stopped || entry.expires || end == finals_.end() ||
              (end->second != DeliveryState::published && end->second != DeliveryState::superseded);
  }
  stopped =
      stopped || known.is_down(newest) ||
      (known.is_invalid(newest) && policy.on_withdrawal.mark_invalid == OnWithdrawal::take_down);
  if (newest != 0 && !stopped && there != newest) {
    violated(key.id + " is on " + policy.id + " at revision " + text(there) + ", the newest is " +
             text(newest));
  }
}

// Nothing withdrawn stands outside, unless policy leaves it or a person was asked to see to it.
void Checker::check_withdrawn(SubscriberNo subscriber,
                              const SimChannel& outside,
                              const PublicationKey& key) {
  const ChannelPlan& plan = *books_.plan(subscriber);
  const Books::Publication& known = *books_.publication(key);
  const auto* place = outside.find(key.publisher + "/" + key.id);
  if (!known.withdrawn || place == nullptr || place->revision > known.withdrawn->revision) {
    return;
  }
  const WithdrawalKind kind = known.withdrawn->kind;
  const WithdrawalPolicy& all = plan.policy.on_withdrawal;
  const OnWithdrawal policy = kind == WithdrawalKind::mark_invalid ? all.mark_invalid
                              : kind == WithdrawalKind::replace    ? all.replace
                              : kind == WithdrawalKind::erase      ? all.erase
                                                                   : all.remove;
  const DeliveryChanged* row = books_.row({subscriber, known.withdrawn->seq});
  const bool given_up =
      row != nullptr && row->state == DeliveryState::cancelled && row->reason != "channel_retired";
  const bool waits = row != nullptr && (row->state == DeliveryState::parked || given_up);
  // Told apart by citizens: that counts wherever it could be done.
  const bool edited = (kind == WithdrawalKind::mark_invalid && place->banner) ||
                      (kind == WithdrawalKind::replace && !place->successor.empty());
  if (policy != OnWithdrawal::leave && !waits && !edited) {
    violated(key.id + " is withdrawn and stands on " + outside.id() + " (" +
             std::string(name_of(kind)) + ")");
  }
}

}  // namespace gulou::simulation
