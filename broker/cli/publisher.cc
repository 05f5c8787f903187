#include "broker/cli/publisher.h"

#include "broker/cli/approvals_file.h"
#include "broker/cli/attachment_file.h"
#include "broker/cli/upload.h"
#include "common/base/limits.h"
#include "common/json/approval_json.h"
#include "common/json/canonical.h"
#include "common/json/digests.h"
#include "common/text/catalogue.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gulou::cli {
namespace {

// What a revision adds to a text; everything else must be the same for it to be the same text.
constexpr std::array<std::string_view, 4> revision_fields{
    "revision", "previous_revision", "update", "change_note"};

Result<std::string> body_of(const std::vector<PartFile>& parts,
                            const std::vector<Members>& approvals) {
  std::vector<Digest> digests;
  std::string list = "[";
  for (const PartFile& part : parts) {
    digests.push_back(release_digest(part.canonical));
    list += list.size() > 1 ? "," : "";
    list += part.canonical;
  }
  std::string body = "{";
  if (!approvals.empty()) {
    const auto canonical = TRY(approvals_for(approvals, bundle_digest(digests)));
    body += "\"approvals\":" + approvals_json(canonical) + ",";
  }
  return body + "\"parts\":" + list + "]}";
}

std::string publication_path(const std::string& publisher, const std::string& id) {
  return "/v1/publications/" + segment(publisher) + "/" + segment(id);
}

PublishResult refused(const Answer& answer) {
  return {.outcome = Outcome::refused,
          .text = refusal_of(answer).args.at(0),
          .waits_for_target = has_code(answer.value, "relation_target_unknown")};
}

// `mine` written with the revision fields of `theirs`.
Result<std::string> as_revision_of(const JsonValue& mine, const JsonValue& theirs) {
  Members members = mine.members();
  for (const std::string_view field : revision_fields) {
    drop(members, field);
    if (const JsonValue* value = find(theirs.members(), field)) {
      set(members, field, *value);
    }
  }
  return canonicalise(to_text(json_object(std::move(members))));
}

std::vector<ChannelFit> fits_of(const JsonValue& answer) {
  std::vector<ChannelFit> fits;
  for (const JsonValue& item : answer.items("channels")) {
    const JsonValue& part = item.at("part");
    fits.push_back(
        {.channel = std::string(item.text("channel")),
         .part = part.is_text() ? std::string(part.text()) : std::to_string(part.integer()),
         .fits = item.boolean("fits"),
         .sentence = std::string(item.text("sentence", item.text("reason")))});
  }
  return fits;
}

}  // namespace

Publisher::Publisher(BrokerClient client, PublishMode mode)
    : client_(std::move(client)), mode_(std::move(mode)) {}

PublishResult Publisher::publish(const SubmissionFile& submission) {
  Result<PublishResult> result = mode_.check     ? check(submission)
                                 : mode_.dry_run ? rehearse(submission)
                                                 : bring(submission);
  if (result) {
    return std::move(*result);
  }
  const Error& error = result.error();
  const bool for_now = error.reason == broker_said && error.code == ErrorCode::unavailable;
  const Outcome outcome = exit_of(error) == Exit::unreachable ? Outcome::unreachable
                          : for_now                           ? Outcome::not_accepted
                                                              : Outcome::refused;
  return {.outcome = outcome, .text = sentence(client_.language(), error)};
}

Result<PublishResult> Publisher::bring(const SubmissionFile& submission) {
  for (const PartFile& part : submission.parts) {
    for (const AttachmentFile& file : part.attachments) {
      TRY(upload_once(file));
    }
  }
  TRY(upload_scans(submission));
  PublishResult first = TRY(submit(submission.parts, submission.approvals));
  return first.outcome == Outcome::accepted || first.outcome == Outcome::refused
             ? first
             : settle(submission, first.seq);
}

Status Publisher::upload_scans(const SubmissionFile& submission) {
  for (const AttachmentFile& scan : submission.scans) {
    TRY(upload_once(scan));
  }
  return {};
}

// 201 took it, 200 had it; a conflict is something else under the same id and revision.
Result<PublishResult> Publisher::submit(const std::vector<PartFile>& parts,
                                        const std::vector<Members>& approvals) {
  const std::string body = TRY(body_of(parts, approvals));
  const Answer answer =
      TRY(client_.call("POST", "/v1/submissions", body, {{"Content-Type", "application/json"}}));
  PublishResult result = refused(answer);
  if (answer.good()) {
    const bool already = answer.value.boolean("already");
    result = {.outcome = already ? Outcome::already_there : Outcome::accepted,
              .seq = static_cast<uint64_t>(answer.value.integer("seq"))};
  } else if (answer.status == 503) {
    return gulou::fail(refusal_of(answer));
  } else if (has_code(answer.value, "conflict") || has_code(answer.value, "conflict_bundle")) {
    result.outcome = Outcome::changed;
  }
  return result;
}

