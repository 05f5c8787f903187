#include "tests/simulation/books.h"

#include <algorithm>

namespace gulou::simulation {

void Books::add(const EntryAccepted& entry) {
  entries_[entry.seq] = entry;
  for (size_t i = 0; i < entry.parts.size(); ++i) {
    const EntryPart& part = entry.parts[i];
    Publication& publication = publications_[{entry.publisher, part.id}];
    if (entry.kind == EntryKind::bundle) {
      publication.revisions.push_back({part.revision, entry.seq, static_cast<uint8_t>(i)});
      continue;
    }
    const WithdrawalKind kind = entry.withdrawal.kind;
    publication.withdrawn = Withdrawn{kind, part.revision, entry.seq};
    if (kind != WithdrawalKind::mark_invalid) {
      publication.was_down = true;
      publication.down_to = part.revision;
    }
    publication.has_ended = publication.has_ended || ends_publication(kind);
  }
}

void Books::add(const DeliveryChanged& row) {
  rows_[{row.subscriber, row.seq}] = row;
  const EntryAccepted& entry = entries_.at(row.seq);
  if (row.state != DeliveryState::published || entry.kind != EntryKind::bundle) {
    return;
  }
  for (const PartReceipt& part : row.receipt.parts) {
    const PublicationKey key{entry.publisher, entry.parts.at(part.part).id};
    if (counts_as_seen(row.subscriber, row.receipt.level)) {
      note_seen(row.subscriber, key, part.revision);
    }
    if (row.receipt.source == ReceiptSource::by_hand) {
      by_hand_.insert({row.subscriber, key});
    }
  }
}

void Books::add(const RangePublished& range) {
  for (const SeqRun& run : range.runs) {
    for (Seq seq = run.first; seq.value < run.first.value + run.count; ++seq.value) {
      plain_[{range.subscriber, seq}] = range.level;
      const EntryAccepted& entry = entries_.at(seq);
      for (const EntryPart& part : entry.parts) {
        if (counts_as_seen(range.subscriber, range.level)) {
          note_seen(range.subscriber, {entry.publisher, part.id}, part.revision);
        }
      }
    }
  }
}

void Books::add(const ChannelDefined& channel) {
  channels_[channel.channel] = channel;
}

bool Books::counts_as_seen(SubscriberNo subscriber, ReceiptLevel level) const {
  const ChannelPlan* made = plan(subscriber);
  return level >= ReceiptLevel::seen_public || (made != nullptr && !made->policy.read_back);
}

void Books::note_seen(SubscriberNo subscriber, const PublicationKey& key, uint32_t revision) {
  uint32_t& newest = seen_[{subscriber, key}];
  newest = std::max(newest, revision);
}

const Books::Publication* Books::publication(const PublicationKey& key) const {
  const auto at = publications_.find(key);
  return at == publications_.end() ? nullptr : &at->second;
}

const EntryAccepted* Books::entry(Seq seq) const {
  const auto at = entries_.find(seq);
  return at == entries_.end() ? nullptr : &at->second;
}

const DeliveryChanged* Books::row(DeliveryKey key) const {
  const auto at = rows_.find(key);
  return at == rows_.end() ? nullptr : &at->second;
}

const ChannelPlan* Books::plan(SubscriberNo subscriber) const {
  const auto channel = channels_.find(channel_of(subscriber));
  for (const ChannelPlan& one : options_.channels) {
    if (channel != channels_.end() && one.policy.id == channel->second.id) {
      return &one;
    }
  }
  return nullptr;
}

SubscriberNo Books::subscriber(const std::string& channel) const {
  for (const auto& [no, defined] : channels_) {
    if (defined.id == channel) {
      return shared_subscriber(no);
    }
  }
  return {};
}

bool Books::takes(const Channel& policy, const EntryAccepted& entry) {
  const ChannelFilter& filter = policy.filter;
  return entry.kind == EntryKind::bundle && (!entry.test || filter.drill) &&
         (!entry.imported || filter.imports) &&
         std::any_of(entry.parts.begin(), entry.parts.end(), [&](const EntryPart& part) {
           return filter.columns.empty() ||
                  std::count(filter.columns.begin(), filter.columns.end(), part.column) > 0;
         });
}

Utc Books::from(const Channel& policy, const EntryAccepted& entry) {
  const auto& outlets = entry.embargo_outlets;
  const bool named = std::count(outlets.begin(), outlets.end(), policy.id) > 0;
  return named ? entry.not_before : std::max(entry.not_before, entry.embargo_until);
}

bool Books::is_gated(const Channel& policy, Lane lane) {
  return !policy.gate.channel.empty() && lane != Lane::withdrawal &&
         !(lane == Lane::urgent && policy.gate.urgent_skips);
}

bool Books::all_down(const EntryAccepted& entry) const {
  return std::all_of(entry.parts.begin(), entry.parts.end(), [&](const EntryPart& part) {
    const Publication* known = publication({entry.publisher, part.id});
    return known != nullptr && known->is_down(part.revision);
  });
}

uint32_t Books::seen_revision(SubscriberNo gate, const Revision& revision) const {
  if (const DeliveryChanged* there = row({gate, revision.seq})) {
    if (there->state != DeliveryState::published || !counts_as_seen(gate, there->receipt.level)) {
      return 0;
    }
    for (const PartReceipt& part : there->receipt.parts) {
      if (part.part == revision.part) {
        return std::max(part.revision, revision.revision);
      }
    }
    return 0;
  }
  const auto plain = plain_.find({gate, revision.seq});
  return plain != plain_.end() && counts_as_seen(gate, plain->second) ? revision.revision : 0;
}

bool Books::gate_is_open(const Channel& policy, const EntryAccepted& entry) const {
  if (!is_gated(policy, entry.lane)) {
    return true;
  }
  const SubscriberNo gate = subscriber(policy.gate.channel);
  if (!takes(plan(gate)->policy, entry)) {
    return true;
  }
  return std::all_of(entry.parts.begin(), entry.parts.end(), [&](const EntryPart& part) {
    const Publication& known = publications_.at({entry.publisher, part.id});
    return known.is_down(part.revision) ||
           std::any_of(known.revisions.begin(), known.revisions.end(), [&](const Revision& one) {
             return seen_revision(gate, one) >= part.revision;
           });
  });
}

bool Books::is_passed(const Channel& policy, const EntryAccepted& entry) const {
  const SubscriberNo gate = subscriber(policy.gate.channel);
  if (!takes(plan(gate)->policy, entry) || !gate_is_open(policy, entry)) {
    return false;
  }
  for (uint8_t i = 0; i < entry.parts.size(); ++i) {
    if (seen_revision(gate, {entry.parts[i].revision, entry.seq, i}) != 0) {
      return false;
    }
  }
  return true;
}

bool Books::was_seen(const Channel& policy, const PublicationKey& key, uint32_t revision) const {
  const auto at = seen_.find({subscriber(policy.gate.channel), key});
  return at != seen_.end() && at->second >= revision;
}

// The newest revision that stands on the channel.
uint32_t Books::delivered(SubscriberNo subscriber, const Publication& known) const {
  uint32_t newest = 0;
  for (const Revision& revision : known.revisions) {
    const DeliveryChanged* there = row({subscriber, revision.seq});
    if (there == nullptr) {
      newest = plain_.contains({subscriber, revision.seq}) ? std::max(newest, revision.revision)
                                                           : newest;
      continue;
    }
    const bool again = there->job && there->receipt.at && !is_final(there->state);
    for (const PartReceipt& part : there->receipt.parts) {
      if (part.part == revision.part && (again || there->state == DeliveryState::published)) {
        newest = std::max({newest, revision.revision, again ? 0U : part.revision});
      }
    }
  }
  return newest;
}

// The newest revision this channel takes and whose time has come; nothing where it has ended.
std::optional<Books::Expected> Books::newest(const Channel& policy,
                                             const EntryAccepted& entry,
                                             uint8_t number,
                                             Utc at) const {
  const EntryPart& own = entry.parts[number];
  const Publication& known = publications_.at({entry.publisher, own.id});
  Expected found{number, entry.seq, known.is_invalid(own.revision)};
  bool down = known.is_down(own.revision);
  const uint32_t there = delivered(subscriber(policy.id), known);  // past gate and clock already
  for (auto one = known.revisions.rbegin();
       one != known.revisions.rend() && one->revision > own.revision;
       ++one) {
    const EntryAccepted& newer = entries_.at(one->seq);
    const bool early =
        from(policy, newer) > at || (is_gated(policy, entry.lane) && !gate_is_open(policy, newer));
    if (!takes(policy, newer) || known.is_down(one->revision) || (early && one->revision > there)) {
      continue;
    }
    if (newer.expires && newer.expires <= at) {
      return std::nullopt;
    }
    found = {number, one->seq, known.is_invalid(one->revision)};
    down = false;
    break;
  }
  return down ? std::nullopt : std::optional<Expected>(found);
}

std::vector<Books::Expected> Books::expected(const Channel& policy, Seq seq, Utc at) const {
  std::vector<Expected> found;
  const EntryAccepted& about = entries_.at(seq);
  if (about.kind != EntryKind::bundle) {
    return found;
  }
  for (size_t i = 0; i < about.parts.size(); ++i) {
    if (auto part = newest(policy, about, static_cast<uint8_t>(i), at)) {
      found.push_back(*part);
    }
  }
  return found;
}

}  // namespace gulou::simulation
