#include "tests/simulation/checker.h"

#include "common/base/limits.h"

#include <algorithm>

namespace gulou::simulation {
namespace {

std::string text(uint64_t number) {
  return std::to_string(number);
}

std::string name(Seq seq) {
  return "#" + std::to_string(seq.value);
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
  for (const auto& [channel, handed] : uncounted_) {
    violated(text(handed) + " hand-overs of channel " + text(channel.value) + " are not counted");
  }
}

void Checker::see(const EntryAccepted& change) {
  if (change.seq.value != books_.entries().size() + 1) {
    violated("entry " + name(change.seq) + " follows #" + text(books_.entries().size()));
  }
  if (change.kind == EntryKind::bundle) {
    for (const EntryPart& part : change.parts) {
      const PublicationKey key{change.publisher, part.id};
      const auto [taken, fresh] = index_nos_.emplace(part.index_no, key);
      if (!fresh && taken->second != key) {
        violated("index number " + part.index_no + " of " + taken->second.id + " given to " +
                 key.id);
      }
      if (has_ended(key)) {
        violated(key.id + " was withdrawn for good and is revised by " + name(change.seq));
      }
    }
  }
  books_.add(change);
}

void Checker::see(const ChannelDefined& change) {
  books_.add(change);
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
          violated(name(seq) + " is in two live leases, " + text(no.value) + " and " +
                   text(change.lease.value));
        }
      }
    }
  }
  if (leases_.emplace(change.lease, change).second) {
    check_lease(change);
    const ChannelPlan* plan = books_.plan(change.subscriber);
    for (const SeqRun& run : change.runs) {
      for (Seq seq = run.first; seq.value < run.first.value + run.count; ++seq.value) {
        expected_[{change.lease, seq}] = books_.expected(plan->policy, seq, change.leased_at);
      }
    }
  }
  live_[change.lease] = change;
}

void Checker::see(const FirstShown& change) {
  for (const SeqRun& run : change.runs) {
    for (Seq seq = run.first; seq.value < run.first.value + run.count; ++seq.value) {
      if (!shown_.insert(seq).second) {
        violated(name(seq) + " is first shown twice");
      }
    }
  }
}

void Checker::see(const RangePublished& change) {
  books_.add(change);
  for (const SeqRun& run : change.runs) {
    for (Seq seq = run.first; seq.value < run.first.value + run.count; ++seq.value) {
      final_state({change.subscriber, seq}, DeliveryState::published);
    }
  }
}

void Checker::final_state(DeliveryKey key, DeliveryState state) {
  const auto [at, fresh] = finals_.emplace(key, state);
  if (!fresh) {
    violated(name(key.second) + " ends " + std::string(name_of(state)) + " but had ended " +
             std::string(name_of(at->second)));
  }
}

void Checker::see(const DeliveryChanged& change) {
  const DeliveryKey key{change.subscriber, change.seq};
  const DeliveryChanged* known = books_.row(key);
  const DeliveryChanged before = known == nullptr ? DeliveryChanged{} : *known;
  check_replay(change, known);
  books_.add(change);
  if (is_final(change.state)) {
    return final_state(key, change.state);
  }
  if (finals_.contains(key)) {
    violated(name(change.seq) + " is open again after its end");
  }
  const ChannelPlan* plan = books_.plan(change.subscriber);
  if (plan != nullptr && change.failures > plan->policy.attempts_max) {
    violated(name(change.seq) + " failed " + text(change.failures) + " times");
  }
  if (change.state == DeliveryState::waiting && change.attempts == 0) {
    waited_.insert(key);
  }
  if (change.state == DeliveryState::waiting && plan != nullptr) {
    check_waiting(change, before);
  }
}