// What the broker holds under these ids is compared with what is here, at its newest revision.
Result<PublishResult> Publisher::settle(const SubmissionFile& submission, uint64_t seq) {
  std::vector<PartFile> changed;
  for (const PartFile& part : submission.parts) {
    const Held there = TRY(held(part));
    if (!there.same) {
      changed.push_back(part);
      changed.back().canonical =
          there.newest == 0 ? part.canonical : next_revision(part, there.newest);
    }
  }
  if (changed.empty()) {
    return PublishResult{.outcome = Outcome::already_there, .seq = seq};
  }
  if (!mode_.revise) {
    return PublishResult{.outcome = Outcome::changed, .seq = seq};
  }
  return submit(changed, submission.approvals);
}

// The broker reads scans itself, so it needs them; one that is not submitted then is swept.
Result<PublishResult> Publisher::check(const SubmissionFile& submission) {
  TRY(upload_scans(submission));
  const std::string body = TRY(body_of(submission.parts, submission.approvals));
  const Answer answer = TRY(client_.call(
      "POST", "/v1/submissions?check=1", body, {{"Content-Type", "application/json"}}));
  if (!answer.good()) {
    return refused(answer);
  }
  const bool good = answer.value.boolean("ok");
  return PublishResult{.outcome = good ? Outcome::accepted : Outcome::refused,
                       .text = problem_text(answer.value),
                       .fits = fits_of(answer.value)};
}

Result<PublishResult> Publisher::rehearse(const SubmissionFile& submission) {
  PublishResult result = TRY(check(submission));
  if (result.outcome == Outcome::refused) {
    return result;
  }
  bool any_there = false;
  bool all_same = true;
  for (const PartFile& part : submission.parts) {
    const Held there = TRY(held(part));
    any_there = any_there || there.newest > 0;
    all_same = all_same && there.same;
  }
  if (any_there) {
    result.outcome = all_same ? Outcome::already_there : Outcome::changed;
  }
  return result;
}

Status Publisher::upload_once(const AttachmentFile& file) {
  const std::string digest = to_hex(file.digest);
  if (!uploaded_.contains(digest)) {
    TRY(upload(client_, file));
    uploaded_.insert(digest);
  }
  return {};
}

Result<std::string> Publisher::publisher_of(const PartFile& part) {
  if (publisher_.empty()) {
    const Answer answer = TRY(client_.get("/v1/releases/" + segment(part.id)));
    publisher_ = std::string(answer.value.text("publisher"));
  }
  return publisher_;
}

Result<Publisher::Held> Publisher::held(const PartFile& part) {
  const Result<std::string> publisher = publisher_of(part);
  if (!publisher) {
    return publisher.error().code == ErrorCode::not_found
               ? Result<Held>(Held{})
               : Result<Held>(gulou::fail(publisher.error()));
  }
  const Answer publication = TRY(client_.call("GET", publication_path(*publisher, part.id)));
  if (publication.status == 404) {
    return Held{};
  }
  Held there;
  int64_t seq = 0;
  for (const JsonValue& revision : publication.value.items("revisions")) {
    const auto number = static_cast<uint32_t>(revision.integer("revision"));
    if (number >= there.newest) {
      there.newest = number;
      seq = revision.integer("seq");
    }
  }
  const Answer newest = TRY(client_.get("/v1/releases/" + std::to_string(seq) + "?raw=1"));
  const JsonValue mine = TRY(JsonValue::parse(part.canonical));
  for (const JsonValue& release : newest.value.items("releases")) {
    if (release.text("id") == part.id) {
      const std::string theirs = TRY(canonicalise(to_text(release)));
      there.same = TRY(as_revision_of(mine, release)) == theirs;
    }
  }
  return there;
}

std::string Publisher::next_revision(const PartFile& part, uint32_t newest) const {
  Members members = JsonValue::parse(part.canonical).value_or(JsonValue()).members();
  set(members, "revision", json_number(newest + 1));
  set(members, "previous_revision", json_number(newest));
  set(members, "update", json_text("major"));
  set(members, "change_note", json_text(mode_.change_note));
  return canonicalise(to_text(json_object(std::move(members)))).value_or(part.canonical);
}

}  // namespace gulou::cli
