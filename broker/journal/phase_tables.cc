// Tables: the phases of interpretation that policy documents plan, until each is met.
#include "broker/journal/change_codec.h"
#include "broker/journal/row_lookup.h"
#include "broker/journal/tables.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

PublicationKey key_of(const std::string& document) {
  const size_t slash = document.find('/');
  return {.publisher = document.substr(0, slash), .id = document.substr(slash + 1)};
}

bool is_due(const PhaseRow& row) {
  return !row.due_on.empty() && !row.met_by;
}

}  // namespace

// Plans first: the first phase mostly comes in the bundle of its document.
void Tables::put_phases(const EntryAccepted& entry) {
  for (const EntryPart& part : entry.parts) {
    // A revision says its plan anew, and what was withdrawn needs no interpretation.
    if (part.kind == Kind::policy_document || entry.kind == EntryKind::withdrawal) {
      plan_phases({.publisher = entry.publisher, .id = part.id}, part, entry.seq);
    }
  }
  for (const EntryPart& part : entry.parts) {
    for (const PhaseMark& mark : part.phases) {
      if (mark.document.empty()) {
        continue;
      }
      const PublicationKey document = key_of(mark.document);
      PhaseRow row = phases_of(document)[mark.phase];
      row.met_by = entry.seq;
      put_phase(document, mark.phase, row);
    }
  }
}

void Tables::plan_phases(const PublicationKey& document, const EntryPart& part, Seq seq) {
  std::map<Digest, PhaseRow> rows = phases_of(document);
  for (auto& [phase, row] : rows) {
    row.due_on.clear();
  }
  for (const PhaseMark& mark : part.phases) {
    if (mark.document.empty()) {
      rows[mark.phase].due_on = mark.due_on;
      rows[mark.phase].planned_by = seq;
    }
  }
  for (const auto& [phase, row] : rows) {
    put_phase(document, phase, row);
  }
}

void Tables::put_phase(const PublicationKey& document, const Digest& phase, const PhaseRow& row) {
  std::map<Digest, PhaseRow> rows = phases_of(document);
  const auto before = rows.find(phase);
  if (before != rows.end() && is_due(before->second)) {
    rows_->erase(Cf::open, keys::phase_due(before->second.due_on, document, phase));
  }
  if (is_due(row)) {
    rows_->put(Cf::open,
               keys::phase_due(row.due_on, document, phase),
               encode(PhaseDueRow{.document = document,
                                  .phase = phase,
                                  .due_on = row.due_on,
                                  .planned_by = row.planned_by}));
  }
  rows_->put(Cf::release, keys::phase(document, phase), encode(row));
  rows[phase] = row;
  phases_[document] = std::move(rows);
}

std::map<Digest, PhaseRow> Tables::phases_of(const PublicationKey& document) const {
  if (const auto found = phases_.find(document); found != phases_.end()) {
    return found->second;
  }
  std::map<Digest, PhaseRow> rows;
  const auto add = [&](std::string_view key, std::string_view value) {
    rows.emplace(keys::digest_of_phase(key),
                 decoded<PhaseRow>(committed_, Cf::release, key, value));
    return true;
  };
  scan(committed_, Cf::release, keys::phases(document), add);
  return rows;
}

}  // namespace gulou
