#include "broker/facts/facts.h"

#include "common/base/limits.h"
#include "common/html/markdown.h"
#include "common/html/plain.h"
#include "common/html/sanitise.h"
#include "common/json/approval_json.h"
#include "common/json/canonical.h"
#include "common/json/digests.h"
#include "common/json/release_json.h"
#include "common/model/checks.h"
#include "common/model/media_type.h"

#include <algorithm>
#include <utility>

namespace gulou {
namespace {

// Errors of one part are named as the whole submission sees them.
Error within(Error error, const std::string& prefix) {
  if (error.field.rfind(prefix, 0) != 0) {
    error.field = error.field.empty() ? prefix.substr(0, prefix.size() - 1) : prefix + error.field;
  }
  return error;
}

std::vector<std::string> targets(const Release& release,
                                 std::initializer_list<RelationKind> kinds) {
  std::vector<std::string> found;
  for (const Relation& relation : release.relations) {
    if (std::find(kinds.begin(), kinds.end(), relation.kind) != kinds.end()) {
      found.push_back(relation.target);
    }
  }
  return found;
}

void read_fields(const Release& release, const CountySettings& county, PartFacts& facts) {
  facts.id = release.id;
  facts.revision = release.revision;
  facts.previous_revision = release.previous_revision;
  facts.update = release.update;
  facts.kind = release.kind;
  facts.column = release.column;
  facts.audience = release.audience;
  facts.org_code = release.issuer.org_code;
  const Unit* unit = county.unit_by_org_code(release.issuer.org_code);
  facts.unit = unit != nullptr ? unit->id : std::string();
  facts.index_no = release.index_no;
  facts.urgent = release.priority == Priority::urgent;
  facts.imported = release.imported.has_value();
  facts.test = release.test;
  facts.not_before = parse_utc(release.not_before).value_or(Utc{});
  if (release.embargo) {
    facts.embargo_until = parse_utc(release.embargo->until).value_or(Utc{});
    facts.embargo_outlets = release.embargo->outlets;
  }
  facts.display_lease_ms = int64_t{release.must_confirm_every_s} * 1000;
  facts.expires = parse_utc(release.expires).value_or(Utc{});
  facts.distinct_from = release.distinct_from;
  facts.supersedes = targets(release, {RelationKind::replaces, RelationKind::corrects});
  facts.interprets = targets(release, {RelationKind::interprets, RelationKind::phase_of});
  facts.title = release.title;
  facts.issuer = release.issuer.name;
  if (release.interpretation) {
    facts.drafting_unit = release.interpretation->drafting_unit;
    facts.phase = phase_digest(release.interpretation->phase);
  }
  if (release.interpretation_plan) {
    facts.has_plan = true;
    for (const PlannedPhase& one : release.interpretation_plan->phases) {
      facts.planned.push_back({phase_digest(one.phase), one.due_on});
    }
  }
  for (const Attachment& attachment : release.attachments) {
    const MediaType* type = find_media_type(attachment.media_type);
    facts.attachments.push_back(
        {attachment.digest,
         attachment.size_bytes,
         std::string(content_word(type != nullptr ? type->content : Content::unknown)),
         attachment.is_private});
  }
}

Result<PartFacts> read_part(SharedBytes bytes,
                            const FactsInput& input,
                            const CountySettings& county,
                            Utc now,
                            const std::string& prefix) {
  if (bytes->size() > limits::release_bytes_max) {
    return fail(ErrorCode::exhausted,
                "release_too_large",
                prefix.substr(0, prefix.size() - 1),
                {std::to_string(bytes->size()), std::to_string(limits::release_bytes_max)});
  }
  if (input.canonicalise) {
    bytes = std::make_shared<const std::string>(TRY(canonicalise(*bytes)));
  } else {
    TRY(check_canonical(*bytes));
  }
  const Release release = TRY(parse_release(*bytes, prefix));
  if (!is_id(release.id)) {
    return fail(ErrorCode::invalid_argument, "id_malformed", prefix + "id", {release.id});
  }
  if (release.revision == 0 || release.revision > limits::revision_max) {
    return fail(ErrorCode::invalid_argument,
                "revision_out_of_range",
                prefix + "revision",
                {std::to_string(release.revision), std::to_string(limits::revision_max)});
  }
  PartFacts facts;
  read_fields(release, county, facts);
  const ReleaseDigests digests = TRY(release_digests(*bytes));
  facts.digest = digests.release;
  facts.content_digest = digests.content;
  facts.document_key = document_key(release.issuer.org_code, release.doc_no).value_or(Digest{});
  facts.errors = check_fields(release, county, now, prefix);
  check_markup(release, prefix, facts.errors);
  facts.disclosure = check_disclosure(release, county.approvals, prefix);
  facts.personal_data = personal_data_in(release, prefix);
  facts.bytes = std::move(bytes);
  return facts;
}

// The text a reader sees, so that markup hides nothing. What does not convert is refused elsewhere.
std::string text_of(const Body& body) {
  switch (body.format) {
    case BodyFormat::none:
    case BodyFormat::text:
      return body.content;
    case BodyFormat::html:
      return plain_text(body.content);
    case BodyFormat::markdown:
      return plain_text(markdown_to_html(body.content, {}).value_or(std::string()));
  }
  return {};
}

// The bundle digest is needed, so after the parts.
void read_approvals(const FactsInput& input, Submitted& submitted) {
  if (input.approvals.size() > limits::approvals_max) {
    submitted.shape_errors.push_back(
        {ErrorCode::exhausted,
         "too_many_approvals",
         "approvals",
         {std::to_string(input.approvals.size()), std::to_string(limits::approvals_max)}});
    return;
  }
  for (size_t i = 0; i < input.approvals.size(); ++i) {
    const std::string& bytes = input.approvals[i];
    auto approval = parse_approval(bytes, "approvals[" + std::to_string(i) + "].");
    if (!approval) {
      submitted.shape_errors.push_back(std::move(approval.error()));
      continue;
    }
    ApprovalFacts facts;
    facts.at = parse_utc(approval->at).value_or(Utc{});
    facts.level = !approval->key.empty() || !approval->signature.empty() ? ApprovalLevel::by_key
                  : approval->scan                                       ? ApprovalLevel::paper
                                                                         : ApprovalLevel::asserted;
    facts.signature_holds =
        facts.level == ApprovalLevel::by_key && signature_holds(bytes, *approval);
    facts.approval = *std::move(approval);
    submitted.approvals.push_back(std::move(facts));
  }
  if (!input.approvals.empty()) {
    submitted.sign_off = std::make_shared<const std::string>(approvals_json(input.approvals));
    submitted.sign_off_digest = release_digest(*submitted.sign_off);
  }
}

}  // namespace

std::vector<PersonalData> personal_data_in(const Release& release, const std::string& prefix) {
  std::vector<PersonalData> all;
  const auto look = [&](std::string_view field, std::string_view text) {
    for (PersonalData& found : find_personal_data(text)) {
      found.field = prefix + std::string(field);
      all.push_back(std::move(found));
    }
  };
  const auto look_but_telephones = [&](std::string_view field, std::string_view text) {
    look(field, text);
    std::erase_if(all, [&](const PersonalData& found) {
      return found.kind == PersonalDataKind::phone && found.field == prefix + std::string(field);
    });
  };
  look("title", release.title);
  look("short_title", release.short_title);
  look("summary", release.summary);
  look("body.content", text_of(release.body));
  look("change_note", release.change_note);
  for (size_t i = 0; i < release.attachments.size(); ++i) {
    const Attachment& one = release.attachments[i];
    const std::string field = "attachments[" + std::to_string(i) + "].";
    look(field + "name", one.name);
    look(field + "display_name", one.display_name);
    look(field + "alt", one.alt);
  }
  if (release.reply) {
    look("reply.question", release.reply->question);
    look("reply.answer", release.reply->answer);
  }
  if (release.public_notice) {
    look_but_telephones("public_notice.feedback", release.public_notice->feedback);
  }
  if (release.service_guide) {
    const ServiceGuidePart& guide = *release.service_guide;
    look("service_guide.conditions", guide.conditions);
    look("service_guide.materials", guide.materials);
    look("service_guide.procedure", guide.procedure);
    look_but_telephones("service_guide.office_place_hours", guide.office_place_hours);
    look_but_telephones("service_guide.phone", guide.phone);
  }
  return all;
}

void check_markup(const Release& release, const std::string& prefix, std::vector<Error>& errors) {
  const std::string field = prefix + "body.content";
  std::string html;
  switch (release.body.format) {
    case BodyFormat::none:
    case BodyFormat::text:
      return;
    case BodyFormat::html: {
      if (auto status = check_normal_form(release.body.content, field); !status) {
        errors.push_back(std::move(status.error()));
        return;
      }
      html = release.body.content;
      break;
    }
    case BodyFormat::markdown: {
      auto converted = markdown_to_html(release.body.content, field);
      if (!converted) {
        errors.push_back(std::move(converted.error()));
        return;
      }
      html = std::move(*converted);
      break;
    }
  }
  for (const std::string& name : referenced_attachments(html)) {
    const auto listed = std::find_if(
        release.attachments.begin(), release.attachments.end(), [&](const Attachment& one) {
          return one.name == name && !one.is_private;
        });
    if (listed == release.attachments.end()) {
      errors.push_back({ErrorCode::invalid_argument, "attachment_not_listed", field, {name}});
    }
  }
}

std::vector<Digest> scans_of(const Submitted& submitted) {
  std::vector<Digest> scans;
  for (const ApprovalFacts& one : submitted.approvals) {
    if (one.level == ApprovalLevel::paper && std::ranges::count(scans, one.approval.scan) == 0) {
      scans.push_back(one.approval.scan);
    }
  }
  return scans;
}

void add_scans(const ScansRead& scans, Submitted& submitted) {
  for (ApprovalFacts& one : submitted.approvals) {
    const auto read = scans.find(one.approval.scan);
    if (one.level == ApprovalLevel::paper && read != scans.end()) {
      one.scan_names = read->second.names;
      one.scan_unread = read->second.unread;
    }
  }
}

Submitted establish_facts(FactsInput input, const CountySettings& county, Utc now) {
  Submitted submitted;
  submitted.from = input.from;
  submitted.publisher = input.publisher;
  submitted.rights = input.rights;
  if (input.parts.empty() || input.parts.size() > limits::bundle_parts_max) {
    submitted.shape_errors.push_back(
        {ErrorCode::invalid_argument,
         "bundle_size",
         "parts",
         {std::to_string(input.parts.size()), std::to_string(limits::bundle_parts_max)}});
    return submitted;
  }
  std::vector<Digest> digests;
  for (size_t i = 0; i < input.parts.size(); ++i) {
    const std::string prefix = "parts[" + std::to_string(i) + "].";
    auto facts = read_part(std::move(input.parts[i]), input, county, now, prefix);
    if (!facts) {
      submitted.shape_errors.push_back(within(std::move(facts.error()), prefix));
      continue;
    }
    digests.push_back(facts->digest);
    submitted.parts.push_back(std::move(*facts));
  }
  submitted.bundle_digest = bundle_digest(digests);
  read_approvals(input, submitted);
  return submitted;
}

}  // namespace gulou
