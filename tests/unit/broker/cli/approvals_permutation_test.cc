// Nothing unapproved leaves: the templates of all kinds, signed with real keys under the shipped
// policy, are taken; with any one required thing left out, or any one byte changed after approval,
// they are refused, each with its own code.
#include "broker/cli/release_file.h"
#include "broker/core/approvals.h"
#include "broker/facts/facts.h"
#include "common/base/files.h"
#include "common/base/time.h"
#include "common/crypto/digest.h"
#include "common/json/approval_json.h"
#include "common/json/canonical.h"
#include "common/json/digests.h"
#include "common/model/required.h"
#include "common/settings/county.h"

#include <functional>

#include <gtest/gtest.h>

namespace gulou::cli {
namespace {

const std::string permuted_config = GULOU_SOURCE_DIR "/config";
const Now judged_at{{1}, *parse_utc("2026-11-28T04:00:00Z")};

SigningKey key_in(ApprovalRole role) {
  std::array<uint8_t, 32> seed{};
  seed[0] = static_cast<uint8_t>(role);
  return SigningKey::from_seed(seed);
}

std::string person_in(ApprovalRole role) {
  return "某" + std::string(name_of(role));
}

// The county of config/, where each role has one person, who signs.
CountySettings signing_county() {
  CountySettings county = *load_county(permuted_config);
  for (ApprovalRule& rule : county.approvals.rules) {
    rule.lowest = ApprovalLevel::by_key;
    rule.age_days_max = 30;
  }
  for (const ApprovalRole role : all_approval_roles) {
    ApprovalPerson person;
    person.name = person_in(role);
    const auto key = key_in(role).public_key();
    person.key = to_hex({reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()});
    person.roles = {role};
    county.approvals.people.push_back(std::move(person));
  }
  return county;
}

struct Bundle {
  std::vector<std::string> parts;
  std::vector<Approval> approvals;  // unsigned
};

Digest digest_of(const std::vector<std::string>& parts) {
  std::vector<Digest> digests;
  for (const std::string& part : parts) {
    digests.push_back(release_digest(part));
  }
  return bundle_digest(digests);
}

std::vector<std::string> signed_json(const Bundle& bundle) {
  std::vector<std::string> all;
  for (const Approval& approval : bundle.approvals) {
    all.push_back(to_json(sign_approval(approval, key_in(approval.role))));
  }
  return all;
}

// The codes of what refuses it, with their fields, in the order of design 5.1; empty: taken.
std::vector<Error> judge(const std::vector<std::string>& parts,
                         const std::vector<std::string>& approvals,
                         const CountySettings& county,
                         bool asserted = false) {
  FactsInput input;
  input.publisher = "oa";
  input.rights.asserted = asserted;
  for (const std::string& part : parts) {
    input.parts.push_back(std::make_shared<const std::string>(part));
  }
  input.approvals = approvals;
  const Submitted facts = establish_facts(std::move(input), county, judged_at.utc);
  std::vector<Error> errors = facts.shape_errors;
  for (const PartFacts& part : facts.parts) {
    errors.insert(errors.end(), part.errors.begin(), part.errors.end());
  }
  if (errors.empty()) {
    check_disclosure(facts, county.approvals, errors);
  }
  if (errors.empty()) {
    check_approvals(facts, county.approvals, judged_at, errors);
  }
  return errors;
}

std::string first_of(const std::vector<Error>& errors) {
  return errors.empty() ? "taken" : errors.front().reason + " " + errors.front().field;
}

std::string template_of(Kind kind) {
  const std::string path = permuted_config + "/kinds/" + std::string(name_of(kind)) + ".md";
  const auto file = read_submission(path, {});
  EXPECT_TRUE(file) << path;
  return file->parts.at(0).canonical;
}

std::string with_member(const std::string& json, std::string_view key, JsonValue value) {
  Members members = JsonValue::parse(json)->members();
  set(members, key, std::move(value));
  return *canonicalise(to_text(json_object(std::move(members))));
}

// Without the member at a path of one or two names.
std::string without(const std::string& json, std::string_view path) {
  Members members = JsonValue::parse(json)->members();
  const size_t dot = path.find('.');
  if (dot == std::string_view::npos) {
    drop(members, path);
  } else {
    Members inner = find(members, path.substr(0, dot))->members();
    drop(inner, path.substr(dot + 1));
    set(members, path.substr(0, dot), json_object(std::move(inner)));
  }
  return *canonicalise(to_text(json_object(std::move(members))));
}

JsonValue plan_attachment() {
  return json_array({json_object({{"display_name", json_text("解读方案")},
                                  {"digest", json_text(to_hex(sha256("plan")))},
                                  {"media_type", json_text("application/pdf")},
                                  {"name", json_text("plan.pdf")},
                                  {"private", JsonValue(JsonValue::Content(true))},
                                  {"size_bytes", json_number(4)}})});
}

std::vector<std::string> complete_parts(Kind kind) {
  std::string first = template_of(kind);
  if (kind != Kind::policy_document) {
    return {first};
  }
  first = with_member(first, "id", json_text("yzbf-2025-1"));
  first = with_member(first, "attachments", plan_attachment());
  first = with_member(
      first, "interpretation_plan", json_object({{"attachment", json_text("plan.pdf")}}));
  return {first, template_of(Kind::interpretation)};
}

Bundle complete(Kind kind, const CountySettings& county) {
  Bundle bundle;
  bundle.parts = complete_parts(kind);
  const std::string column(JsonValue::parse(bundle.parts[0])->text("column"));
  for (const ApprovalRole role : county.approvals.rule_of(kind, column)->require) {
    Approval approval;
    approval.bundle_digest = digest_of(bundle.parts);
    approval.role = role;
    approval.name = person_in(role);
    approval.at = "2026-11-27T01:00:00Z";
    if (role == ApprovalRole::secrecy_reviewer) {
      approval.result = "disclose";
      approval.basis = "《中华人民共和国政府信息公开条例》第十九条";
    }
    if (role == ApprovalRole::unit_head) {
      approval.unit = "云溪县民政局";
    }
    bundle.approvals.push_back(std::move(approval));
  }
  return bundle;
}

// The same people approve something else.
void approve_again(Bundle& bundle) {
  for (Approval& approval : bundle.approvals) {
    approval.bundle_digest = digest_of(bundle.parts);
  }
}

class ApprovalsPermutationTest : public testing::TestWithParam<Kind> {
 protected:
  std::string judge_first(const Bundle& bundle) const {
    return first_of(judge(bundle.parts, signed_json(bundle), county));
  }

