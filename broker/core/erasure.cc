// The bytes of what was published in error are destroyed (design 5.2 `erase`, 6): part after part
// the rows go, each with a change that keeps the digests and names both persons; then the engine is
// told to leave nothing of them on disk. Blobs that something living uses stay.
#include "broker/core/core.h"
#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>

namespace gulou {
namespace {

bool listed(const std::vector<Digest>& list, const Digest& digest) {
  return std::ranges::find(list, digest) != list.end();
}

void add(std::vector<Digest>& list, const Digest& digest) {
  if (digest && !listed(list, digest)) {
    list.push_back(digest);
  }
}

}  // namespace

// A withdrawal that erases was accepted, or an operator asks once more for what nobody confirmed.
void Core::ask_erasure(const WithdrawalAsked& event, Seq withdrawal, Now now) {
  for (const auto& [no, one] : ledger_.confirmations()) {
    if (one.act == TwoPersonAct::erase && one.seq == withdrawal) {
      return;
    }
  }
  if (!may_ask(TwoPersonAct::erase, event.by)) {
    note(Note::Level::warn, "confirmation.full", {}, withdrawal, 1, event.by);
    return;
  }
  Confirmation asked;
  asked.act = TwoPersonAct::erase;
  asked.asked_by = event.by;
  asked.reason = event.reason;
  asked.seq = withdrawal;
  if (!county_.approvals.needs_two(TwoPersonAct::erase)) {
    asked.state = ConfirmationState::given;
    asked.decided_at = now.utc;
  }
  ask(std::move(asked), now);
}

std::optional<EntryAccepted> Core::entry_at(Seq seq) const {
  for (const Lane lane : all_lanes) {
    if (auto row = ledger_.entry(lane, seq)) {
      return std::move(row->entry);
    }
  }
  return std::nullopt;
}

// Does something that keeps its bytes use this blob, other than the part at hand?
bool Core::is_used(const Digest& blob, Seq seq, uint8_t part) const {
  const auto uses = [&](Seq user) {
    const auto entry = entry_at(user);
    if (!entry || entry->kind == EntryKind::withdrawal) {
      return entry.has_value();  // what a person showed of a removal
    }
    bool named = false;
    bool lives = false;
    for (size_t i = 0; i < entry->parts.size(); ++i) {
      const EntryPart& one = entry->parts[i];
      const auto number = static_cast<uint8_t>(i);
      const bool names = listed(one.attachments, blob) || listed(one.private_attachments, blob);
      const bool alive =
          !(user == seq && number == part) && !ledger_.erased(user, number).has_value();
      if (names && alive) {
        return true;
      }
      named = named || names;
      lives = lives || alive;
    }
    // A scan, or what a person showed of a delivery: of the whole bundle.
    return lives && (!named || listed(entry->sign_off.scans, blob));
  };
  bool used = false;
  ledger_.blob_uses(blob, [&](Seq user) {
    used = uses(user);
    return !used;
  });
  return used;
}

// Blobs whose use ends with this part of its entry.
std::vector<Digest> Core::blobs_of(const EntryAccepted& entry, uint8_t part) const {
  std::vector<Digest> blobs;
  for (const auto* list :
       {&entry.parts[part].attachments, &entry.parts[part].private_attachments}) {
    for (const Digest& blob : *list) {
      add(blobs, blob);
    }
  }
  for (size_t i = 0; i < entry.parts.size(); ++i) {
    if (i != part && !ledger_.erased(entry.seq, static_cast<uint8_t>(i))) {
      return blobs;
    }
  }
  for (const Digest& scan : entry.sign_off.scans) {
    add(blobs, scan);
  }
  for (const auto& [id, channel] : ledger_.channels()) {
    if (const auto row = ledger_.delivery(shared_subscriber(channel), entry.seq)) {
      add(blobs, row->proof);
    }
  }
  return blobs;
}

void Core::erase_part(const Confirmation& given, const RevisionRow& revision, Now now) {
  const auto row = ledger_.entry(revision.lane, revision.seq);
  CHECK(row.has_value());
  PartErased change;
  change.seq = revision.seq;
  change.lane = revision.lane;
  change.part = revision.part;
  change.digest = revision.digest;
  change.withdrawal = given.seq;
  change.confirmation = given.no;
  change.asked_by = given.asked_by;
  change.confirmed_by = given.decided_by;
  change.at = now.utc;
  for (const Digest& blob : blobs_of(row->entry, revision.part)) {
    if (ledger_.blob(blob)) {
      (is_used(blob, revision.seq, revision.part) ? change.kept : change.blobs).push_back(blob);
    }
  }
  note(Note::Level::info, "part.erased", {}, revision.seq, change.blobs.size(), given.decided_by);
  emit(std::move(change));
}

// Goes on with the rows, a bounded number in one round, and then asks for the bytes. A new process
// begins again: what is done already is passed over.
void Core::run_erasures(Now now) {
  std::vector<Confirmation> given;
  for (const auto& [no, one] : ledger_.confirmations()) {
    if (one.act == TwoPersonAct::erase && one.state == ConfirmationState::given &&
        !destroying_.contains(no)) {
      given.push_back(one);
    }
  }
  size_t budget = limits::erased_parts_per_round_max;
  for (const Confirmation& one : given) {
    if (!erase_rows(one, budget, now)) {
      more_ = true;
      return;
    }
    destroying_.insert(one.no);
    erasing_.erase(one.no);
    step_.sends.emplace_back(destruction_of(one));
  }
}

// True: the rows of all revisions are gone.
bool Core::erase_rows(const Confirmation& given, size_t& budget, Now now) {
  const auto withdrawal = ledger_.entry(Lane::withdrawal, given.seq);
  CHECK(withdrawal.has_value());
  auto& [part, revision] = erasing_[given.no];
  for (; part < withdrawal->entry.parts.size(); ++part, revision = 0) {
    const auto publication =
        ledger_.publication({withdrawal->entry.publisher, withdrawal->entry.parts[part].id});
    CHECK(publication.has_value());
    for (; revision < publication->revisions.size(); ++revision) {
      const RevisionRow& row = publication->revisions[revision];
      if (row.revision > withdrawal->entry.parts[part].revision ||
          ledger_.erased(row.seq, row.part)) {
        continue;
      }
      if (budget == 0) {
        return false;
      }
      --budget;
      erase_part(given, row, now);
    }
  }
  return true;
}

SendDestroy Core::destruction_of(const Confirmation& given) const {
  SendDestroy destroy;
  destroy.confirmation = given.no;
  const auto withdrawal = ledger_.entry(Lane::withdrawal, given.seq);
  CHECK(withdrawal.has_value());
  for (const EntryPart& part : withdrawal->entry.parts) {
    const auto publication = ledger_.publication({withdrawal->entry.publisher, part.id});
    CHECK(publication.has_value());
    for (const RevisionRow& row : publication->revisions) {
      if (const auto erased = ledger_.erased(row.seq, row.part)) {
        destroy.parts.push_back({row.seq, row.part});
        for (const Digest& blob : erased->blobs) {
          add(destroy.blobs, blob);
        }
      }
    }
  }
  return destroy;
}

void Core::on_event(const BytesDestroyed& event, Now now) {
  const auto at = ledger_.confirmations().find(event.confirmation);
  if (at == ledger_.confirmations().end() || !destroying_.contains(event.confirmation)) {
    return;
  }
  Confirmation done = at->second;
  done.state = ConfirmationState::done;
  done.open = false;
  done.at = now.utc;
  destroying_.erase(event.confirmation);
  note(Note::Level::info, "erasure.done", {}, done.seq, done.no.value, done.decided_by);
  emit(std::move(done));
}

}  // namespace gulou
