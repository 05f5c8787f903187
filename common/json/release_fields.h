// The JSON shape of a release and of an approval, once for reading and writing: each object lists
// its fields in the order of their names, which is the canonical one. An Io has text, word, number,
// flag, digest, texts, object, optional and objects; see release_read.cc and release_write.cc,
// which alone include this.
#pragma once

#include "common/model/approval.h"
#include "common/model/release.h"

#include <concepts>
#include <type_traits>

namespace gulou::json_fields {

// `Part` with or without const: reading and writing share these functions.
template <class Part, class Plain>
concept Is = std::same_as<std::remove_const_t<Part>, Plain>;

template <class Io, Is<Party> P>
void fields(Io& io, P& party) {
  io.text("name", party.name);
  io.text("org_code", party.org_code);
}

template <class Io, Is<Body> P>
void fields(Io& io, P& body) {
  io.text("content", body.content);
  io.word("format", body.format, parse_body_format);
}

template <class Io, Is<Attachment> P>
void fields(Io& io, P& attachment) {
  io.text("alt", attachment.alt);
  io.digest("digest", attachment.digest);
  io.text("display_name", attachment.display_name);
  io.text("media_type", attachment.media_type);
  io.text("name", attachment.name);
  io.flag("private", attachment.is_private);
  io.number("size_bytes", attachment.size_bytes);
}

template <class Io, Is<Relation> P>
void fields(Io& io, P& relation) {
  io.required_word("kind", relation.kind, parse_relation_kind);
  io.text("target", relation.target);
}

template <class Io, Is<InterpretationPart> P>
void fields(Io& io, P& part) {
  io.text("drafting_unit", part.drafting_unit);
  io.text("phase", part.phase);
}

template <class Io, Is<PlannedPhase> P>
void fields(Io& io, P& part) {
  io.text("due_on", part.due_on);
  io.text("phase", part.phase);
}

template <class Io, Is<InterpretationPlan> P>
void fields(Io& io, P& part) {
  io.text("attachment", part.attachment);
  io.objects("phases", part.phases);
}

template <class Io, Is<PublicNoticePart> P>
void fields(Io& io, P& part) {
  io.text("feedback", part.feedback);
  io.text("period_from", part.period_from);
  io.text("period_to", part.period_to);
}

template <class Io, Is<ServiceGuidePart> P>
void fields(Io& io, P& part) {
  io.text("conditions", part.conditions);
  io.text("fees", part.fees);
  io.text("legal_basis", part.legal_basis);
  io.text("materials", part.materials);
  io.text("office_place_hours", part.office_place_hours);
  io.text("phone", part.phone);
  io.text("procedure", part.procedure);
  io.text("time_limit", part.time_limit);
}

template <class Io, Is<ReplyPart> P>
void fields(Io& io, P& part) {
  io.text("answer", part.answer);
  io.text("class", part.letter_class);
  io.text("letter_no", part.letter_no);
  io.text("question", part.question);
  io.text("received_on", part.received_on);
  io.text("replied_on", part.replied_on);
  io.text("responsible_unit", part.responsible_unit);
  io.word("satisfaction", part.satisfaction, parse_satisfaction);
}

template <class Io, Is<Imported> P>
void fields(Io& io, P& part) {
  io.text("first_published_at", part.first_published_at);
  io.text("from", part.from);
}

template <class Io, Is<Embargo> P>
void fields(Io& io, P& part) {
  io.texts("outlets", part.outlets);
  io.text("until", part.until);
}

template <class Io, Is<Approval> P>
void fields(Io& io, P& approval) {
  io.texts("allows", approval.allows);
  io.text("at", approval.at);
  io.text("basis", approval.basis);
  io.digest("bundle_digest", approval.bundle_digest);
  io.text("key", approval.key);
  io.text("name", approval.name);
  io.text("opinion", approval.opinion);
  io.text("result", approval.result);
  io.required_word("role", approval.role, parse_approval_role);
  io.digest("scan", approval.scan);
  io.text("signature", approval.signature);
  io.text("unit", approval.unit);
  io.texts("waives", approval.waives);
}

template <class Io, Is<Release> P>
void fields(Io& io, P& release) {
  io.text("abolished_by", release.abolished_by);
  io.text("assembly_class", release.assembly_class);
  io.objects("attachments", release.attachments);
  io.texts("audience", release.audience);
  io.object("body", release.body);
  io.text("change_note", release.change_note);
  io.word("classification", release.classification, parse_classification);
  io.text("column", release.column);
  io.word("disclosure_type", release.disclosure_type, parse_disclosure_type);
  io.texts("distinct_from", release.distinct_from);
  io.text("doc_no", release.doc_no);
  io.text("document_type", release.document_type);
  io.text("effective_on", release.effective_on);
  io.optional("embargo", release.embargo);
  io.text("expires", release.expires);
  io.text("expires_on", release.expires_on);
  io.text("id", release.id);
  io.optional("imported", release.imported);
  io.text("index_no", release.index_no);
  io.optional("interpretation", release.interpretation);
  io.optional("interpretation_plan", release.interpretation_plan);
  io.object("issuer", release.issuer);
  io.objects("joint_issuers", release.joint_issuers);
  io.texts("keywords", release.keywords);
  io.required_word("kind", release.kind, parse_kind);
  io.text("language", release.language);
  io.number("must_confirm_every_s", release.must_confirm_every_s);
  io.text("not_before", release.not_before);
  io.number("previous_revision", release.previous_revision);
  io.word("priority", release.priority, parse_priority);
  io.optional("public_notice", release.public_notice);
  io.text("published_on", release.published_on);
  io.objects("relations", release.relations);
  io.optional("reply", release.reply);
  io.number("revision", release.revision);
  io.optional("service_guide", release.service_guide);
  io.text("short_title", release.short_title);
  io.text("source", release.source);
  io.word("stage", release.stage, parse_stage);
  io.texts("subject", release.subject);
  io.text("summary", release.summary);
  io.flag("test", release.test);
  io.text("title", release.title);
  io.word("update", release.update, parse_update_class);
  io.word("validity", release.validity, parse_validity);
  io.text("written_on", release.written_on);
}

}  // namespace gulou::json_fields