  const CountySettings county = signing_county();
};

TEST_P(ApprovalsPermutationTest, TheCompleteOneIsTaken) {
  EXPECT_EQ(judge_first(complete(GetParam(), county)), "taken");
}

TEST_P(ApprovalsPermutationTest, EveryRequiredFieldLeftOutIsNamed) {
  for (const std::string_view field : required_fields(GetParam())) {
    Bundle bundle = complete(GetParam(), county);
    bundle.parts[0] = without(bundle.parts[0], field);
    approve_again(bundle);

    const std::string said = judge_first(bundle);

    const std::string reason = field == "id"          ? "id_malformed"
                               : field == "revision"  ? "revision_out_of_range"
                               : field == "relations" ? "interpretation_without_document"
                                                      : "field_missing";
    EXPECT_EQ(said, reason + " parts[0]." + std::string(field));
  }
}

TEST_P(ApprovalsPermutationTest, TheDisclosureGateNamesWhatIsMissing) {
  const std::pair<std::string_view, std::string_view> gate[] = {
      {"classification", "classification_missing parts[0].classification"},
      {"disclosure_type", "disclosure_type_missing parts[0].disclosure_type"}};
  for (const auto& [field, said] : gate) {
    Bundle bundle = complete(GetParam(), county);
    bundle.parts[0] = without(bundle.parts[0], field);
    approve_again(bundle);
    EXPECT_EQ(judge_first(bundle), said);
  }
}

TEST_P(ApprovalsPermutationTest, NothingButWhatIsPublicAndFinalPasses) {
  const std::tuple<std::string_view, std::string_view, std::string_view> gate[] = {
      {"classification", "internal", "not_declassified"},
      {"classification", "confidential", "not_declassified"},
      {"classification", "secret", "not_declassified"},
      {"classification", "top_secret", "not_declassified"},
      {"disclosure_type", "on_request", "not_disclosable"},
      {"disclosure_type", "withheld", "not_disclosable"},
      {"stage", "draft", "draft_refused"},
      {"document_type", "请示", "internal_document"},
      {"document_type", "会议记录", "internal_document"}};
  for (const auto& [field, value, reason] : gate) {
    Bundle bundle = complete(GetParam(), county);
    bundle.parts[0] = with_member(bundle.parts[0], field, json_text(std::string(value)));
    approve_again(bundle);
    EXPECT_EQ(judge_first(bundle), std::string(reason) + " parts[0]." + std::string(field));
  }
}

TEST_P(ApprovalsPermutationTest, EveryApprovalLeftOutIsMissed) {
  const size_t count = complete(GetParam(), county).approvals.size();
  for (size_t i = 0; i < count; ++i) {
    Bundle bundle = complete(GetParam(), county);
    const ApprovalRole role = bundle.approvals[i].role;
    bundle.approvals.erase(bundle.approvals.begin() + static_cast<ptrdiff_t>(i));

    const auto errors = judge(bundle.parts, signed_json(bundle), county);

    if (role == ApprovalRole::secrecy_reviewer) {
      EXPECT_EQ(first_of(errors), "review_missing approvals");
    } else {
      EXPECT_FALSE(errors.empty());
      for (const Error& error : errors) {  // one for each kind in the bundle that needs it
        EXPECT_EQ(error.reason, "approval_missing");
        EXPECT_EQ(error.args[0], name_of(role));
      }
    }
  }
}

TEST_P(ApprovalsPermutationTest, EveryFieldOfAnApprovalLeftOutIsNamed) {
  using Leave = std::function<void(Approval&)>;
  const std::pair<Leave, std::string_view> fields[] = {
      {[](Approval& a) { a.name.clear(); }, "approval_incomplete name"},
      {[](Approval& a) { a.at.clear(); }, "approval_incomplete at"},
      {[](Approval& a) { a.bundle_digest = {}; }, "approval_of_other_bundle bundle_digest"},
      {[](Approval& a) { a.name = "别人"; }, "approval_key_of_other name"},
      {[](Approval& a) { a.at = "2027-01-01T00:00:00Z"; }, "clock_ahead at"},
      {[](Approval& a) { a.at = "2026-10-01T00:00:00Z"; }, "approval_too_old "}};
  for (const auto& [leave, said] : fields) {
    Bundle bundle = complete(GetParam(), county);
    for (size_t i = 0; i < bundle.approvals.size(); ++i) {
      Bundle changed = bundle;
      leave(changed.approvals[i]);
      const size_t blank = said.find(' ');
      const std::string field(said.substr(blank + 1));
      const std::string where =
          field.empty() ? "approvals" : "approvals[" + std::to_string(i) + "]." + field;
      EXPECT_EQ(judge_first(changed), std::string(said.substr(0, blank)) + " " + where);
    }
  }
  Bundle unsaid = complete(GetParam(), county);
  for (Approval& approval : unsaid.approvals) {
    approval.result.clear();
  }
  EXPECT_TRUE(judge_first(unsaid).starts_with("review_result_missing")) << judge_first(unsaid);
  Bundle groundless = complete(GetParam(), county);
  for (Approval& approval : groundless.approvals) {
    approval.basis.clear();
  }
  EXPECT_TRUE(judge_first(groundless).starts_with("review_basis_missing"));
}

TEST_P(ApprovalsPermutationTest, WhoMayNotSignIsRefused) {
  const Bundle bundle = complete(GetParam(), county);
  const auto with = [&](const std::function<void(ApprovalPerson&)>& change) {
    CountySettings other = county;
    for (ApprovalPerson& person : other.approvals.people) {
      change(person);
    }
    return first_of(judge(bundle.parts, signed_json(bundle), other));
  };
  EXPECT_EQ(with([](ApprovalPerson& p) { p.revoked = true; }),
            "approval_key_revoked approvals[0].key");
  EXPECT_EQ(with([](ApprovalPerson& p) { p.until = "2026-11-01"; }),
            "approval_key_not_valid approvals[0].key");
  EXPECT_EQ(with([](ApprovalPerson& p) { p.from = "2026-11-28"; }),
            "approval_key_not_valid approvals[0].key");
  EXPECT_EQ(with([](ApprovalPerson& p) { p.roles.clear(); }),
            "approval_role_not_allowed approvals[0].role");
  EXPECT_EQ(with([](ApprovalPerson& p) { p.units = {"nowhere"}; }),
            "approval_unit_not_allowed approvals[0].key");
  EXPECT_EQ(with([](ApprovalPerson& p) { p.key[0] = p.key[0] == '0' ? '1' : '0'; }),
            "approval_key_unknown approvals[0].key");
}

TEST_P(ApprovalsPermutationTest, TheWordOfAPublisherStandsOnlyWhereItMay) {
  Bundle bundle = complete(GetParam(), county);
  std::vector<std::string> told;
  for (const Approval& approval : bundle.approvals) {
    told.push_back(to_json(approval));
  }
  CountySettings lenient = county;
  for (ApprovalRule& rule : lenient.approvals.rules) {
    rule.lowest = ApprovalLevel::asserted;
  }
  EXPECT_EQ(first_of(judge(bundle.parts, told, lenient)),
            "asserted_not_allowed approvals[0].signature");
  EXPECT_EQ(first_of(judge(bundle.parts, told, lenient, true)), "taken");
  EXPECT_EQ(first_of(judge(bundle.parts, told, county, true)), "approval_level_too_low approvals");
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         ApprovalsPermutationTest,
                         testing::ValuesIn(all_kinds),
                         [](const auto& kind) { return std::string(name_of(kind.param)); });

TEST(ApprovedBundleTest, OneByteChangedAfterApprovalIsRefused) {
  const CountySettings county = signing_county();
  for (const Kind kind : {Kind::policy_document, Kind::notice}) {
    const Bundle bundle = complete(kind, county);
    const std::vector<std::string> approvals = signed_json(bundle);
    size_t taken = 0;
    for (size_t part = 0; part < bundle.parts.size(); ++part) {
      for (size_t i = 0; i < bundle.parts[part].size(); ++i) {
        std::vector<std::string> parts = bundle.parts;
        parts[part][i] = static_cast<char>(parts[part][i] ^ 1);
        taken += judge(parts, approvals, county).empty() ? 1U : 0U;
      }
    }
    for (size_t one = 0; one < approvals.size(); ++one) {
      for (size_t i = 0; i < approvals[one].size(); ++i) {
        std::vector<std::string> changed = approvals;
        changed[one][i] = static_cast<char>(changed[one][i] ^ 1);
        taken += judge(bundle.parts, changed, county).empty() ? 1U : 0U;
      }
    }
    EXPECT_EQ(taken, 0U) << name_of(kind);
  }
}

TEST(ApprovedBundleTest, APolicyDocumentComesWithPlanAndInterpretationOrWithoutForAReason) {
  const CountySettings county = signing_county();
  const auto judged = [&](Bundle bundle) {
    approve_again(bundle);
    return first_of(judge(bundle.parts, signed_json(bundle), county));
  };
  Bundle alone = complete(Kind::policy_document, county);
  alone.parts.pop_back();
  EXPECT_EQ(judged(alone), "interpretation_missing parts[0]");

  Bundle no_plan = complete(Kind::policy_document, county);
  no_plan.parts[0] = without(no_plan.parts[0], "interpretation_plan");
  EXPECT_EQ(judged(no_plan), "plan_missing parts[0].interpretation_plan");

  Bundle of_others = complete(Kind::policy_document, county);
  of_others.parts[1] = with_member(of_others.parts[1],
                                   "interpretation",
                                   json_object({{"drafting_unit", json_text("云溪县教育局")},
                                                {"phase", json_text("同步解读")}}));
  EXPECT_EQ(judged(of_others), "interpretation_of_other_unit parts[0]");

  for (Approval& approval : alone.approvals) {
    if (approval.role == ApprovalRole::drafter) {
      approval.waives = {"interpretation"};
    }
  }
  EXPECT_EQ(judged(alone), "exemption_not_allowed approvals[0].waives");
  alone.approvals[0].waives.clear();
  for (Approval& approval : alone.approvals) {
    if (approval.role == ApprovalRole::approver) {
      approval.waives = {"interpretation"};
    }
  }
  EXPECT_EQ(judged(alone), "exemption_reason_missing approvals[3].opinion");
  alone.approvals[3].opinion = "仅涉及人事任免，内容简单，免予解读。";
  EXPECT_EQ(judged(alone), "taken");
}

TEST(ApprovedBundleTest, PersonalDataPassesOnlyWhenSomebodyAnswersForIt) {
  const CountySettings county = signing_county();
  Bundle bundle = complete(Kind::notice, county);
  bundle.parts[0] =
      with_member(bundle.parts[0], "title", json_text("关于张某11010519491231002X的通告"));
  approve_again(bundle);
  EXPECT_EQ(first_of(judge(bundle.parts, signed_json(bundle), county)),
            "personal_data_found parts[0].title");

  bundle.approvals[0].allows = {"personal_data"};  // the drafter
  EXPECT_EQ(first_of(judge(bundle.parts, signed_json(bundle), county)),
            "personal_data_found parts[0].title");

  bundle.approvals[0].allows.clear();
  bundle.approvals[1].allows = {"personal_data"};  // the secrecy reviewer
  EXPECT_EQ(first_of(judge(bundle.parts, signed_json(bundle), county)), "taken");
}

TEST(ApprovedBundleTest, OneCannotStandForTwo) {
  CountySettings county = signing_county();
  county.approvals.people[0].roles = {ApprovalRole::drafter, ApprovalRole::approver};
  Bundle bundle = complete(Kind::news, county);
  std::vector<std::string> approvals = signed_json(bundle);
  Approval both = bundle.approvals[2];
  both.name = person_in(ApprovalRole::drafter);
  approvals[2] = to_json(sign_approval(both, key_in(ApprovalRole::drafter)));

  EXPECT_EQ(first_of(judge(bundle.parts, approvals, county)), "approval_same_person approvals");

  county.approvals.rules.back().distinct = false;
  EXPECT_EQ(first_of(judge(bundle.parts, approvals, county)), "taken");
}

}  // namespace
}  // namespace gulou::cli
