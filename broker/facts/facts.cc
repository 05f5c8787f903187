#include "broker/facts/facts.h"

#include "common/base/limits.h"
#include "common/html/markdown.h"
#include "common/html/plain.h"
#include "common/html/sanitise.h"
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
  facts.kind = release.kind;
  facts.column = release.column;
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
  facts.expires = parse_utc(release.expires).value_or(Utc{});
  facts.distinct_from = release.distinct_from;
  facts.supersedes = targets(release, {RelationKind::replaces, RelationKind::corrects});
  facts.interprets = targets(release, {RelationKind::interprets, RelationKind::phase_of});
  facts.title = release.title;
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
  facts.bytes = std::move(bytes);
  return facts;
}

}  // namespace

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
  return submitted;
}

}  // namespace gulou
