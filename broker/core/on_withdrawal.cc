// A publication is taken back (design 5.2, "Withdrawal kinds"): a withdrawal is an entry of its own
// lane, which overtakes everything and passes channels that sleep. What was queued ends at once;
// what is with an adapter is recalled and removed as soon as its lease has ended.
#include "broker/core/core.h"
#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>
#include <set>

namespace gulou {
namespace {

std::string target_field(size_t i, std::string_view name) {
  return "targets[" + std::to_string(i) + "]." + std::string(name);
}

PublicationKey key_of(const std::string& target, const std::string& publisher) {
  const size_t slash = target.find('/');
  return slash == std::string::npos
             ? PublicationKey{publisher, target}
             : PublicationKey{target.substr(0, slash), target.substr(slash + 1)};
}

// erase > remove > replace > mark_invalid. What has expired is gone: no banner brings it back.
int strength(WithdrawalKind kind) {
  switch (kind) {
    case WithdrawalKind::expire:
    case WithdrawalKind::mark_invalid:
      return 1;
    case WithdrawalKind::replace:
      return 2;
    case WithdrawalKind::remove:
      return 3;
    case WithdrawalKind::erase:
      return 4;
  }
  return 0;
}

OnWithdrawal policy_of(const WithdrawalPolicy& policy, WithdrawalKind kind) {
  switch (kind) {
    case WithdrawalKind::mark_invalid:
      return policy.mark_invalid;
    case WithdrawalKind::replace:
      return policy.replace;
    case WithdrawalKind::remove:
    case WithdrawalKind::expire:
      return policy.remove;
    case WithdrawalKind::erase:
      return policy.erase;
  }
  return OnWithdrawal::park;
}

}  // namespace

// Where a banner or a pointer cannot be shown, policy may take the thing down instead.
bool Core::goes_away(const ChannelRuntime& channel, WithdrawalKind kind) {
  return takes_down(kind) ||
         policy_of(channel.policy.on_withdrawal, kind) == OnWithdrawal::take_down;
}

void Core::on_event(const WithdrawalAsked& event, Now now) {
  std::vector<Error> errors;
  KnownTargets known;
  if (!check_withdrawal(event, known, errors)) {
    return refuse(event.from, std::move(errors), "withdrawal.refused");
  }
  if (answer_withdrawn(event, known, now)) {
    return;
  }
  for (size_t i = 0; i < known.size(); ++i) {
    const auto& before = known[i].withdrawn;
    if (before && before->revision >= known[i].newest().revision &&
        strength(before->kind) >= strength(event.kind)) {
      errors.push_back({ErrorCode::already_exists,
                        "already_withdrawn",
                        target_field(i, "id"),
                        {known[i].id, std::string(name_of(before->kind))}});
    }
  }
  if (!errors.empty()) {
    return refuse(event.from, std::move(errors), "withdrawal.refused");
  }
  EntryAccepted entry = withdrawal_of(event.targets[0].key.publisher, known, now);
  entry.withdrawal.kind = event.kind;
  entry.withdrawal.reason = event.reason;
  entry.withdrawal.public_note = event.public_note;
  entry.withdrawal.by = event.by;
  if (event.kind == WithdrawalKind::replace) {
    const PublicationKey successor = key_of(event.successor, entry.publisher);
    entry.withdrawal.successor = successor.publisher + "/" + successor.id;
  }
  note(Note::Level::info,
       "withdrawal.accepted",
       {},
       {ledger_.head().value + 1},
       entry.parts.size(),
       entry.parts[0].id);
  answer_accepted(event.from, entry);
  const Seq seq = entry.seq;
  accept_withdrawal(std::move(entry), now);
  if (event.kind == WithdrawalKind::erase) {
    ask_erasure(event, seq, now);
  }
}

bool Core::check_withdrawal(const WithdrawalAsked& event,
                            KnownTargets& known,
                            std::vector<Error>& errors) const {
  const auto wrong = [&](ErrorCode code,
                         std::string_view reason,
                         std::string field,
                         std::vector<std::string> args) {
    errors.push_back({code, std::string(reason), std::move(field), std::move(args)});
  };
  if (event.targets.empty() || event.targets.size() > limits::bundle_parts_max) {
    wrong(ErrorCode::invalid_argument,
          "targets_count",
          "targets",
          {std::to_string(event.targets.size()), std::to_string(limits::bundle_parts_max)});
    return false;
  }
  if (event.reason.empty()) {
    wrong(ErrorCode::invalid_argument, "reason_missing", "reason", {});
  }
  const std::string& publisher = event.targets[0].key.publisher;
  std::set<PublicationKey> seen;
  for (size_t i = 0; i < event.targets.size(); ++i) {
    const WithdrawalAsked::Target& target = event.targets[i];
    const auto row = ledger_.publication(target.key);
    if (!row || (!event.by_operator && target.key.publisher != event.by)) {
      wrong(ErrorCode::not_found, "publication_unknown", target_field(i, "id"), {target.key.id});
    } else if (target.key.publisher != publisher) {
      wrong(ErrorCode::invalid_argument,
            "targets_of_several_publishers",
            target_field(i, "id"),
            {publisher, target.key.publisher});
    } else if (!seen.insert(target.key).second) {
      wrong(ErrorCode::invalid_argument, "duplicate_part", target_field(i, "id"), {target.key.id});
    } else if (target.revision != 0 && target.revision != row->newest().revision) {
      wrong(ErrorCode::already_exists,
            "revision_mismatch",
            target_field(i, "revision"),
            {std::to_string(target.revision), std::to_string(row->newest().revision)});
    } else {
      known.push_back(*row);
    }
  }
  if (event.kind == WithdrawalKind::replace) {
    const PublicationKey key = key_of(event.successor, publisher);
    const auto successor = ledger_.publication(key);
    if (event.successor.empty()) {
      wrong(ErrorCode::invalid_argument, "successor_missing", "successor", {});
    } else if (!successor || successor->is_down(successor->newest().revision) ||
               seen.contains(key)) {
      wrong(ErrorCode::not_found, "successor_unknown", "successor", {event.successor});
    }
  }
  return errors.empty();
}

// The same withdrawal again: its receipt again.
bool Core::answer_withdrawn(const WithdrawalAsked& event, const KnownTargets& known, Now now) {
  const auto& first = known[0].withdrawn;
  const bool same = std::all_of(known.begin(), known.end(), [&](const PublicationRow& row) {
    return row.withdrawn && first && row.withdrawn->seq == first->seq &&
           row.withdrawn->kind == event.kind && row.withdrawn->revision >= row.newest().revision;
  });
  if (!same) {
    return false;
  }
  SendAccepted answer{.to = event.from,
                      .seq = first->seq,
                      .accepted_at = first->at,
                      .already = true,
                      .epoch = first->epoch,
                      .hash = first->hash};
  for (const PublicationRow& row : known) {
    answer.parts.push_back({row.id, row.newest().revision, row.newest().digest, row.index_no});
  }
  if (!first->hash) {
    const auto stored = reader_.publication({known[0].publisher, known[0].id});
    const auto round = ledger_.round_of(first->seq);
    if (round) {
      answer.round = *round;
    } else {
      CHECK(stored && stored->withdrawn);
      answer.hash = stored->withdrawn->hash;
      answer.epoch = stored->withdrawn->epoch;
    }
  }
  step_.sends.emplace_back(std::move(answer));
  const RevisionRow& newest = known[0].newest();
  if (event.kind == WithdrawalKind::erase && event.by_operator &&
      !ledger_.erased(newest.seq, newest.part)) {
    ask_erasure(event, first->seq, now);  // nobody confirmed it in time
  }
  return true;
}

void Core::answer_accepted(const Asker& to, const EntryAccepted& entry) {
  SendAccepted answer{
      .to = to, .seq = entry.seq, .accepted_at = entry.accepted_at, .round = round_};
  for (const EntryPart& part : entry.parts) {
    answer.parts.push_back({part.id, part.revision, part.digest, part.index_no});
  }
  step_.sends.emplace_back(std::move(answer));
}

// How long any of its revisions may stand on a screen without contact; 0: as its channel says, also
// where there are too many to look at.
int64_t Core::longest_lease_ms(const PublicationRow& row) const {
  if (row.revisions.size() > limits::revisions_looked_at_max) {
    return 0;
  }
  int64_t longest_ms = 0;
  for (const RevisionRow& revision : row.revisions) {
    const auto entry = ledger_.entry(revision.lane, revision.seq);
    const int64_t lease_ms = entry ? entry->entry.parts[revision.part].display_lease_ms : 0;
    if (lease_ms == 0) {
      return 0;
    }
    longest_ms = std::max(longest_ms, lease_ms);
  }
  return longest_ms;
}

EntryAccepted Core::withdrawal_of(const std::string& publisher,
                                  const KnownTargets& publications,
                                  Now now) const {
  EntryAccepted entry;
  entry.seq = {ledger_.head().value + 1};
  entry.lane = Lane::withdrawal;
  entry.kind = EntryKind::withdrawal;
  entry.publisher = publisher;
  entry.accepted_at = now.utc;
  for (const PublicationRow& row : publications) {
    const RevisionRow& newest = row.newest();
    const auto origin = ledger_.entry(newest.lane, newest.seq);
    CHECK(origin.has_value());
    const EntryPart& from = origin->entry.parts[newest.part];
    EntryPart part;
    part.id = row.id;
    part.revision = newest.revision;
    part.kind = from.kind;
    part.column = from.column;
    part.org_code = from.org_code;
    part.audience = from.audience;
    part.display_lease_ms = longest_lease_ms(row);
    part.digest = newest.digest;
    part.index_no = row.index_no;
    part.first_seq = row.revisions.front().seq;
    part.previous_revision = newest.revision;
    part.previous_seq = newest.seq;
    entry.test = entry.test || origin->entry.test;
    entry.imported = entry.imported || origin->entry.imported;
    entry.parts.push_back(std::move(part));
  }
  return entry;
}

void Core::accept_withdrawal(EntryAccepted entry, Now now) {
  const std::string publisher = entry.publisher;
  const std::vector<EntryPart> parts = entry.parts;
  const bool ends_queued = entry.withdrawal.kind != WithdrawalKind::mark_invalid;
  emit(std::move(entry));
  for (const EntryPart& part : parts) {
    const auto publication = ledger_.publication({publisher, part.id});
    CHECK(publication.has_value());
    if (!ends_queued) {
      continue;
    }
    for (const auto& [id, no] : ledger_.channels()) {
      withdraw_open(shared_subscriber(no), *publication, now);
    }
    recall(*publication);
  }
}

bool Core::all_down(const EntryAccepted& entry) const {
  return std::all_of(entry.parts.begin(), entry.parts.end(), [&](const EntryPart& part) {
    const auto publication = ledger_.publication({entry.publisher, part.id});
    return publication && publication->is_down(part.revision);
  });
}

// Rows that wait end at once; entries without a row end when a cursor comes to them.
void Core::withdraw_open(SubscriberNo subscriber, const PublicationRow& publication, Now now) {
  size_t looked_at = 0;
  for (auto revision = publication.revisions.rbegin();
       revision != publication.revisions.rend() && looked_at < limits::revisions_looked_at_max;
       ++revision, ++looked_at) {
    auto row = ledger_.delivery(subscriber, revision->seq);
    if (!row || is_final(row->state) || row->state == DeliveryState::leased) {
      continue;
    }
    const auto entry = ledger_.entry(revision->lane, revision->seq);
    CHECK(entry.has_value());
    if (!all_down(entry->entry)) {
      continue;  // the other parts go on; this one is left out
    }
    const DeliveryState from = row->state;
    // What a platform has taken may still appear: the removal must look.
    row->maybe_published = row->maybe_published || from == DeliveryState::confirming;
    row->at = now.utc;
    row->due = {};
    const bool expired = publication.withdrawn->kind == WithdrawalKind::expire;
    row->reason = expired ? "" : "withdrawn";
    move(*std::move(row), from, expired ? Trigger::expiry : Trigger::withdrawal);
  }
}

void Core::recall(const PublicationRow& publication) {
  for (const auto& [no, session] : sessions_) {
    for (const LeaseNo lease : session.leases) {
      for (const RevisionRow& revision : publication.revisions) {
        if (contains(ledger_.lease(lease)->runs, revision.seq)) {
          step_.sends.emplace_back(SendRecall{no, lease, revision.seq});
        }
      }
    }
  }
}

// Where this channel, or the one it waits for, shows a publication; empty: nowhere.
std::string Core::place_of(const ChannelRuntime& channel,
                           SubscriberNo subscriber,
                           const std::string& publication) const {
  const auto row = ledger_.publication(key_of(publication, {}));
  if (!row) {
    return {};
  }
  if (const auto here = ledger_.delivered(subscriber, *row); here && !here->url.empty()) {
    return here->url;
  }
  if (!channel.gate) {
    return {};
  }
  const auto there = ledger_.delivered(shared_subscriber(channel.gate), *row);
  return there ? there->url : std::string();
}

// A part of a withdrawal, if it is or may be on the channel.
void Core::add_what_is_there(SubscriberNo subscriber,
                             const EntryAccepted& entry,
                             uint8_t number,
                             const PublicationRow& publication,
                             const std::optional<DeliveryChanged>& delivery,
                             HandedItem& item) const {
  const bool maybe_before = item.maybe_published;
  item.maybe_published = false;
  add_open_outcomes(subscriber, publication, Sought::duplicates_too, item);
  auto delivered = ledger_.delivered(subscriber, publication);
  // Handed out, or given to a person, and not confirmed: what was in doubt then still is, whatever
  // ended since.
  const bool asked =
      delivery && std::any_of(delivery->receipt.parts.begin(),
                              delivery->receipt.parts.end(),
                              [&](const PartReceipt& one) { return one.part == number; });
  if (delivered || item.maybe_published || asked) {
    HandedPart part;
    part.part = number;
    part.seq = entry.seq;
    part.body_part = number;
    part.facts = entry.parts[number];
    part.facts.body_bytes = 0;
    if (delivered) {
      part.old_revision = delivered->revision;
      part.old_platform_id = std::move(delivered->platform_id);
      part.old_url = std::move(delivered->url);
    }
    item.parts.push_back(std::move(part));
  }
  item.maybe_published = item.maybe_published || maybe_before;
}

Core::Verdict Core::judge_withdrawal(const ChannelRuntime& channel,
                                     SubscriberNo subscriber,
                                     const EntryAccepted& entry,
                                     const std::optional<DeliveryChanged>& delivery,
                                     Now now) const {
  Verdict verdict;
  const WithdrawalKind kind = entry.withdrawal.kind;
  verdict.item = item_of(entry, delivery, now);
  HandedItem& item = verdict.item;
  bool all_newer = true;
  for (size_t i = 0; i < entry.parts.size(); ++i) {
    const auto publication = ledger_.publication({entry.publisher, entry.parts[i].id});
    CHECK(publication.has_value());
    const auto there = ledger_.delivered(subscriber, *publication);
    if (there && there->revision > entry.parts[i].revision) {
      continue;  // a newer revision has taken its place
    }
    all_newer = false;
    // Itself is not leased: it is being judged.
    if (ledger_.leased(subscriber, *publication)) {
      verdict.kind = Verdict::Kind::wait;
      verdict.due = {now.utc.ms + limits::predecessor_wait_ms};
      verdict.reason = "predecessor_leased";
      return verdict;
    }
    add_what_is_there(subscriber, entry, static_cast<uint8_t>(i), *publication, delivery, item);
  }
  if (all_newer) {
    verdict.kind = Verdict::Kind::superseded;
    return verdict;
  }
  if (item.parts.empty()) {
    verdict.kind = Verdict::Kind::nothing;
    return verdict;
  }
  const OnWithdrawal policy = policy_of(channel.policy.on_withdrawal, kind);
  if (policy == OnWithdrawal::leave) {
    verdict.kind = Verdict::Kind::nothing;
    verdict.reason = "left_in_place";
  } else if (policy == OnWithdrawal::park || channel.policy.mode == Mode::manual) {
    verdict.kind = Verdict::Kind::person;
    verdict.reason = "withdrawal_by_hand";
  }
  item.withdrawal = goes_away(channel, kind) ? WithdrawalKind::remove : kind;
  item.public_note = entry.withdrawal.public_note;
  if (kind == WithdrawalKind::replace) {
    item.successor = entry.withdrawal.successor;
    item.successor_url = place_of(channel, subscriber, item.successor);
  }
  return verdict;
}

}  // namespace gulou
