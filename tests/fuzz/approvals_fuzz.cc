// Any bytes as the approvals of a bundle: what is read is written as it came, and what passes has
// every role that is asked for, by somebody, over this bundle, and not from the future; by key only
// where the key signed it and is known.
#include "broker/core/approvals.h"
#include "broker/facts/facts.h"
#include "common/base/check.h"
#include "common/json/approval_json.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace gulou {
namespace {

constexpr Utc now{1'795'000'000'000};
constexpr const char* notice =
    R"({"body":{"content":"11月30日停水。","format":"text"},"classification":"public","column":"tzgg",)"
    R"("disclosure_type":"proactive","id":"water-1","issuer":{"name":"云溪县水务局",)"
    R"("org_code":"014820037"},"kind":"notice","revision":1,"title":"停水通知",)"
    R"("written_on":"2026-11-20"})";
constexpr ApprovalRole asked[] = {
    ApprovalRole::drafter, ApprovalRole::secrecy_reviewer, ApprovalRole::approver};

ApprovalSettings policy_of(ApprovalLevel lowest) {
  ApprovalSettings policy;
  policy.rules = {{.require = {std::begin(asked), std::end(asked)}, .lowest = lowest}};
  policy.people = {{.name = "何志远",
                    .key = std::string(64, 'a'),
                    .roles = {ApprovalRole::approver},
                    .from = "2026-01-01"}};
  return policy;
}

Submitted facts_of(const std::vector<std::string>& approvals) {
  FactsInput input{{{1}, 1}, "oa", {}, {std::make_shared<const std::string>(notice)}, true};
  input.rights.asserted = true;
  input.approvals = approvals;
  return establish_facts(std::move(input), {}, now);
}

bool is_sound(const ApprovalFacts& one, ApprovalRole role, const Submitted& facts) {
  const bool over_this = one.approval.bundle_digest == facts.bundle_digest ||
                         (!one.approval.bundle_digest && one.level == ApprovalLevel::asserted);
  return one.approval.role == role && !one.approval.name.empty() && one.at && over_this &&
         one.at.ms <= now.ms + 600'000 &&
         (one.level != ApprovalLevel::by_key || one.signature_holds) &&
         (one.level != ApprovalLevel::paper ||
          std::ranges::count(one.scan_names, facts.bundle_digest) > 0);
}

void judge(const Submitted& facts, ApprovalLevel lowest) {
  const ApprovalSettings policy = policy_of(lowest);
  std::vector<Error> errors;
  check_disclosure(facts, policy, errors);
  check_approvals(facts, policy, {{1}, now}, errors);
  if (!errors.empty()) {
    return;
  }
  for (const ApprovalRole role : asked) {
    CHECK(std::ranges::any_of(facts.approvals, [&](const ApprovalFacts& one) {
      return is_sound(one, role, facts) && one.level >= lowest;
    }));
  }
  CHECK(lowest != ApprovalLevel::by_key);  // nobody can sign with the one key that is known
}

}  // namespace
}  // namespace gulou

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace gulou;
  const std::string json(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> approvals = split_approvals(json);
  for (const std::string& one : approvals) {
    const auto approval = parse_approval(one);
    if (approval) {
      const auto again = parse_approval(to_json(*approval));
      CHECK(again.has_value() && to_json(*again) == to_json(*approval));
      CHECK(!signature_holds(one, *approval) || !approval->key.empty());
    }
  }
  const Submitted facts = facts_of(approvals);
  if (!facts.shape_errors.empty() || facts.parts.empty()) {
    return 0;
  }
  for (const ApprovalLevel lowest :
       {ApprovalLevel::asserted, ApprovalLevel::paper, ApprovalLevel::by_key}) {
    judge(facts, lowest);
  }
  return 0;
}
