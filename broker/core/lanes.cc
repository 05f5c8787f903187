// What a subscriber sees of an entry: does it match, is it plain, and what to do with one that is
// not: order per release, newest revisions, schedule and expiry (design 4 and 5.2).
#include "broker/core/core.h"
#include "common/base/limits.h"

#include <algorithm>

namespace gulou {

bool Core::matches(const ChannelRuntime& channel, const EntryAccepted& entry) {
  const ChannelFilter& filter = channel.policy.filter;
  if (entry.kind != EntryKind::bundle || (entry.test && !filter.drill) ||
      (entry.imported && !filter.imports)) {
    return false;
  }
  // A filter that takes any part gets the bundle.
  return std::any_of(entry.parts.begin(), entry.parts.end(), [&](const EntryPart& part) {
    const bool column = filter.columns.empty() ||
                        std::find(filter.columns.begin(), filter.columns.end(), part.column) !=
                            filter.columns.end();
    const bool kind =
        filter.kinds.empty() ||
        std::find(filter.kinds.begin(), filter.kinds.end(), part.kind) != filter.kinds.end();
    return column && kind;
  });
}

// Plain entries can be handed out in ranges: nothing of them was or is on the channel in another
// revision, and no time forbids it.
bool Core::is_plain(const ChannelRuntime& channel, const EntryRow& row, Now now) {
  const EntryAccepted& entry = row.entry;
  return entry.kind == EntryKind::bundle && !row.revised && not_before(channel, entry) <= now.utc &&
         (!entry.expires || entry.expires > now.utc) &&
         entry.embargo_until <= now.utc &&  // not the same for all who share a batch
         std::all_of(entry.parts.begin(), entry.parts.end(), [](const EntryPart& part) {
           return part.previous_revision == 0;
         });
}

Utc Core::not_before(const ChannelRuntime& channel, const EntryAccepted& entry) {
  const auto& outlets = entry.embargo_outlets;
  const bool named = std::find(outlets.begin(), outlets.end(), channel.policy.id) != outlets.end();
  return named ? entry.not_before : std::max(entry.not_before, entry.embargo_until);
}

std::optional<HandedPart> Core::newest_part(const ChannelRuntime& channel,
                                            const std::optional<PublicationRow>& publication,
                                            const EntryAccepted& entry,
                                            uint8_t number,
                                            Now now) const {
  const EntryPart& own = entry.parts[number];
  HandedPart part;
  part.part = number;
  part.seq = entry.seq;
  part.body_part = number;
  part.facts = own;
  if (!publication) {
    return part;
  }
  const bool gated = is_gated(channel, entry.lane);
  // What is there already came past gate and clock: nothing older may take its place.
  const auto delivered = publication->newest().revision > own.revision
                             ? ledger_.delivered(shared_subscriber(channel.no), *publication)
                             : std::optional<Ledger::Delivered>();
  const uint32_t there = delivered ? delivered->revision : 0;
  // The newest revision this channel takes and whose time has come.
  const auto& revisions = publication->revisions;
  for (auto revision = revisions.rbegin();
       revision != revisions.rend() && revision->revision > own.revision;
       ++revision) {
    const auto newer = ledger_.entry(revision->lane, revision->seq);
    if (!newer || !matches(channel, newer->entry) || publication->is_down(revision->revision)) {
      continue;
    }
    const bool early = not_before(channel, newer->entry) > now.utc ||
                       (gated && !gate_is_open(channel, newer->entry, std::nullopt));
    if (early && revision->revision > there) {
      continue;
    }
    if (newer->entry.expires && newer->entry.expires <= now.utc) {
      return std::nullopt;
    }
    part.seq = revision->seq;
    part.body_part = revision->part;
    part.facts = newer->entry.parts[revision->part];
    break;
  }
  if (publication->is_down(part.facts.revision)) {
    return std::nullopt;
  }
  part.invalid = publication->is_invalid(part.facts.revision);
  part.public_note = part.invalid ? publication->withdrawn->public_note : std::string();
  if (channel.gate) {
    for (const RevisionRow& revision : publication->revisions) {
      auto seen = seen_at(channel, revision);
      part.gate_url = seen && !seen->url.empty() ? std::move(seen->url) : part.gate_url;
    }
  }
  return part;
}

// An older attempt whose outcome is open may have left something on the channel; of what two
// persons let go out once more there may be several.
void Core::add_open_outcomes(SubscriberNo subscriber,
                             const PublicationRow& publication,
                             Sought sought,
                             HandedItem& item) const {
  size_t looked_at = 0;
  for (auto revision = publication.revisions.rbegin();
       revision != publication.revisions.rend() && looked_at < limits::revisions_looked_at_max;
       ++revision, ++looked_at) {
    if (revision->seq == item.seq) {
      continue;
    }
    const auto other = ledger_.delivery(subscriber, revision->seq);
    const bool open = other && other->maybe_published && other->state != DeliveryState::superseded;
    const bool several = other && other->afresh && !other->platform_ids.empty();
    if (!open && !(several && sought == Sought::duplicates_too)) {
      continue;
    }
    item.maybe_published = true;
    for (const std::string& id : other->platform_ids) {
      add_platform_id(item.platform_ids, id);
    }
    add_platform_id(item.platform_ids, other->platform_id);
  }
}

// What policy took down may be there once more: a replay puts up what is invalid. Leases tell what
// came later, since the wall clock may step; what a person took down had none.
bool Core::came_again(const ChannelRuntime& channel,
                      const PublicationRow& publication,
                      const DeliveryChanged& removal) const {
  if (takes_down(publication.withdrawn->kind)) {
    return false;
  }
  const bool by_hand = removal.receipt.source == ReceiptSource::by_hand;
  return std::any_of(
      publication.revisions.begin(), publication.revisions.end(), [&](const RevisionRow& one) {
        const auto row = ledger_.delivery(shared_subscriber(channel.no), one.seq);
        return row && row->state == DeliveryState::published &&
               (by_hand ? row->at > removal.at : row->lease > removal.lease);
      });
}

// What was taken down here is not there to be updated.
void Core::forget_removed(const ChannelRuntime& channel,
                          const PublicationRow& publication,
                          HandedPart& part) const {
  const auto& withdrawn = publication.withdrawn;
  if (!withdrawn || !goes_away(channel, withdrawn->kind) ||
      part.old_revision > withdrawn->revision) {
    return;
  }
  const auto removal = ledger_.delivery(shared_subscriber(channel.no), withdrawn->seq);
  const auto entry = ledger_.entry(Lane::withdrawal, withdrawn->seq);
  if (!removal || removal->state != DeliveryState::published || !entry) {
    return;
  }
  // Only what was handed out with it, or done by hand, has gone.
  const auto& parts = removal->receipt.parts;
  const bool gone = std::any_of(parts.begin(), parts.end(), [&](const PartReceipt& one) {
    return entry->entry.parts[one.part].id == publication.id;
  });
  if (gone && !came_again(channel, publication, *removal)) {
    part.old_revision = 0;
    part.old_platform_id.clear();
    part.old_url.clear();
  }
}

HandedItem Core::item_of(const EntryAccepted& entry,
                         const std::optional<DeliveryChanged>& delivery,
                         Now now) {
  HandedItem item;
  item.seq = entry.seq;
  item.publisher = entry.publisher;
  item.imported = entry.imported;
  item.test = entry.test;
  item.shown_at = now.utc;
  if (delivery) {
    item.attempt = delivery->attempts + 1;
    item.maybe_published = delivery->maybe_published;
    item.platform_ids = delivery->platform_ids;
    add_platform_id(item.platform_ids, delivery->platform_id);
    if (delivery->first_leased_at) {
      item.shown_at = delivery->first_leased_at;
    }
  }
  return item;
}

// What ends or delays an entry before its parts are looked at.
std::optional<Core::Verdict> Core::judge_time(const ChannelRuntime& channel,
                                              const EntryAccepted& entry,
                                              const std::optional<DeliveryChanged>& delivery,
                                              Now now) const {
  const auto verdict = [](Verdict::Kind kind, std::string reason, Utc due = {}) {
    Verdict made;
    made.kind = kind;
    made.reason = std::move(reason);
    made.due = due;
    return made;
  };
  if (entry.expires && entry.expires <= now.utc) {
    return verdict(Verdict::Kind::expired, {});
  }
  if (all_down(entry)) {
    const auto last = ledger_.publication({entry.publisher, entry.parts.back().id});
    return last && last->withdrawn->kind == WithdrawalKind::expire
               ? verdict(Verdict::Kind::expired, {})
               : verdict(Verdict::Kind::withdrawn, "withdrawn");
  }
  if (const Utc from = not_before(channel, entry); from > now.utc) {
    return verdict(
        Verdict::Kind::wait, entry.not_before > now.utc ? "not_before" : "embargo", from);
  }
  const bool held = delivery && delivery->attempts == 0 && !gate_is_open(channel, entry, delivery);
  const Gate& gate = channel.policy.gate;
  if (held && !(gate.proceeds && delivery->reason == "gate")) {
    return verdict(Verdict::Kind::wait,
                   gate.proceeds ? "gate" : "gate_overdue",
                   {std::max(now.utc, entry.accepted_at).ms + gate.timeout_ms});
  }
  return std::nullopt;
}

Core::Verdict Core::judge(const ChannelRuntime& channel,
                          SubscriberNo subscriber,
                          const EntryRow& row,
                          const std::optional<DeliveryChanged>& delivery,
                          Now now) const {
  const EntryAccepted& entry = row.entry;
  if (auto early = judge_time(channel, entry, delivery, now)) {
    return *std::move(early);
  }
  Verdict verdict;
  verdict.item = item_of(entry, delivery, now);
  HandedItem& item = verdict.item;
  bool all_there = true;
  for (size_t i = 0; i < entry.parts.size(); ++i) {
    const PublicationKey key{entry.publisher, entry.parts[i].id};
    const auto publication = ledger_.publication(key);
    if (publication && ledger_.leased(subscriber, *publication)) {
      verdict.kind = Verdict::Kind::wait;
      verdict.due = {now.utc.ms + limits::predecessor_wait_ms};
      verdict.reason = "predecessor_leased";
      return verdict;
    }
    auto part = newest_part(channel, publication, entry, static_cast<uint8_t>(i), now);
    if (!part) {
      continue;
    }
    if (publication) {
      add_open_outcomes(subscriber, *publication, Sought::open_outcomes, item);
      if (auto delivered = ledger_.delivered(subscriber, *publication)) {
        part->old_revision = delivered->revision;
        part->old_platform_id = std::move(delivered->platform_id);
        part->old_url = std::move(delivered->url);
        forget_removed(channel, *publication, *part);
      }
    }
    // A replay sends what is there already once more; an invalid one gets its banner.
    const bool again = delivery && delivery->job && part->old_revision == part->facts.revision;
    all_there = all_there && part->old_revision >= part->facts.revision && !again;
    item.parts.push_back(*std::move(part));
  }
  if (item.parts.empty()) {
    verdict.kind = Verdict::Kind::expired;
  } else if (all_there) {
    verdict.kind = Verdict::Kind::superseded;
  }
  return verdict;
}

void Core::add_first_shown(const ChannelRuntime& channel,
                           const EntryAccepted& entry,
                           SeqRuns& runs) const {
  if (!channel.policy.portal) {
    return;
  }
  const bool unseen =
      std::any_of(entry.parts.begin(), entry.parts.end(), [&](const EntryPart& part) {
        return part.first_seq == entry.seq && !ledger_.published_on({entry.publisher, part.id});
      });
  if (unseen) {
    append(runs, entry.seq);
  }
}

}  // namespace gulou
