// What of each stored struct is stored, and in which order; the type numbers of changes. For
// change_codec.cc only.
#pragma once

#include "broker/journal/change_codec.h"

#include <concepts>
#include <cstdint>
#include <tuple>
#include <type_traits>

namespace gulou {

template <class Struct, class Type>
concept Is = std::same_as<std::remove_const_t<Struct>, Type>;

// The fields of every stored struct, in stored order. Only append.
auto fields(Is<PhaseMark> auto& s) {
  return std::tie(s.document, s.phase, s.due_on);
}

auto fields(Is<PublicationKey> auto& s) {
  return std::tie(s.publisher, s.id);
}

auto fields(Is<EntryPart> auto& s) {
  return std::tie(s.id,
                  s.revision,
                  s.kind,
                  s.column,
                  s.org_code,
                  s.digest,
                  s.content_digest,
                  s.document_key,
                  s.body_bytes,
                  s.index_no,
                  s.index_serial,
                  s.index_year,
                  s.first_seq,
                  s.previous_revision,
                  s.previous_seq,
                  s.attachments,
                  s.private_attachments,
                  s.audience,
                  s.phases,
                  s.display_lease_ms,
                  s.same_document,
                  s.same_content);
}

auto fields(Is<WithdrawalFacts> auto& s) {
  return std::tie(s.kind, s.reason, s.public_note, s.by, s.successor, s.expired);
}

auto fields(Is<SignOff> auto& s) {
  return std::tie(
      s.digest, s.bytes, s.level, s.scans, s.personal_data, s.confirmation, s.confirmed_by);
}

auto fields(Is<EntryAccepted> auto& s) {
  return std::tie(s.seq,
                  s.lane,
                  s.kind,
                  s.publisher,
                  s.accepted_at,
                  s.bundle_digest,
                  s.parts,
                  s.not_before,
                  s.expires,
                  s.imported,
                  s.test,
                  s.embargo_until,
                  s.embargo_outlets,
                  s.withdrawal,
                  s.sign_off);
}

auto fields(Is<EpochOpened> auto& s) {
  return std::tie(s.epoch, s.at);
}

auto fields(Is<ChannelDefined> auto& s) {
  return std::tie(s.channel, s.id, s.from);
}

auto fields(Is<BlobStored> auto& s) {
  return std::tie(s.digest, s.size_bytes, s.media_type, s.at);
}

auto fields(Is<BlobSwept> auto& s) {
  return std::tie(s.digest, s.stored_at, s.kept);
}

auto fields(Is<LeaseHeld> auto& s) {
  return std::tie(s.lease, s.subscriber, s.lane, s.runs, s.instance, s.leased_at);
}

auto fields(Is<CursorMoved> auto& s) {
  return std::tie(s.subscriber, s.lane, s.to, s.kind);
}

auto fields(Is<FirstShown> auto& s) {
  return std::tie(s.runs, s.at, s.lane);
}

auto fields(Is<RangePublished> auto& s) {
  return std::tie(s.subscriber, s.lane, s.runs, s.level, s.at);
}

auto fields(Is<PartReceipt> auto& s) {
  return std::tie(s.part, s.revision, s.platform_id, s.url);
}

auto fields(Is<Receipt> auto& s) {
  return std::tie(s.level, s.source, s.at, s.parts);
}

auto fields(Is<DeliveryChanged> auto& s) {
  return std::tie(s.subscriber,
                  s.seq,
                  s.lane,
                  s.state,
                  s.attempts,
                  s.failures,
                  s.maybe_published,
                  s.lease,
                  s.at,
                  s.first_leased_at,
                  s.due,
                  s.outcome,
                  s.reason,
                  s.detail,
                  s.platform_id,
                  s.platform_ids,
                  s.receipt,
                  s.instance,
                  s.retried_at,
                  s.by,
                  s.proof,
                  s.ahead,
                  s.ungated,
                  s.job,
                  s.afresh);
}

auto fields(Is<AttemptEnded> auto& s) {
  return std::tie(s.subscriber,
                  s.seq,
                  s.attempt,
                  s.outcome,
                  s.reason,
                  s.detail,
                  s.instance,
                  s.leased_at,
                  s.ended_at);
}

auto fields(Is<PublicSeen> auto& s) {
  return std::tie(s.channel, s.lane, s.first_number, s.runs);
}

auto fields(Is<ChannelCondition> auto& s) {
  return std::tie(s.channel,
                  s.state,
                  s.at,
                  s.until,
                  s.reason,
                  s.detail,
                  s.failures,
                  s.probes,
                  s.paused,
                  s.paused_at,
                  s.paused_by,
                  s.paused_reason,
                  s.retired,
                  s.retired_at,
                  s.retired_by,
                  s.retired_reason,
                  s.failed,
                  s.successor_at);
}

auto fields(Is<RateUsed> auto& s) {
  return std::tie(s.channel, s.second, s.in_second, s.minute, s.in_minute, s.day, s.in_day);
}

auto fields(Is<ExpiryReached> auto& s) {
  return std::tie(s.seq, s.lane, s.expires);
}

auto fields(Is<ReplaySelection> auto& s) {
  return std::tie(s.channel,
                  s.from,
                  s.to,
                  s.accepted_from,
                  s.accepted_to,
                  s.states,
                  s.reasons,
                  s.kinds,
                  s.columns,
                  s.publication,
                  s.newest_only,
                  s.outcomes);
}

auto fields(Is<ReplayJob> auto& s) {
  return std::tie(s.job,
                  s.state,
                  s.selection,
                  s.by,
                  s.reason,
                  s.allow_duplicate,
                  s.per_minute,
                  s.created_at,
                  s.at,
                  s.lane,
                  s.position,
                  s.sent,
                  s.skipped,
                  s.ended_by,
                  s.ended_reason,
                  s.confirmed_by);
}

auto fields(Is<NoticeSent> auto& s) {
  return std::tie(s.cause, s.state, s.since, s.at, s.times, s.to);
}

auto fields(Is<LossSuspected> auto& s) {
  return std::tie(s.epoch, s.seq, s.at, s.by, s.settled_at, s.settled_by, s.reason);
}

auto fields(Is<Confirmation> auto& s) {
  return std::tie(s.no,
                  s.state,
                  s.open,
                  s.act,
                  s.asked_by,
                  s.reason,
                  s.asked_at,
                  s.until,
                  s.at,
                  s.decided_by,
                  s.decided_reason,
                  s.decided_at,
                  s.seq,
                  s.selection,
                  s.per_minute,
                  s.job,
                  s.bundle_digest,
                  s.allowed_by,
                  s.ids,
                  s.places);
}

auto fields(Is<PartErased> auto& s) {
  return std::tie(s.seq,
                  s.lane,
                  s.part,
                  s.digest,
                  s.withdrawal,
                  s.confirmation,
                  s.asked_by,
                  s.confirmed_by,
                  s.at,
                  s.blobs,
                  s.kept);
}

auto fields(Is<DeviceReach> auto& s) {
  return std::tie(s.area, s.areas, s.groups, s.columns, s.kinds, s.drill);
}

auto fields(Is<OffHours> auto& s) {
  return std::tie(s.from, s.to);
}

auto fields(Is<DeviceChanged> auto& s) {
  return std::tie(s.device,
                  s.state,
                  s.name,
                  s.place,
                  s.contact,
                  s.phone,
                  s.kind,
                  s.tags,
                  s.reach,
                  s.off_hours,
                  s.key,
                  s.code_until,
                  s.at,
                  s.invited_at,
                  s.enrolled_at,
                  s.by,
                  s.reason,
                  s.counts_from,
                  s.counts_until,
                  s.dark_by,
                  s.changed_at);
}

auto fields(Is<FleetMarked> auto& s) {
  return std::tie(s.channel, s.page, s.mark, s.seq, s.bits, s.at, s.lease_ms);
}

auto fields(Is<FleetStep> auto& s) {
  return std::tie(s.mark, s.at, s.bits);
}

auto fields(Is<FleetPage> auto& s) {
  return std::tie(s.received, s.shown, s.steps);
}

auto fields(Is<PositionRow> auto& s) {
  return std::tie(s.seq, s.at);
}

auto fields(Is<PartPlace> auto& s) {
  return std::tie(s.lane, s.seq, s.part);
}

auto fields(Is<RevisionPlace> auto& s) {
  return std::tie(s.place, s.epoch, s.hash);
}

auto fields(Is<PhaseRow> auto& s) {
  return std::tie(s.due_on, s.planned_by, s.met_by);
}

auto fields(Is<PhaseDueRow> auto& s) {
  return std::tie(s.document.publisher, s.document.id, s.phase, s.due_on, s.planned_by);
}

auto fields(Is<RunRow> auto& s) {
  return std::tie(s.count, s.at, s.level);
}

auto fields(Is<SeenRun> auto& s) {
  return std::tie(s.first, s.count);
}

auto fields(Is<WithdrawnRow> auto& s) {
  return std::tie(s.seq, s.kind, s.revision, s.at, s.public_note, s.successor, s.epoch, s.hash);
}

auto fields(Is<NumberRow> auto& s) {
  return std::tie(s.value);
}

auto fields(Is<BlobRow> auto& s) {
  return std::tie(s.size_bytes, s.media_type, s.stored_at);
}

auto fields(Is<ChangesetRow> auto& s) {
  return std::tie(s.at, s.head, s.hash, s.changes, s.check);
}

// Type numbers of changes; 0: a row without one.
template <class Type>
inline constexpr uint8_t number_of = 0;
template <>
inline constexpr uint8_t number_of<EntryAccepted> = 1;
template <>
inline constexpr uint8_t number_of<EpochOpened> = 2;
template <>
inline constexpr uint8_t number_of<ChannelDefined> = 3;
template <>
inline constexpr uint8_t number_of<BlobStored> = 4;
template <>
inline constexpr uint8_t number_of<BlobSwept> = 5;
template <>
inline constexpr uint8_t number_of<LeaseHeld> = 6;
template <>
inline constexpr uint8_t number_of<CursorMoved> = 7;
template <>
inline constexpr uint8_t number_of<FirstShown> = 8;
template <>
inline constexpr uint8_t number_of<RangePublished> = 9;
template <>
inline constexpr uint8_t number_of<DeliveryChanged> = 10;
template <>
inline constexpr uint8_t number_of<AttemptEnded> = 11;
template <>
inline constexpr uint8_t number_of<PublicSeen> = 12;
template <>
inline constexpr uint8_t number_of<ChannelCondition> = 13;
template <>
inline constexpr uint8_t number_of<RateUsed> = 14;
template <>
inline constexpr uint8_t number_of<ExpiryReached> = 15;
template <>
inline constexpr uint8_t number_of<ReplayJob> = 16;
template <>
inline constexpr uint8_t number_of<NoticeSent> = 17;
template <>
inline constexpr uint8_t number_of<LossSuspected> = 30;
template <>
inline constexpr uint8_t number_of<Confirmation> = 31;
template <>
inline constexpr uint8_t number_of<PartErased> = 32;
template <>
inline constexpr uint8_t number_of<DeviceChanged> = 50;
template <>
inline constexpr uint8_t number_of<FleetMarked> = 51;

}  // namespace gulou
