#include "common/model/checks.h"

#include "common/base/fleet_limits.h"
#include "common/model/media_type.h"
#include "common/model/required.h"

#include <algorithm>

namespace gulou {
namespace {

std::string at(std::string_view list, size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

bool is_file_name(std::string_view text) {
  return text.size() <= limits::attachment_name_bytes_max && is_id(text) && text[0] != '.' &&
         text.find(':') == std::string_view::npos;
}

// "publisher/id" or id.
bool is_reference(std::string_view text) {
  const size_t slash = text.find('/');
  return slash == std::string_view::npos
             ? is_id(text)
             : is_id(text.substr(0, slash)) && is_id(text.substr(slash + 1));
}

bool is_area_or_group(std::string_view text) {
  if (text.starts_with("group:")) {
    return is_id(text.substr(6));
  }
  return text.size() == 12 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Enough of BCP 47 to refuse what is none: "zh", "zh-Hans-CN", "ug-Arab".
bool is_language(std::string_view text) {
  size_t length = 0;
  bool first = true;
  for (const char c : text) {
    if (c == '-') {
      if (length < (first ? 2U : 1U)) {
        return false;
      }
      length = 0;
      first = false;
      continue;
    }
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if ((!letter && (first || c < '0' || c > '9')) || ++length > 8) {
      return false;
    }
  }
  return length >= (first ? 2U : 1U);
}

// Collects what is wrong with one release. Each method looks at one group of fields of design 5.1.
class FieldChecks {
 public:
  FieldChecks(const Release& release,
              const CountySettings& county,
              Utc now,
              std::string_view prefix)
      : release_(release), county_(county), now_(now), prefix_(prefix) {}

  std::vector<Error> run() {
    required();
    identity();
    texts();
    catalogue();
    placement();
    relations();
    attachments();
    parts_of_kind();
    imported();
    return std::move(errors_);
  }

 private:
  void wrong(std::string_view reason, std::string_view field, std::vector<std::string> args = {}) {
    errors_.push_back(Error{ErrorCode::invalid_argument,
                            std::string(reason),
                            prefix_ + std::string(field),
                            std::move(args)});
  }

  // Absent values pass here: what must be there is the table's matter.
  void text(std::string_view field, std::string_view value, size_t chars_max) {
    if (Status status = check_text(value, prefix_ + std::string(field)); !status) {
      errors_.push_back(std::move(status.error()));
      return;
    }
    if (value.size() > chars_max && char_count(value) > chars_max) {
      wrong("text_too_long", field, {std::to_string(char_count(value)), std::to_string(chars_max)});
    }
  }

  void line(std::string_view field,
            std::string_view value,
            size_t chars_max = limits::phrase_chars_max) {
    text(field, value, chars_max);
    if (value.find_first_of("\n\t") != std::string_view::npos) {
      wrong("text_not_one_line", field);
    }
  }

  void lines(std::string_view field, const std::vector<std::string>& values, size_t count_max) {
    count(field, values.size(), count_max);
    for (size_t i = 0; i < values.size(); ++i) {
      item(at(field, i), values[i]);
    }
  }

  void item(const std::string& field, std::string_view value) {
    line(field, value);
    if (value.empty()) {
      wrong("field_missing", field, {std::string(name_of(release_.kind))});
    }
  }

  void count(std::string_view field, size_t is, size_t at_most) {
    if (is > at_most) {
      wrong("too_many_items", field, {std::to_string(is), std::to_string(at_most)});
    }
  }

  void form(std::string_view reason, std::string_view field, const std::string& value, bool valid) {
    if (!value.empty() && !valid) {
      wrong(reason, field, {value});
    }
  }

  void date(std::string_view field, const std::string& value) {
    form("date_invalid", field, value, is_date(value));
  }

  void time(std::string_view field, const std::string& value) {
    form("time_invalid", field, value, parse_utc(value).has_value());
  }

  // Both present and valid: the first must not be after the second.
  void ordered(std::string_view field, const std::string& first, const std::string& second) {
    if (is_date(first) && is_date(second) && first > second) {
      wrong("dates_out_of_order", field, {first, second});
    }
  }

  void not_ahead(std::string_view field, const std::string& value, std::optional<Utc> when) {
    if (when && when->ms > now_.ms + limits::clock_ahead_ms_max) {
      wrong("clock_ahead", field, {value, format_utc(now_)});
    }
  }

  void required() {
    for (const RequiredField& row : required_field_table()) {
      const bool asked = is_required(row, release_.kind) && (row.of_imported || !release_.imported);
      if (asked && !row.present(release_)) {
        wrong(row.field == "relations" ? "interpretation_without_document" : "field_missing",
              row.field,
              {std::string(name_of(release_.kind))});
      }
    }
  }

  void identity() {
    const Release& r = release_;
    form("id_invalid", "id", r.id, is_id(r.id));
    if (r.revision > limits::revision_max) {
      wrong("revision_too_large",
            "revision",
            {std::to_string(r.revision), std::to_string(limits::revision_max)});
    }
    if (r.revision > 1 && r.previous_revision == 0) {
      wrong("previous_revision_missing", "previous_revision", {std::to_string(r.revision)});
    } else if (r.previous_revision != 0 && r.previous_revision >= r.revision) {
      wrong("previous_revision_not_before",
            "previous_revision",
            {std::to_string(r.previous_revision), std::to_string(r.revision)});
    }
    if (r.revision > 1 && r.update == UpdateClass::none) {
      wrong("update_missing", "update", {std::to_string(r.revision)});
    } else if (r.revision == 1 && r.update != UpdateClass::none) {
      wrong("update_of_first_revision", "update");
    }
    if (r.update == UpdateClass::major && r.change_note.empty()) {
      wrong("change_note_missing", "change_note");
    }
    text("change_note", r.change_note, limits::change_note_chars_max);
    count("distinct_from", r.distinct_from.size(), limits::relations_max);
    for (size_t i = 0; i < r.distinct_from.size(); ++i) {
      reference(at("distinct_from", i), r.distinct_from[i]);
    }
  }

  void texts() {
    line("title", release_.title, limits::title_chars_max);
    line("short_title", release_.short_title, limits::short_title_chars_max);
    text("summary", release_.summary, limits::summary_chars_max);
    text("body.content", release_.body.content, limits::release_bytes_max);
    form("language_invalid", "language", release_.language, is_language(release_.language));
    line("source", release_.source);
  }

  void party(const std::string& field, const Party& party) {
    line(field + ".name", party.name);
    form("org_code_invalid", field + ".org_code", party.org_code, is_org_code(party.org_code));
  }

  void catalogue() {
    const Release& r = release_;
    form("index_no_invalid", "index_no", r.index_no, is_index_no(r.index_no));
    line("doc_no", r.doc_no);
    party("issuer", r.issuer);
    if (is_org_code(r.issuer.org_code) && !r.imported &&
        county_.unit_by_org_code(r.issuer.org_code) == nullptr) {
      wrong("issuer_unknown", "issuer.org_code", {r.issuer.org_code});
    }
    count("joint_issuers", r.joint_issuers.size(), limits::relations_max);
    for (size_t i = 0; i < r.joint_issuers.size(); ++i) {
      party(at("joint_issuers", i), r.joint_issuers[i]);
      item(at("joint_issuers", i) + ".name", r.joint_issuers[i].name);
    }
    lines("subject", r.subject, limits::keywords_max);
    line("assembly_class", r.assembly_class);
    date("written_on", r.written_on);
    not_ahead("written_on", r.written_on, parse_shanghai_date(r.written_on));
    lines("keywords", r.keywords, limits::keywords_max);
    date("effective_on", r.effective_on);
    date("expires_on", r.expires_on);
    line("document_type", r.document_type);
    ordered("expires_on", r.effective_on, r.expires_on);
    line("abolished_by", r.abolished_by);
    if (!r.published_on.empty()) {
      wrong("published_on_supplied", "published_on");
    }
  }

  void placement() {
    const Release& r = release_;
    const auto column = county_.columns.find(r.column);
    if (column == county_.columns.end()) {
      form("column_unknown", "column", r.column, false);
    } else if (const auto& kinds = column->second.kinds;
               !kinds.empty() && std::ranges::find(kinds, r.kind) == kinds.end()) {
      wrong("kind_not_in_column", "kind", {std::string(name_of(r.kind)), r.column});
    }
    count("audience", r.audience.size(), limits::audience_max);
    for (size_t i = 0; i < r.audience.size(); ++i) {
      if (!is_area_or_group(r.audience[i])) {
        wrong("audience_invalid", at("audience", i), {r.audience[i]});
      }
    }
    time("not_before", r.not_before);
    time("expires", r.expires);
    const auto from = parse_utc(r.not_before);
    const auto to = parse_utc(r.expires);
    if (from && to && *from >= *to) {
      wrong("dates_out_of_order", "expires", {r.not_before, r.expires});
    }
    if (r.embargo) {
      embargo(*r.embargo);
    }
    if (r.must_confirm_every_s != 0 && (r.must_confirm_every_s < limits::display_lease_s_min ||
                                        r.must_confirm_every_s > limits::display_lease_s_max)) {
      wrong("display_lease_out_of_range",
            "must_confirm_every_s",
            {std::to_string(r.must_confirm_every_s),
             std::to_string(limits::display_lease_s_min),
             std::to_string(limits::display_lease_s_max)});
    }
  }

  void embargo(const Embargo& embargo) {
    time("embargo.until", embargo.until);
    if (embargo.until.empty()) {
      wrong("field_missing", "embargo.until", {std::string(name_of(release_.kind))});
    }
    if (embargo.outlets.empty()) {
      wrong("field_missing", "embargo.outlets", {std::string(name_of(release_.kind))});
    }
    lines("embargo.outlets", embargo.outlets, limits::audience_max);
  }

  void reference(const std::string& field, const std::string& target) {
    if (!is_reference(target)) {
      wrong("reference_invalid", field, {target});
    } else if (target == release_.id) {
      wrong("reference_to_itself", field, {target});
    }
  }

  void relations() {
    count("relations", release_.relations.size(), limits::relations_max);
    for (size_t i = 0; i < release_.relations.size(); ++i) {
      reference(at("relations", i) + ".target", release_.relations[i].target);
    }
  }

  void attachments() {
    const auto& all = release_.attachments;
    count("attachments", all.size(), limits::attachments_max);
    for (size_t i = 0; i < all.size(); ++i) {
      attachment(at("attachments", i) + ".", all[i]);
      const auto same = [&](const Attachment& other) { return other.name == all[i].name; };
      if (std::any_of(all.begin(), all.begin() + static_cast<ptrdiff_t>(i), same)) {
        wrong("attachment_name_repeated", at("attachments", i) + ".name", {all[i].name});
      }
    }
  }

  void attachment(const std::string& field, const Attachment& a) {
    const MediaType* const type = find_media_type(a.media_type);
    if (!is_file_name(a.name)) {
      wrong("attachment_name_invalid", field + "name", {a.name});
    } else if (const MediaType* by_name = media_type_of_file(a.name);
               type != nullptr && (by_name == nullptr || by_name->name != type->name)) {
      // Whatever serves the file goes by its name.
      wrong("attachment_name_not_of_type", field + "name", {a.name, a.media_type});
    }
    item(field + "display_name", a.display_name);
    if (type == nullptr) {
      wrong("attachment_type_not_allowed", field + "media_type", {a.media_type});
    }
    if (a.size_bytes == 0 || a.size_bytes > limits::attachment_bytes_max) {
      wrong("attachment_size_invalid",
            field + "size_bytes",
            {std::to_string(a.size_bytes), std::to_string(limits::attachment_bytes_max)});
    }
    if (!a.digest) {
      wrong("attachment_digest_missing", field + "digest");
    }
    line(field + "alt", a.alt);
    if (type != nullptr && type->picture && !a.is_private && a.alt.empty()) {
      wrong("attachment_alt_missing", field + "alt", {a.name});
    }
  }

  void of_kind(std::string_view field, bool present, Kind kind) {
    if (present && release_.kind != kind) {
      wrong("field_of_other_kind",
            field,
            {std::string(name_of(release_.kind)), std::string(name_of(kind))});
    }
  }

  void parts_of_kind() {
    const Release& r = release_;
    of_kind("interpretation", r.interpretation.has_value(), Kind::interpretation);
    of_kind("interpretation_plan", r.interpretation_plan.has_value(), Kind::policy_document);
    of_kind("public_notice", r.public_notice.has_value(), Kind::public_notice);
    of_kind("service_guide", r.service_guide.has_value(), Kind::service_guide);
    of_kind("reply", r.reply.has_value(), Kind::reply);
    if (r.interpretation) {
      line("interpretation.phase", r.interpretation->phase);
      line("interpretation.drafting_unit", r.interpretation->drafting_unit);
    }
    if (r.interpretation_plan) {
      plan(*r.interpretation_plan);
    }
    if (r.public_notice) {
      date("public_notice.period_from", r.public_notice->period_from);
      date("public_notice.period_to", r.public_notice->period_to);
      ordered("public_notice.period_to", r.public_notice->period_from, r.public_notice->period_to);
      text("public_notice.feedback", r.public_notice->feedback, limits::element_chars_max);
    }
    if (r.service_guide) {
      service_guide(*r.service_guide);
    }
    if (r.reply) {
      reply(*r.reply);
    }
  }

  void plan(const InterpretationPlan& plan) {
    const auto& all = release_.attachments;
    const auto is_plan = [&](const Attachment& a) { return a.name == plan.attachment; };
    if (const auto at = std::ranges::find_if(all, is_plan); at == all.end()) {
      wrong("plan_attachment_missing", "interpretation_plan.attachment", {plan.attachment});
    } else if (!at->is_private) {
      wrong("plan_not_private", "interpretation_plan.attachment", {plan.attachment});
    }
    count("interpretation_plan.phases", plan.phases.size(), limits::planned_phases_max);
    for (size_t i = 0; i < plan.phases.size(); ++i) {
      const std::string field = at("interpretation_plan.phases", i);
      item(field + ".phase", plan.phases[i].phase);
      item(field + ".due_on", plan.phases[i].due_on);
      date(field + ".due_on", plan.phases[i].due_on);
    }
  }

  void service_guide(const ServiceGuidePart& guide) {
    text("service_guide.legal_basis", guide.legal_basis, limits::element_chars_max);
    text("service_guide.conditions", guide.conditions, limits::element_chars_max);
    text("service_guide.materials", guide.materials, limits::element_chars_max);
    text("service_guide.procedure", guide.procedure, limits::element_chars_max);
    text("service_guide.time_limit", guide.time_limit, limits::element_chars_max);
    text("service_guide.fees", guide.fees, limits::element_chars_max);
    text("service_guide.office_place_hours", guide.office_place_hours, limits::element_chars_max);
    text("service_guide.phone", guide.phone, limits::element_chars_max);
  }

  void reply(const ReplyPart& part) {
    line("reply.letter_no", part.letter_no);
    date("reply.received_on", part.received_on);
    date("reply.replied_on", part.replied_on);
    ordered("reply.replied_on", part.received_on, part.replied_on);
    line("reply.class", part.letter_class);
    line("reply.responsible_unit", part.responsible_unit);
    text("reply.question", part.question, limits::element_chars_max);
    text("reply.answer", part.answer, limits::release_bytes_max);
  }

  void imported() {
    if (!release_.imported) {
      return;
    }
    const auto& [from, first_published_at] = *release_.imported;
    item("imported.from", from);
    const auto day = parse_shanghai_date(first_published_at);
    const auto when = day ? day : parse_utc(first_published_at);
    if (!when) {
      wrong("time_invalid", "imported.first_published_at", {first_published_at});
    }
    not_ahead("imported.first_published_at", first_published_at, when);
  }

  const Release& release_;
  const CountySettings& county_;
  Utc now_;
  std::string prefix_;
  std::vector<Error> errors_;
};

}  // namespace

std::vector<Error> check_fields(const Release& release,
                                const CountySettings& county,
                                Utc now,
                                std::string_view prefix) {
  return FieldChecks(release, county, now, prefix).run();
}

std::vector<Error> check_disclosure(const Release& release,
                                    const ApprovalSettings& policy,
                                    std::string_view prefix) {
  std::vector<Error> errors;
  const auto refuse = [&](std::string_view reason, std::string_view field, std::string value) {
    errors.push_back(Error{ErrorCode::refused,
                           std::string(reason),
                           std::string(prefix) + std::string(field),
                           {std::move(value)}});
  };
  const bool recorded = !release.imported;
  if (release.classification == Classification::none
          ? recorded
          : release.classification != Classification::open) {
    refuse(release.classification == Classification::none ? "classification_missing"
                                                          : "not_declassified",
           "classification",
           std::string(name_of(release.classification)));
  }
  if (release.disclosure_type == DisclosureType::none) {
    if (recorded) {
      refuse("disclosure_type_missing", "disclosure_type", "");
    }
  } else if (release.disclosure_type != DisclosureType::proactive) {
    refuse("not_disclosable", "disclosure_type", std::string(name_of(release.disclosure_type)));
  }
  if (release.stage == Stage::draft) {
    refuse("draft_refused", "stage", std::string(name_of(release.stage)));
  }
  if (std::ranges::find(policy.internal_types, release.document_type) !=
      policy.internal_types.end()) {
    refuse("internal_document", "document_type", release.document_type);
  }
  return errors;
}

}  // namespace gulou
