#include "common/model/required.h"

#include <algorithm>

namespace gulou {
namespace {

template <class... Kinds>
constexpr uint32_t of(Kinds... kinds) {
  return ((1U << static_cast<unsigned>(kinds)) | ...);
}

constexpr uint32_t every = ~0U;
constexpr uint32_t reply = of(Kind::reply);
constexpr uint32_t guide = of(Kind::service_guide);
constexpr uint32_t reading = of(Kind::interpretation);
constexpr uint32_t notice_period = of(Kind::public_notice);
constexpr uint32_t dated =
    of(Kind::policy_document, Kind::notice, Kind::public_notice, Kind::report);
constexpr uint32_t catalogued = of(Kind::policy_document);  // 内容概述, regulations art. 12

bool interprets_something(const Release& r) {
  return std::ranges::any_of(r.relations, [](const Relation& relation) {
    return relation.kind == RelationKind::interprets || relation.kind == RelationKind::phase_of;
  });
}

constexpr RequiredField table[] = {
    {"id", every, true, [](const Release& r) { return !r.id.empty(); }},
    {"revision", every, true, [](const Release& r) { return r.revision > 0; }},
    {"title", every, true, [](const Release& r) { return !r.title.empty(); }},
    {"column", every, true, [](const Release& r) { return !r.column.empty(); }},
    {"issuer.name", every, true, [](const Release& r) { return !r.issuer.name.empty(); }},
    {"issuer.org_code", every, true, [](const Release& r) { return !r.issuer.org_code.empty(); }},
    {"body",
     every & ~(reply | guide),
     true,
     [](const Release& r) { return !r.body.content.empty(); }},
    {"summary", catalogued, false, [](const Release& r) { return !r.summary.empty(); }},
    {"written_on", dated, true, [](const Release& r) { return !r.written_on.empty(); }},
    {"interpretation.phase",
     reading,
     true,
     [](const Release& r) { return r.interpretation && !r.interpretation->phase.empty(); }},
    {"interpretation.drafting_unit",
     reading,
     true,
     [](const Release& r) { return r.interpretation && !r.interpretation->drafting_unit.empty(); }},
    {"relations", reading, false, interprets_something},
    {"public_notice.period_from",
     notice_period,
     true,
     [](const Release& r) { return r.public_notice && !r.public_notice->period_from.empty(); }},
    {"public_notice.period_to",
     notice_period,
     true,
     [](const Release& r) { return r.public_notice && !r.public_notice->period_to.empty(); }},
    {"service_guide.legal_basis",
     guide,
     true,
     [](const Release& r) { return r.service_guide && !r.service_guide->legal_basis.empty(); }},
    {"service_guide.conditions",
     guide,
     true,
     [](const Release& r) { return r.service_guide && !r.service_guide->conditions.empty(); }},
    {"service_guide.materials",
     guide,
     true,
     [](const Release& r) { return r.service_guide && !r.service_guide->materials.empty(); }},
    {"service_guide.procedure",
     guide,
     true,
     [](const Release& r) { return r.service_guide && !r.service_guide->procedure.empty(); }},
    {"service_guide.time_limit",
     guide,
     true,
     [](const Release& r) { return r.service_guide && !r.service_guide->time_limit.empty(); }},
    {"service_guide.fees",
     guide,
     true,
     [](const Release& r) { return r.service_guide && !r.service_guide->fees.empty(); }},
    {"service_guide.office_place_hours",
     guide,
     true,
     [](const Release& r) {
       return r.service_guide && !r.service_guide->office_place_hours.empty();
     }},
    {"service_guide.phone",
     guide,
     true,
     [](const Release& r) { return r.service_guide && !r.service_guide->phone.empty(); }},
    {"reply.letter_no",
     reply,
     true,
     [](const Release& r) { return r.reply && !r.reply->letter_no.empty(); }},
    {"reply.received_on",
     reply,
     true,
     [](const Release& r) { return r.reply && !r.reply->received_on.empty(); }},
    {"reply.replied_on",
     reply,
     true,
     [](const Release& r) { return r.reply && !r.reply->replied_on.empty(); }},
    {"reply.class",
     reply,
     true,
     [](const Release& r) { return r.reply && !r.reply->letter_class.empty(); }},
    {"reply.responsible_unit",
     reply,
     true,
     [](const Release& r) { return r.reply && !r.reply->responsible_unit.empty(); }},
    {"reply.question",
     reply,
     true,
     [](const Release& r) { return r.reply && !r.reply->question.empty(); }},
    {"reply.answer",
     reply,
     true,
     [](const Release& r) { return r.reply && !r.reply->answer.empty(); }},
};

}  // namespace

std::span<const RequiredField> required_field_table() {
  return table;
}

bool is_required(const RequiredField& row, Kind kind) {
  return (row.kinds & of(kind)) != 0;
}

std::vector<std::string_view> required_fields(Kind kind) {
  std::vector<std::string_view> fields;
  for (const RequiredField& row : table) {
    if (is_required(row, kind)) {
      fields.push_back(row.field);
    }
  }
  return fields;
}

}  // namespace gulou
