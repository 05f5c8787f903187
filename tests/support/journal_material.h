// Small, complete pieces of a journal for tests: entries, bodies, deliveries and changesets with
// round numbers. Digests of bodies are true, so verify() holds for what is made of them. Header
// only; any thread.
#pragma once

#include "broker/journal/journal.h"
#include "common/crypto/digest.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gulou::material {

inline Digest digest_of(std::string_view text) {
  return sha256(text);
}

inline std::string body_of(Seq seq) {
  return "{\"title\":\"第" + std::to_string(seq.value) + "号\"}";
}

// A bundle of one part: id "r<seq>", publisher "oa", revision 1, in the normal lane.
inline EntryAccepted entry(uint64_t seq, Lane lane = Lane::normal) {
  EntryAccepted change{.seq = {seq},
                       .lane = lane,
                       .publisher = "oa",
                       .accepted_at = {1'700'000'000'000 + static_cast<int64_t>(seq)},
                       .bundle_digest = digest_of("bundle " + std::to_string(seq))};
  change.parts.push_back({.id = "r" + std::to_string(seq),
                          .revision = 1,
                          .kind = Kind::notice,
                          .column = "tzgg",
                          .org_code = "11370000A",
                          .digest = sha256(body_of({seq})),
                          .content_digest = digest_of("content " + std::to_string(seq)),
                          .body_bytes = body_of({seq}).size(),
                          .index_no = "11370000A/2026-" + std::to_string(10'000 + seq),
                          .index_serial = seq,
                          .index_year = 2026,
                          .first_seq = {seq}});
  return change;
}

// Revision 2 of what `first` brought.
inline EntryAccepted revision_of(const EntryAccepted& first, uint64_t seq) {
  EntryAccepted change = entry(seq, first.lane);
  change.parts[0].id = first.parts[0].id;
  change.parts[0].revision = first.parts[0].revision + 1;
  change.parts[0].index_no = first.parts[0].index_no;
  change.parts[0].index_serial = 0;
  change.parts[0].index_year = 0;
  change.parts[0].first_seq = first.seq;
  change.parts[0].previous_revision = first.parts[0].revision;
  change.parts[0].previous_seq = first.seq;
  return change;
}

// Takes back the publications these entries are the newest of; of one publisher, a part each.
inline EntryAccepted withdrawal_of(const std::vector<EntryAccepted>& newest,
                                   uint64_t seq,
                                   WithdrawalKind kind = WithdrawalKind::remove) {
  EntryAccepted change{.seq = {seq},
                       .lane = Lane::withdrawal,
                       .kind = EntryKind::withdrawal,
                       .publisher = newest.front().publisher,
                       .accepted_at = {1'700'000'000'000 + static_cast<int64_t>(seq)},
                       .withdrawal = {.kind = kind, .reason = "wrong attachment", .by = "wang"}};
  for (const EntryAccepted& entry : newest) {
    EntryPart part = entry.parts[0];
    part.previous_revision = part.revision;
    part.previous_seq = entry.seq;
    change.parts.push_back(std::move(part));
  }
  return change;
}

inline BodyBytes body(Seq seq) {
  return {.seq = seq,
          .part = 0,
          .title = "关于第" + std::to_string(seq.value) + "号的通知",
          .bytes = std::make_shared<const std::string>(body_of(seq))};
}

// The changes, with a body for each bundle among them.
inline Changeset changeset(std::vector<Change> changes) {
  Changeset made{.at = {1'700'000'000'000}, .changes = std::move(changes)};
  for (const Change& change : made.changes) {
    const auto* accepted = std::get_if<EntryAccepted>(&change);
    if (accepted != nullptr && accepted->kind == EntryKind::bundle) {
      made.bodies.push_back(body(accepted->seq));
    }
  }
  return made;
}

inline DeliveryChanged delivery(SubscriberNo subscriber, uint64_t seq, DeliveryState state) {
  return {.subscriber = subscriber,
          .seq = {seq},
          .state = state,
          .attempts = 1,
          .at = {1'700'000'100'000},
          .first_leased_at = {1'700'000'050'000},
          .outcome = Outcome::transient,
          .reason = "platform_down"};
}

}  // namespace gulou::material