// Back-off within its bounds; what is the channel's fault costs nothing.
void Checker::check_waiting(const DeliveryChanged& change, const DeliveryChanged& before) {
  if (change.failures <= before.failures) {
    return;
  }
  if (change.outcome == Outcome::quota || change.outcome == Outcome::auth ||
      change.outcome == Outcome::misconfigured) {
    violated(name(change.seq) + " is marked for a channel that sleeps");
  }
  const Channel& policy = books_.plan(change.subscriber)->policy;
  int64_t base = policy.backoff_first_ms;
  for (uint32_t i = 1; i < change.failures && base < policy.backoff_ms_max; ++i) {
    base *= 2;
  }
  base = std::min(base, policy.backoff_ms_max);
  const int64_t wait = change.due.ms - change.at.ms;
  if (wait < base - base / 4 || wait > std::max<int64_t>(policy.backoff_ms_max, 5'000)) {
    violated(name(change.seq) + " waits " + std::to_string(wait) + " ms after failure " +
             text(change.failures));
  }
}

// A job sends again what had ended or waits for a person, and never what nobody may see any more.
void Checker::check_replay(const DeliveryChanged& change, const DeliveryChanged* before) {
  if (!change.job || change.reason != "replayed" || change.state != DeliveryState::waiting) {
    return;
  }
  const DeliveryKey key{change.subscriber, change.seq};
  const auto ended = finals_.find(key);
  if (ended != finals_.end()) {
    if (ended->second != DeliveryState::published && ended->second != DeliveryState::cancelled) {
      violated(name(change.seq) + " is sent again though it ended " +
               std::string(name_of(ended->second)));
    }
    const ChannelPlan* plan = books_.plan(change.subscriber);
    if (ended->second == DeliveryState::published && !plan->policy.can_look &&
        !sent_afresh(change)) {
      violated(name(change.seq) + " is sent again to a channel that cannot be asked");
    }
    finals_.erase(ended);
  } else if (before != nullptr && before->state != DeliveryState::parked &&
             before->state != DeliveryState::pending) {
    violated(name(change.seq) + " is sent again though it is under way");
  }
  const EntryAccepted& entry = *books_.entry(change.seq);
  if (change.afresh) {
    for (const EntryPart& part : entry.parts) {
      channels_.at(books_.plan(change.subscriber)->policy.id)
          ->allow_twice(entry.publisher + "/" + part.id);
    }
  }
  if (books_.all_down(entry)) {
    violated("a job replays what is withdrawn: " + name(change.seq));
  }
  if (entry.expires && entry.expires <= change.at) {
    violated("a job replays what has expired: " + name(change.seq));
  }
  for (const EntryPart& part : entry.parts) {
    for (const auto& revision : books_.publication({entry.publisher, part.id})->revisions) {
      const auto newer = finals_.find({change.subscriber, revision.seq});
      if (revision.revision > part.revision && newer != finals_.end() &&
          newer->second == DeliveryState::published) {
        violated("a job replays what is superseded: " + name(change.seq));
      }
    }
  }
}

void Checker::see(const AttemptEnded& change) {
  uint32_t& last = attempts_[{change.subscriber, change.seq}];
  if (change.attempt <= last) {
    violated("attempt " + text(change.attempt) + " of " + name(change.seq) + " after attempt " +
             text(last));
  }
  last = change.attempt;
  note_gone(change);
}

// ---- what leaves --------------------------------------------------------------------------------

void Checker::on_send(const Send& send) {
  if (const auto* accepted = std::get_if<SendAccepted>(&send)) {
    const EntryAccepted* entry = books_.entry(accepted->seq);
    if (entry == nullptr) {
      return violated(name(accepted->seq) + " is acknowledged before it is durable");
    }
    if (entry->kind == EntryKind::withdrawal) {
      acknowledged_.insert(accepted->seq);
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
  sent_[target.lease] = schedule_.now().mono;
  check_exclusive(lease->second);
  auto& [granted, used] = credit_[target.session];
  used += send.items->size();
  if (used > granted) {
    violated("session " + text(target.session.value) + " got " + text(used) + " deliveries for " +
             text(granted) + " granted");
  }
  for (const HandedItem& item : *send.items) {
    if (!contains(lease->second.runs, item.seq)) {
      violated(name(item.seq) + " is handed out under a lease that does not hold it");
    }
    if (books_.entry(item.seq)->kind == EntryKind::withdrawal) {
      check_removal(lease->second, item);
    } else {
      check_item(lease->second, item);
    }
  }
}

// Whole, at the newest revisions, in their time, and nothing that was withdrawn.
void Checker::check_item(const LeaseHeld& lease, const HandedItem& item) {
  for (const HandedPart& part : item.parts) {
    if (books_.entry(part.seq) == nullptr) {
      return violated(name(part.seq) + " is handed out before it is durable");
    }
    check_part(lease, item, part);
  }
  const auto& expected = expected_[{lease.lease, item.seq}];
  const bool whole = std::equal(
      expected.begin(),
      expected.end(),
      item.parts.begin(),
      item.parts.end(),
      [](const auto& wanted, const HandedPart& part) { return wanted.part == part.part; });
  if (!whole) {
    return violated(name(item.seq) + " is torn: " + text(item.parts.size()) + " parts of " +
                    text(expected.size()));
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    if (expected[i].seq != item.parts[i].seq) {
      violated(name(item.seq) + " is not handed out at the newest revisions");
    }
    if (expected[i].invalid != item.parts[i].invalid) {
      violated(name(item.seq) + " is handed out with the wrong banner");
    }
  }
}

void Checker::check_part(const LeaseHeld& lease, const HandedItem& item, const HandedPart& part) {
  const Channel& policy = books_.plan(lease.subscriber)->policy;
  const EntryAccepted& entry = *books_.entry(part.seq);
  const Books::Publication& known = *books_.publication({item.publisher, part.facts.id});
  const bool since_acknowledged = known.withdrawn && acknowledged_.contains(known.withdrawn->seq);
  const bool expected_gone =
      std::none_of(expected_[{lease.lease, item.seq}].begin(),
                   expected_[{lease.lease, item.seq}].end(),
                   [&](const auto& wanted) { return wanted.part == part.part; });
  if (known.is_down(part.facts.revision) && (since_acknowledged || expected_gone)) {
    violated(name(part.seq) + " is handed out though withdrawn");
  }
  const bool there = part.old_revision >= part.facts.revision;  // the clock stepped back since
  if (entry.not_before > lease.leased_at && !there) {
    violated(name(part.seq) + " is handed out before its time");
  }
  if (entry.expires && entry.expires <= lease.leased_at) {
    violated(name(part.seq) + " is handed out after its time");
  }
  const auto embargo = embargoes_.find({item.publisher, part.facts.id, part.facts.revision});
  if (embargo != embargoes_.end()) {
    const auto& outlets = embargo->second.outlets;
    const bool named = std::count(outlets.begin(), outlets.end(), policy.id) > 0;
    const Utc until = parse_utc(embargo->second.until).value_or(Utc{});
    if (!named && !there && until > lease.leased_at) {
      violated(name(part.seq) + " is handed to " + policy.id + " under embargo of " +
               part.facts.id + " to " + outlets[0] + " until " + embargo->second.until +
               ", entry " + format_utc(entry.embargo_until) +
               (entry.embargo_outlets.empty() ? std::string() : " to " + entry.embargo_outlets[0]));
    }
  }
}

// A removal goes only to what it is about, and not to what a newer revision has revived.
void Checker::check_removal(const LeaseHeld& lease, const HandedItem& item) {
  const EntryAccepted& entry = *books_.entry(item.seq);
  if (!item.withdrawal) {
    return violated(name(item.seq) + " is a withdrawal and is handed out as something else");
  }
  if (!takes_down(*item.withdrawal) && *item.withdrawal != entry.withdrawal.kind) {
    violated(name(item.seq) + " is handed out as " + std::string(name_of(*item.withdrawal)));
  }
  if (item.parts.empty()) {
    violated(name(item.seq) + " takes back nothing from channel " +
             text(channel_of(lease.subscriber).value));
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

// ---- what people ask for and hear ---------------------------------------------------------------

void Checker::promised(const std::string& publisher, const Release& release) {
  if (release.embargo) {
    embargoes_.emplace(std::tuple{publisher, release.id, release.revision}, *release.embargo);
  }
}

bool Checker::has_ended(const PublicationKey& key) const {
  const Books::Publication* known = books_.publication(key);
  return known != nullptr && known->has_ended;
}

bool Checker::was_down(const PublicationKey& key) const {
  const Books::Publication* known = books_.publication(key);
  return known != nullptr && known->was_down;
}

void Checker::answered(const std::string& submission, const wire::Accepted& accepted) {
  Receipt receipt{accepted.seq, accepted.hash, accepted.epoch, {}};
  for (const wire::AcceptedPart& part : accepted.parts) {
    receipt.index_nos.push_back(part.index_no);
  }
  const auto [at, fresh] = receipts_.emplace(submission, receipt);
  const Receipt& first = at->second;
  if (!receipt.hash) {
    violated("the receipt of " + name(receipt.seq) + " has no hash");
  }
  if (!fresh && (first.seq != receipt.seq || first.hash != receipt.hash ||
                 first.epoch != receipt.epoch || first.index_nos != receipt.index_nos)) {
    violated("a retry of " + name(first.seq) + " got another receipt: " + name(receipt.seq));
  }
}

void Checker::opened(const MemoryJournal& journal) {
  credit_.clear();  // numbers of sessions start anew
  for (const Seq seq : acknowledged_) {
    if (!journal.history().entry(seq)) {
      return violated("the withdrawal " + name(seq) + " was acknowledged and is gone");
    }
  }
  check_bytes(journal);
  for (const auto& [submission, receipt] : receipts_) {
    const auto entry = journal.history().entry(receipt.seq);
    if (!entry) {
      return violated(name(receipt.seq) + " was acknowledged and is gone");
    }
    for (size_t i = 0; i < entry->entry.parts.size(); ++i) {
      const auto part = static_cast<uint8_t>(i);
      const auto body = journal.history().body(receipt.seq, part);
      if (!body && erased_.contains({receipt.seq, part})) {
        continue;
      }
      if (!body || body->size() != entry->entry.parts[i].body_bytes) {
        return violated("the body of " + name(receipt.seq) + " is gone");
      }
      if (entry->entry.parts[i].index_no != receipt.index_nos.at(i)) {
        return violated(name(receipt.seq) + " has another index number");
      }
    }
  }
}

}  // namespace gulou::simulation
