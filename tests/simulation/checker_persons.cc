// What cannot be undone takes two persons: no byte is destroyed, nothing may go out twice, with
// one.
#include "tests/simulation/checker.h"

namespace gulou::simulation {
namespace {

std::string text(uint64_t number) {
  return std::to_string(number);
}

}  // namespace

bool Checker::by_two(const std::string& asked_by, const std::string& confirmed_by) const {
  return !asked_by.empty() && !confirmed_by.empty() && asked_by != confirmed_by;
}

void Checker::see(const Confirmation& change) {
  const auto known = confirmations_.find(change.no);
  const ConfirmationState before =
      known == confirmations_.end() ? ConfirmationState::waiting : known->second.state;
  const std::string name = "confirmation " + text(change.no.value);
  if (known == confirmations_.end() && change.no.value != confirmations_.size() + 1) {
    violated(name + " follows " + text(confirmations_.size()));
  }
  if (known != confirmations_.end() && !known->second.open) {
    violated(name + " changes after its end");
  }
  const bool decided =
      change.state == ConfirmationState::given || change.state == ConfirmationState::done;
  if (decided && !by_two(change.asked_by, change.decided_by)) {
    violated(name + " is given with one person, " + change.asked_by);
  }
  if (decided && before == ConfirmationState::waiting && change.at >= change.until) {
    violated(name + " is given too late");
  }
  if (change.state == ConfirmationState::expired && change.at < change.until) {
    violated(name + " is over too early");
  }
  confirmations_[change.no] = change;
}

void Checker::see(const PartErased& change) {
  const std::string name = "part " + text(change.part) + " of #" + text(change.seq.value);
  const auto given = confirmations_.find(change.confirmation);
  if (!by_two(change.asked_by, change.confirmed_by) || given == confirmations_.end() ||
      given->second.state != ConfirmationState::given ||
      given->second.decided_by != change.confirmed_by) {
    violated(name + " is erased with one person");
  }
  const EntryAccepted& entry = *books_.entry(change.seq);
  const EntryPart& part = entry.parts.at(change.part);
  const Books::Publication& known = *books_.publication({entry.publisher, part.id});
  if (!known.withdrawn || known.withdrawn->kind != WithdrawalKind::erase ||
      known.withdrawn->seq != change.withdrawal || part.revision > known.withdrawn->revision) {
    violated(name + " is erased though no withdrawal asks for it");
  }
  if (!erased_.emplace(std::pair{change.seq, change.part}, change.digest).second) {
    violated(name + " is erased twice");
  }
}

void Checker::see(const ReplayJob& change) {
  if (change.allow_duplicate && !by_two(change.by, change.confirmed_by)) {
    violated("job " + text(change.job.value) + " may send twice with one person");
  }
  jobs_[change.job] = change;
}

bool Checker::sent_afresh(const DeliveryChanged& change) const {
  const auto job = jobs_.find(change.job);
  return change.afresh && job != jobs_.end() && job->second.allow_duplicate;
}

// What is erased is gone, what nobody erased is there, and a restart changes nothing about it.
void Checker::check_bytes(const MemoryJournal& journal) {
  for (const auto& [seq, entry] : books_.entries()) {
    for (size_t i = 0; entry.kind == EntryKind::bundle && i < entry.parts.size(); ++i) {
      const auto part = static_cast<uint8_t>(i);
      const bool there = journal.history().body(seq, part).has_value();
      if (there == erased_.contains({seq, part})) {
        violated("the body of #" + text(seq.value) + " is " + (there ? "there" : "gone"));
      }
    }
  }
}

}  // namespace gulou::simulation
