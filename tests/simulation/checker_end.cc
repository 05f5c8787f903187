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
        other->leases != subscriber.leases) {
      return "subscriber " + text(no.value);
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

std::string Checker::unrest(const Core& core, const MemoryJournal& journal) const {
  const Ledger& ledger = core.ledger();
  if (!ledger.leases().empty()) {
    return "lease " + text(ledger.leases().begin()->first.value);
  }
  for (const auto& [no, subscriber] : ledger.subscribers()) {
    for (const Lane lane : all_lanes) {
      if (subscriber.cursors[index_of(lane)] < ledger.lane_head(lane)) {
        return "the " + std::string(name_of(lane)) + " cursor of channel " +
               text(channel_of(no).value);
      }
    }
  }
  for (const StateCount& one : journal.history().open_counts()) {
    if (one.count > 0 && one.state != DeliveryState::parked) {
      return text(one.count) + " deliveries " + std::string(name_of(one.state)) + " on channel " +
             text(one.channel.value);
    }
  }
  return {};
}

void Checker::check_end(const Core& core, const MemoryJournal& journal) {
  opened(journal);
  for (const auto& [no, id] : channel_ids_) {
    const auto outside = channels_.find(id);
    if (outside != channels_.end()) {
      check_publications(core, shared_subscriber(no), *outside->second);
    }
  }
}

bool Checker::matches(const Channel& policy, const EntryAccepted& entry) {
  const ChannelFilter& filter = policy.filter;
  return entry.test == filter.drill && (!entry.imported || filter.imports) &&
         std::any_of(entry.parts.begin(), entry.parts.end(), [&](const EntryPart& part) {
           return filter.columns.empty() ||
                  std::count(filter.columns.begin(), filter.columns.end(), part.column) > 0;
         });
}

void Checker::check_publications(const Core& core,
                                 SubscriberNo subscriber,
                                 const SimChannel& outside) {
  const Channel& policy = plan_of(subscriber)->policy;
  for (const auto& [seq, entry] : entries_) {
    const auto row = core.ledger().delivery(subscriber, seq);
    const bool ended = finals_.contains({subscriber, seq});
    const bool parked = row && row->state == DeliveryState::parked;
    if (!matches(policy, entry)) {
      if (ended || row) {
        violated("#" + text(seq.value) + " was delivered to " + policy.id +
                 ", which does not take it");
      }
    } else if (!ended && !parked) {
      violated("#" + text(seq.value) + " has no end on " + policy.id);
    }
  }
  for (const auto& [key, seqs] : publications_) {
    check_publication(core, subscriber, outside, key);
  }
}

// What Gulou says it published is there; and where nothing stopped it, the newest revision is.
void Checker::check_publication(const Core& core,
                                SubscriberNo subscriber,
                                const SimChannel& outside,
                                const PublicationKey& key) {
  const Channel& policy = plan_of(subscriber)->policy;
  const auto publication = core.ledger().publication(key);
  if (!publication) {
    return violated(key.id + " is not known");
  }
  const auto claimed = core.ledger().delivered(subscriber, *publication);
  const auto* place = outside.find(key.publisher + "/" + key.id);
  const uint32_t there = place == nullptr ? 0 : place->revision;
  if (claimed && claimed->revision > there) {
    violated(key.id + " is said to be on " + policy.id + " at revision " + text(claimed->revision) +
             ", which shows " + text(there));
  }
  if (claimed && place != nullptr && outside.kind().urls && claimed->url != place->url) {
    violated(key.id + " is said to be at " + claimed->url);
  }
  uint32_t newest = 0;
  bool stopped = false;
  for (const RevisionRow& revision : publication->revisions) {
    const EntryAccepted& entry = entries_.at(revision.seq);
    if (!matches(policy, entry)) {
      continue;
    }
    newest = revision.revision;
    const auto end = finals_.find({subscriber, revision.seq});
    stopped = stopped || end == finals_.end() || end->second == DeliveryState::cancelled ||
              end->second == DeliveryState::expired || entry.expires;
  }
  if (!stopped && there != newest) {
    violated(key.id + " is on " + policy.id + " at revision " + text(there) + ", the newest is " +
             text(newest));
  }
}

}  // namespace gulou::simulation
