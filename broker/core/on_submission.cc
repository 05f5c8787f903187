// A bundle arrives: judged in the order of design 5.1, then accepted whole or refused with every
// reason of the first check that fails.
#include "broker/core/approvals.h"
#include "broker/core/core.h"
#include "broker/core/rights.h"
#include "common/base/check.h"
#include "common/base/limits.h"

#include <algorithm>
#include <map>
#include <set>

namespace gulou {
namespace {

std::string field_of(size_t part, std::string_view name) {
  return "parts[" + std::to_string(part) + "]." + std::string(name);
}

// "publisher/id", or an id of the asking publisher.
PublicationKey target_of(const std::string& target, const std::string& publisher) {
  const size_t slash = target.find('/');
  if (slash == std::string::npos) {
    return {publisher, target};
  }
  return {target.substr(0, slash), target.substr(slash + 1)};
}

bool names(const std::vector<std::string>& targets,
           const std::string& publisher,
           const PublicationKey& key) {
  return std::any_of(targets.begin(), targets.end(), [&](const std::string& target) {
    return target_of(target, publisher) == key;
  });
}

// The publisher knows this publication and says that the part is another document or takes its
// place.
bool differs(const PartFacts& part, const std::string& publisher, const PublicationKey& other) {
  return names(part.distinct_from, publisher, other) || names(part.supersedes, publisher, other);
}

const RevisionRow* find_revision(const PublicationRow& row, uint32_t revision) {
  const auto at = std::find_if(row.revisions.begin(),
                               row.revisions.end(),
                               [revision](const RevisionRow& r) { return r.revision == revision; });
  return at == row.revisions.end() ? nullptr : &*at;
}

// Of those who have the document (or the content) of a part already, what stands and its siblings
// in the bundle: the first that it is not known to differ from, if there is one; else all go to
// `others`. A publication that stood among them before goes on.
std::optional<PublicationKey> other_owner(const PartFacts& part,
                                          const std::string& publisher,
                                          const std::vector<PublicationKey>& standing,
                                          const std::vector<const PartFacts*>& siblings,
                                          std::vector<PublicationKey>& others) {
  const PublicationKey self{publisher, part.id};
  const bool settled = std::find(standing.begin(), standing.end(), self) != standing.end();
  for (const PublicationKey& other : standing) {
    if (!settled && !differs(part, publisher, other)) {
      return other;
    }
    if (other != self) {
      others.push_back(other);
    }
  }
  for (const PartFacts* sibling : siblings) {
    const PublicationKey other{publisher, sibling->id};
    if (!settled && !differs(part, publisher, other) && !differs(*sibling, publisher, self)) {
      return other;
    }
    if (std::find(others.begin(), others.end(), other) == others.end()) {
      others.push_back(other);
    }
  }
  return std::nullopt;
}

// What is wrong with the revision a part claims, given what is known of its publication.
std::optional<Error> revision_error(const PartFacts& part,
                                    size_t i,
                                    const std::optional<PublicationRow>& row) {
  const uint32_t current = row ? row->newest().revision : 0;
  if (row && row->is_down(current) && ends_publication(row->withdrawn->kind)) {
    return Error{ErrorCode::refused,
                 "publication_withdrawn",
                 field_of(i, "id"),
                 {part.id, std::to_string(row->withdrawn->seq.value)}};
  }
  const RevisionRow* same = row ? find_revision(*row, part.revision) : nullptr;
  if (same != nullptr) {
    const bool same_bytes = same->digest == part.digest;
    return Error{ErrorCode::already_exists,
                 same_bytes ? "conflict_bundle" : "conflict",
                 field_of(i, "revision"),
                 {part.id, std::to_string(part.revision), std::to_string(same->seq.value)}};
  }
  if (part.previous_revision != current || (row && part.revision <= current)) {
    return Error{ErrorCode::already_exists,
                 "revision_mismatch",
                 field_of(i, "previous_revision"),
                 {std::to_string(part.previous_revision), std::to_string(current)}};
  }
  return std::nullopt;
}

// What is planned and what is met of the plans of others; a drill and what was published elsewhere
// count for nothing.
std::vector<PhaseMark> phases_of(const PartFacts& part, const std::string& publisher) {
  std::vector<PhaseMark> marks;
  if (part.imported || part.test) {
    return marks;
  }
  for (const PartFacts::PlannedFacts& planned : part.planned) {
    marks.push_back({.document = {}, .phase = planned.phase, .due_on = planned.due_on});
  }
  if (part.kind == Kind::interpretation && part.phase) {
    for (const std::string& target : part.interprets) {
      const PublicationKey key = target_of(target, publisher);
      marks.push_back(
          {.document = key.publisher + "/" + key.id, .phase = part.phase, .due_on = {}});
    }
  }
  return marks;
}

// A bundle goes out whole: before the last embargo ends only to outlets that each of them names.
void add_embargo(const PartFacts& facts, EntryAccepted& entry) {
  if (!entry.embargo_until) {
    entry.embargo_outlets = facts.embargo_outlets;
  } else {
    std::erase_if(entry.embargo_outlets, [&](const std::string& outlet) {
      return std::find(facts.embargo_outlets.begin(), facts.embargo_outlets.end(), outlet) ==
             facts.embargo_outlets.end();
    });
  }
  entry.embargo_until = std::max(entry.embargo_until, facts.embargo_until);
}

}  // namespace

void Core::on_event(const Submitted& event, Now now) {
  if (!event.shape_errors.empty()) {
    return refuse(event.from, event.shape_errors, "submission.refused");
  }
  CHECK(!event.parts.empty() && event.parts.size() <= limits::bundle_parts_max);
  std::vector<Error> errors;
  if (!check_publisher(event, errors)) {
    return refuse(event.from, std::move(errors), "submission.refused");
  }
  // Each publication is looked up once and judged by everything that follows.
  KnownPublications known;
  for (const PartFacts& part : event.parts) {
    known.push_back({.row = ledger_.publication({event.publisher, part.id})});
  }
  if (answer_retry(event, known)) {
    return;
  }
  if (auto error = refuses_all()) {
    return refuse(event.from, {*std::move(error)}, "submission.refused");
  }
  check_identity(event, known, errors);
  if (errors.empty()) {
    for (const PartFacts& part : event.parts) {
      errors.insert(errors.end(), part.errors.begin(), part.errors.end());
    }
  }
  if (errors.empty()) {
    check_disclosure(event, county_.approvals, errors);
  }
  if (errors.empty()) {
    check_approvals(event, county_.approvals, now, errors);
  }
  if (errors.empty()) {
    check_bundle(event, known, errors);
  }
  if (errors.empty()) {
    check_attachments(event, errors);
  }
  if (errors.empty()) {
    if (auto error = personal_data_error(event, now)) {
      errors.push_back(*std::move(error));
    }
  }
  if (!errors.empty()) {
    return refuse(event.from, std::move(errors), "submission.refused");
  }
  accept(event, known, now);
}

bool Core::check_publisher(const Submitted& event, std::vector<Error>& errors) const {
  check_rights(event, errors);
  for (const auto& [no, channel] : channels_) {
    if (!ledger_.condition(no).retired) {
      check_reach(event, channel.policy, errors);
    }
  }
  return errors.empty();
}

bool Core::answer_retry(const Submitted& event, const KnownPublications& known) {
  SendAccepted answer{.to = event.from, .already = true};
  const RevisionRow* first = nullptr;
  for (size_t i = 0; i < event.parts.size(); ++i) {
    const PartFacts& part = event.parts[i];
    const auto& row = known[i].row;
    const RevisionRow* revision = row ? find_revision(*row, part.revision) : nullptr;
    if (revision == nullptr || revision->digest != part.digest ||
        revision->bundle_digest != event.bundle_digest || revision->part != i) {
      return false;
    }
    first = first == nullptr ? revision : first;
    if (revision->seq != first->seq) {
      return false;
    }
    answer.parts.push_back({part.id, part.revision, part.digest, row->index_no});
  }
  CHECK(first != nullptr);
  answer.seq = first->seq;
  answer.accepted_at = first->accepted_at;
  answer.epoch = first->epoch;
  answer.hash = first->hash;
  if (!first->hash) {
    // Decided in this process; perhaps durable by now, though newer revisions keep it in memory.
    const auto stored = reader_.publication({event.publisher, event.parts[0].id});
    const RevisionRow* durable = stored ? find_revision(*stored, first->revision) : nullptr;
    const auto round = ledger_.round_of(first->seq);
    CHECK(durable != nullptr || round.has_value());
    answer.hash = durable != nullptr ? durable->hash : Digest{};
    answer.round = durable != nullptr ? RoundNo{} : *round;
  }
  step_.sends.emplace_back(std::move(answer));
  return true;
}

void Core::check_identity(const Submitted& event,
                          KnownPublications& known,
                          std::vector<Error>& errors) const {
  std::set<std::string> ids;
  std::map<Digest, std::vector<const PartFacts*>> here;  // documents and contents of this bundle
  for (size_t i = 0; i < event.parts.size(); ++i) {
    const PartFacts& part = event.parts[i];
    if (!ids.insert(part.id).second) {
      errors.push_back(
          {ErrorCode::invalid_argument, "duplicate_part", field_of(i, "id"), {part.id}});
      continue;
    }
    if (std::optional<Error> error = revision_error(part, i, known[i].row)) {
      errors.push_back(*std::move(error));
      continue;
    }
    const auto check_other = [&](const Digest& document,
                                 const std::vector<PublicationKey>& standing,
                                 std::vector<PublicationKey>& others,
                                 std::string_view field) {
      auto& siblings = here[document];
      if (const auto other = other_owner(part, event.publisher, standing, siblings, others)) {
        errors.push_back({ErrorCode::already_exists,
                          "duplicate_document",
                          field_of(i, field),
                          {other->publisher + "/" + other->id}});
      }
      siblings.push_back(&part);
    };
    if (part.document_key) {
      check_other(part.document_key,
                  ledger_.by_document(part.document_key),
                  known[i].same_document,
                  "doc_no");
    }
    check_other(part.content_digest,
                ledger_.by_content(part.content_digest),
                known[i].same_content,
                "body");
  }
}

void Core::check_bundle(const Submitted& event,
                        const KnownPublications& known,
                        std::vector<Error>& errors) const {
  std::set<std::string> index_nos;
  for (size_t i = 0; i < event.parts.size(); ++i) {
    const PartFacts& part = event.parts[i];
    if (part.imported != event.parts[0].imported) {
      errors.push_back(
          {ErrorCode::invalid_argument, "bundle_mixes_imported", field_of(i, "imported"), {}});
    }
    if (part.test != event.parts[0].test) {
      errors.push_back({ErrorCode::invalid_argument, "bundle_mixes_test", field_of(i, "test"), {}});
    }
    for (const std::string& target : part.interprets) {
      const PublicationKey key = target_of(target, event.publisher);
      const bool here = key.publisher == event.publisher &&
                        std::any_of(event.parts.begin(),
                                    event.parts.end(),
                                    [&](const PartFacts& other) { return other.id == key.id; });
      if (!here && !part.imported && !ledger_.publication(key)) {
        errors.push_back(
            {ErrorCode::not_found, "relation_target_unknown", field_of(i, "relations"), {target}});
      }
    }
    if (part.index_no.empty()) {
      continue;
    }
    const auto& row = known[i].row;
    if (row && row->index_no != part.index_no) {
      errors.push_back({ErrorCode::already_exists,
                        "index_no_changed",
                        field_of(i, "index_no"),
                        {part.index_no, row->index_no}});
      continue;
    }
    const auto owner = ledger_.by_index_no(part.index_no);
    const PublicationKey self{event.publisher, part.id};
    if ((owner && *owner != self) || !index_nos.insert(part.index_no).second) {
      errors.push_back(
          {ErrorCode::already_exists, "index_no_taken", field_of(i, "index_no"), {part.index_no}});
    }
  }
}

void Core::check_attachments(const Submitted& event, std::vector<Error>& errors) const {
  for (size_t i = 0; i < event.approvals.size(); ++i) {
    const Digest& scan = event.approvals[i].approval.scan;
    if (scan && !ledger_.blob(scan)) {
      errors.push_back({ErrorCode::not_found,
                        "scan_missing",
                        "approvals[" + std::to_string(i) + "].scan",
                        {to_hex(scan)}});
    }
  }
  for (size_t i = 0; i < event.parts.size(); ++i) {
    const PartFacts& part = event.parts[i];
    for (size_t j = 0; j < part.attachments.size(); ++j) {
      const PartFacts::AttachmentFacts& named = part.attachments[j];
      const std::string field = field_of(i, "attachments[" + std::to_string(j) + "]");
      const auto blob = ledger_.blob(named.digest);
      if (!blob) {
        errors.push_back({ErrorCode::not_found,
                          "attachment_missing",
                          field + ".digest",
                          {to_hex(named.digest)}});
      } else if (blob->size_bytes != named.size_bytes) {
        errors.push_back({ErrorCode::invalid_argument,
                          "attachment_size_differs",
                          field + ".size",
                          {std::to_string(named.size_bytes), std::to_string(blob->size_bytes)}});
      } else if (blob->media_type != named.content) {
        errors.push_back({ErrorCode::invalid_argument,
                          "attachment_type_differs",
                          field + ".media_type",
                          {named.content, blob->media_type}});
      }
    }
  }
}

// A number once given stays with the publication; a supplied one is kept; otherwise the next free
// serial of this organisation code and year. taken: numbers of this bundle, not yet in the ledger.
void Core::assign_index(EntryPart& part, std::set<std::string>& taken, Now now) const {
  if (!part.index_no.empty()) {
    return;
  }
  part.index_year = static_cast<uint32_t>(shanghai_year(now.utc));
  part.index_serial = ledger_.index_serial(part.org_code, part.index_year);
  do {
    std::string serial = std::to_string(++part.index_serial);
    serial.insert(0, serial.size() < 5 ? 5 - serial.size() : 0, '0');
    part.index_no = part.org_code + "/" + std::to_string(part.index_year) + "-" + serial;
  } while (taken.contains(part.index_no) || ledger_.by_index_no(part.index_no));
  taken.insert(part.index_no);
}

EntryPart Core::entry_part(const PartFacts& facts, const KnownPublication& known, Seq seq) {
  EntryPart part;
  part.id = facts.id;
  part.revision = facts.revision;
  part.kind = facts.kind;
  part.column = facts.column;
  part.org_code = facts.org_code;
  part.digest = facts.digest;
  part.content_digest = facts.content_digest;
  part.document_key = facts.document_key;
  part.body_bytes = facts.bytes->size();
  part.audience = facts.audience;
  part.display_lease_ms = facts.display_lease_ms;
  part.index_no = facts.index_no;
  for (const PartFacts::AttachmentFacts& attachment : facts.attachments) {
    (attachment.is_private ? part.private_attachments : part.attachments)
        .push_back(attachment.digest);
  }
  part.first_seq = seq;
  part.same_document = known.same_document;
  part.same_content = known.same_content;
  if (known.row) {
    part.index_no = known.row->index_no;
    part.first_seq = known.row->revisions.front().seq;
    part.previous_revision = known.row->newest().revision;
    part.previous_seq = known.row->newest().seq;
  }
  return part;
}

void Core::accept(const Submitted& event, const KnownPublications& known, Now now) {
  EntryAccepted entry;
  entry.seq = {ledger_.head().value + 1};
  entry.publisher = event.publisher;
  entry.accepted_at = now.utc;
  entry.imported = event.parts[0].imported;
  entry.test = event.parts[0].test;
  entry.bundle_digest = event.bundle_digest;
  entry.sign_off = sign_off_of(event, county_.approvals);
  const Confirmation* found = confirmation_of(event);
  const bool given = found != nullptr && found->state == ConfirmationState::given;
  const auto confirmed = given ? std::optional(*found) : std::nullopt;
  if (confirmed) {
    entry.sign_off.confirmation = confirmed->no;
    entry.sign_off.confirmed_by = confirmed->decided_by;
  }
  bool urgent = false;
  std::set<std::string> taken;
  for (size_t i = 0; i < event.parts.size(); ++i) {
    const PartFacts& facts = event.parts[i];
    urgent = urgent || facts.urgent;
    entry.not_before = std::max(entry.not_before, facts.not_before);
    if (facts.expires && (!entry.expires || facts.expires < entry.expires)) {
      entry.expires = facts.expires;
    }
    if (facts.embargo_until) {
      add_embargo(facts, entry);
    }
    entry.parts.push_back(entry_part(facts, known[i], entry.seq));
    entry.parts.back().phases = phases_of(facts, event.publisher);
    taken.insert(facts.index_no);
  }
  entry.lane = entry.imported ? Lane::bulk : urgent ? Lane::urgent : Lane::normal;
  for (EntryPart& part : entry.parts) {
    assign_index(part, taken, now);
  }
  SendAccepted answer{.to = event.from, .seq = entry.seq, .accepted_at = now.utc, .round = round_};
  for (size_t i = 0; i < entry.parts.size(); ++i) {
    const EntryPart& part = entry.parts[i];
    answer.parts.push_back({part.id, part.revision, part.digest, part.index_no});
    step_.bodies.push_back(
        {entry.seq, static_cast<uint8_t>(i), event.parts[i].title, event.parts[i].bytes});
  }
  if (event.sign_off != nullptr) {
    step_.bodies.push_back({entry.seq, approvals_part, {}, event.sign_off});
  }
  note(Note::Level::info, "entry.accepted", {}, entry.seq, entry.parts.size(), entry.parts[0].id);
  if (entry.expires) {
    next_expiry_ = std::min(next_expiry_.value_or(entry.expires), entry.expires);
  }
  const Seq seq = entry.seq;
  emit(std::move(entry));
  if (confirmed) {
    use_confirmation(*confirmed, seq, now);
  }
  step_.sends.emplace_back(std::move(answer));
}

void Core::on_event(const BlobArrived& event, Now now) {
  if (!ledger_.blob(event.digest)) {
    emit(BlobStored{event.digest, event.size_bytes, event.media_type, now.utc});
  }
  step_.sends.emplace_back(SendBlobOk{event.from, event.digest, event.size_bytes});
}

}  // namespace gulou
