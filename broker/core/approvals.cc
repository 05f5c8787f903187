#include "broker/core/approvals.h"

#include "common/base/limits.h"

#include <algorithm>
#include <map>
#include <set>

namespace gulou {
namespace {

constexpr int64_t day_ms = 24LL * 3600 * 1000;
constexpr std::string_view guard_word = "personal_data";

std::string approval_field(size_t i, std::string_view name) {
  return "approvals[" + std::to_string(i) + "]." + std::string(name);
}

template <class Value>
bool listed(const std::vector<Value>& list, const auto& value) {
  return std::ranges::find(list, value) != list.end();
}

Guard guard_of(const ApprovalSettings& policy, PersonalDataKind kind) {
  switch (kind) {
    case PersonalDataKind::id_card:
      return policy.id_card;
    case PersonalDataKind::bank_card:
      return policy.bank_card;
    case PersonalDataKind::phone:
      return policy.phone;
  }
  return Guard::refuse;
}

// Who answers for letting it pass: not the one who wrote it.
bool may_allow(ApprovalRole role) {
  return role == ApprovalRole::secrecy_reviewer || role == ApprovalRole::approver ||
         role == ApprovalRole::unit_head;
}

bool lets_pass(const ApprovalFacts& one) {
  return may_allow(one.approval.role) && listed(one.approval.allows, guard_word);
}

bool guard_is_overridden(const Submitted& event) {
  return std::ranges::any_of(event.approvals, lets_pass);
}

// The review record of article 17. An approval of the secrecy reviewer is one when it says what
// came out and on which grounds.
void check_review(const Submitted& event, std::vector<Error>& errors) {
  bool found = false;
  for (size_t i = 0; i < event.approvals.size(); ++i) {
    const Approval& one = event.approvals[i].approval;
    if (one.role != ApprovalRole::secrecy_reviewer) {
      continue;
    }
    found = true;
    if (one.result != "disclose") {
      errors.push_back({ErrorCode::refused,
                        one.result.empty() ? "review_result_missing" : "review_withholds",
                        approval_field(i, "result"),
                        {one.name, one.result}});
    }
    if (one.basis.empty()) {
      errors.push_back(
          {ErrorCode::refused, "review_basis_missing", approval_field(i, "basis"), {one.name}});
    }
  }
  if (!found) {
    errors.push_back({ErrorCode::refused, "review_missing", "approvals", {}});
  }
}

// One approval by itself: does it say what this bundle is, who says so, and may they?
class ApprovalCheck {
 public:
  ApprovalCheck(const Submitted& event,
                const ApprovalSettings& policy,
                Now now,
                std::vector<Error>& errors)
      : event_(event), policy_(policy), now_(now), errors_(errors) {}

  void one(size_t i) {
    index_ = i;
    const ApprovalFacts& facts = event_.approvals[i];
    const Approval& approval = facts.approval;
    if (approval.name.empty()) {
      wrong("approval_incomplete", "name", {std::string(name_of(approval.role))});
    }
    if (!facts.at) {
      wrong("approval_incomplete", "at", {std::string(name_of(approval.role))});
    }
    const bool says_which = approval.bundle_digest || facts.level == ApprovalLevel::asserted;
    if (!says_which || (approval.bundle_digest && approval.bundle_digest != event_.bundle_digest)) {
      wrong("approval_of_other_bundle",
            "bundle_digest",
            {to_hex(approval.bundle_digest), to_hex(event_.bundle_digest)});
    }
    if (facts.at.ms > now_.utc.ms + limits::clock_ahead_ms_max) {
      wrong("clock_ahead", "at", {approval.at, format_utc(now_.utc)});
    }
    switch (facts.level) {
      case ApprovalLevel::none:
      case ApprovalLevel::asserted:
        if (!event_.rights.asserted) {
          wrong("asserted_not_allowed", "signature", {event_.publisher, approval.name});
        }
        break;
      case ApprovalLevel::paper:
        on_paper(facts);
        break;
      case ApprovalLevel::by_key:
        signed_by_key(facts);
        break;
    }
  }

 private:
  void wrong(std::string_view reason, std::string_view field, std::vector<std::string> args) {
    errors_.push_back(
        {ErrorCode::refused, std::string(reason), approval_field(index_, field), std::move(args)});
  }

  void on_paper(const ApprovalFacts& facts) {
    const std::string scan = to_hex(facts.approval.scan);
    if (facts.scan_unread) {
      Error unread = *facts.scan_unread;
      unread.field = approval_field(index_, "scan");
      errors_.push_back(std::move(unread));
    } else if (facts.scan_names.empty()) {
      wrong("scan_without_code", "scan", {scan});
    } else if (!listed(facts.scan_names, event_.bundle_digest)) {
      wrong("scan_of_other_bundle",
            "scan",
            {scan, to_hex(facts.scan_names.front()), to_hex(event_.bundle_digest)});
    }
  }

  void signed_by_key(const ApprovalFacts& facts) {
    const Approval& approval = facts.approval;
    if (!facts.signature_holds) {
      return wrong("signature_wrong", "signature", {approval.name});
    }
    const auto person = std::ranges::find(policy_.people, approval.key, &ApprovalPerson::key);
    if (person == policy_.people.end()) {
      return wrong("approval_key_unknown", "key", {approval.key});
    }
    if (person->name != approval.name) {
      wrong("approval_key_of_other", "name", {approval.name, person->name});
    }
    const std::string day = format_shanghai_date(facts.at);
    const std::string today = format_shanghai_date(now_.utc);
    if (person->revoked) {
      wrong("approval_key_revoked", "key", {person->name});
    } else if (day < person->from || (!person->until.empty() && today > person->until)) {
      wrong("approval_key_not_valid", "key", {person->name, person->from, person->until});
    }
    if (!listed(person->roles, approval.role)) {
      wrong(
          "approval_role_not_allowed", "role", {person->name, std::string(name_of(approval.role))});
    }
    for (const PartFacts& part : event_.parts) {
      if (!person->units.empty() && !listed(person->units, part.unit)) {
        wrong("approval_unit_not_allowed", "key", {person->name, part.unit});
      }
    }
  }

  const Submitted& event_;
  const ApprovalSettings& policy_;
  const Now now_;
  std::vector<Error>& errors_;
  size_t index_ = 0;
};

// What one rule asks for, against all approvals. Each is sound by itself.
void check_rule(const Submitted& event,
                const ApprovalRule& rule,
                size_t part,
                Now now,
                std::vector<Error>& errors) {
  const std::string kind(name_of(event.parts[part].kind));
  const auto wrong = [&](std::string_view reason, std::vector<std::string> args) {
    args.push_back(kind);
    errors.push_back({ErrorCode::refused, std::string(reason), "approvals", std::move(args)});
  };
  std::map<std::string, ApprovalRole> first_role;
  std::set<ApprovalRole> judged;
  for (const ApprovalRole role : rule.require) {
    if (!judged.insert(role).second) {
      continue;
    }
    const auto needed = static_cast<size_t>(std::ranges::count(rule.require, role));
    const std::string role_name(name_of(role));
    std::set<std::string> names;
    for (const ApprovalFacts& one : event.approvals) {
      const std::string& name = one.approval.name;
      if (one.approval.role != role) {
        continue;
      }
      if (one.level < rule.lowest) {
        wrong(
            "approval_level_too_low",
            {role_name, name, std::string(name_of(one.level)), std::string(name_of(rule.lowest))});
      } else if (rule.age_days_max > 0 &&
                 one.at.ms < now.utc.ms - static_cast<int64_t>(rule.age_days_max) * day_ms) {
        wrong("approval_too_old",
              {role_name, name, one.approval.at, std::to_string(rule.age_days_max)});
      } else {
        names.insert(name);
        const auto [before, is_new] = first_role.emplace(name, role);
        if (rule.distinct && !is_new && before->second != role) {
          wrong("approval_same_person", {name, std::string(name_of(before->second)), role_name});
        }
      }
    }
    if (names.size() < needed) {
      wrong("approval_missing", {role_name, std::to_string(needed), std::to_string(names.size())});
    }
  }
}

// Somebody who may, said that this need not be there, and why.
bool is_waived(const Submitted& event, std::string_view what, std::vector<Error>& errors) {
  for (size_t i = 0; i < event.approvals.size(); ++i) {
    const Approval& one = event.approvals[i].approval;
    if (!listed(one.waives, what)) {
      continue;
    }
    if (one.role != ApprovalRole::approver && one.role != ApprovalRole::unit_head) {
      errors.push_back({ErrorCode::refused,
                        "exemption_not_allowed",
                        approval_field(i, "waives"),
                        {one.name, std::string(name_of(one.role))}});
    } else if (one.opinion.empty()) {
      errors.push_back({ErrorCode::refused,
                        "exemption_reason_missing",
                        approval_field(i, "opinion"),
                        {one.name}});
    }
    return true;
  }
  return false;
}

bool interprets(const PartFacts& part, const std::string& publisher, const std::string& id) {
  return part.kind == Kind::interpretation &&
         (listed(part.interprets, id) || listed(part.interprets, publisher + "/" + id));
}

// The unit that drafted the document is that of the head who approved its plan.
bool is_drafting_unit(const Submitted& event, const std::string& unit) {
  bool known = false;
  for (const ApprovalFacts& one : event.approvals) {
    if (one.approval.role == ApprovalRole::unit_head && !one.approval.unit.empty()) {
      known = true;
      if (one.approval.unit == unit) {
        return true;
      }
    }
  }
  return !known;
}

// A policy document that is new, or changed in what it says.
void check_interpretation(const Submitted& event,
                          const ApprovalRule& rule,
                          size_t index,
                          std::vector<Error>& errors) {
  const PartFacts& part = event.parts[index];
  if (part.kind != Kind::policy_document ||
      (part.revision > 1 && part.update != UpdateClass::major)) {
    return;
  }
  const auto refuse = [&](std::string_view reason, std::string_view field, std::string arg) {
    errors.push_back({ErrorCode::refused,
                      std::string(reason),
                      "parts[" + std::to_string(index) + "]" + std::string(field),
                      {part.id, std::move(arg)}});
  };
  if (rule.plan && !part.has_plan && !is_waived(event, "plan", errors)) {
    refuse("plan_missing", ".interpretation_plan", {});
  }
  if (!rule.interpretation || is_waived(event, "interpretation", errors)) {
    return;
  }
  const auto reading = std::ranges::find_if(event.parts, [&](const PartFacts& other) {
    return interprets(other, event.publisher, part.id);
  });
  if (reading == event.parts.end()) {
    refuse("interpretation_missing", "", {});
  } else if (!is_drafting_unit(event, reading->drafting_unit)) {
    refuse("interpretation_of_other_unit", "", reading->drafting_unit);
  }
}

bool same(const Error& left, const Error& right) {
  return left.reason == right.reason && left.field == right.field && left.args == right.args;
}

}  // namespace

void check_disclosure(const Submitted& event,
                      const ApprovalSettings& policy,
                      std::vector<Error>& errors) {
  const bool overridden = guard_is_overridden(event);
  for (const PartFacts& part : event.parts) {
    errors.insert(errors.end(), part.disclosure.begin(), part.disclosure.end());
    for (const PersonalData& found : part.personal_data) {
      if (guard_of(policy, found.kind) == Guard::refuse && !overridden) {
        errors.push_back(
            {ErrorCode::refused,
             "personal_data_found",
             found.field,
             {std::string(name_of(found.kind)), found.masked, std::to_string(found.at)}});
      }
    }
  }
  if (!policy.rules.empty() && policy.review && !event.parts[0].imported) {
    check_review(event, errors);
  }
}

void check_approvals(const Submitted& event,
                     const ApprovalSettings& policy,
                     Now now,
                     std::vector<Error>& errors) {
  ApprovalCheck check(event, policy, now, errors);
  for (size_t i = 0; i < event.approvals.size(); ++i) {
    check.one(i);
  }
  if (!errors.empty() || event.parts[0].imported) {
    return;
  }
  for (size_t i = 0; i < event.parts.size(); ++i) {
    const PartFacts& part = event.parts[i];
    const ApprovalRule* rule = policy.rule_of(part.kind, part.column);
    if (rule == nullptr) {
      continue;
    }
    std::vector<Error> found;
    check_rule(event, *rule, i, now, found);
    check_interpretation(event, *rule, i, found);
    for (Error& error : found) {
      if (std::ranges::none_of(errors, [&](const Error& e) { return same(e, error); })) {
        errors.push_back(std::move(error));
      }
    }
  }
}

GuardPassed passed_guard(const Submitted& event, const ApprovalSettings& policy) {
  GuardPassed passed;
  for (const PartFacts& part : event.parts) {
    for (const PersonalData& found : part.personal_data) {
      if (guard_of(policy, found.kind) == Guard::refuse &&
          passed.places.size() < limits::confirmation_places_max) {
        passed.places.push_back(found.field + ": " + std::string(name_of(found.kind)));
      }
    }
  }
  const auto allows = std::ranges::find_if(event.approvals, lets_pass);
  if (allows == event.approvals.end()) {
    return {};
  }
  passed.allowed_by = allows->approval.name;
  passed.opinion = allows->approval.opinion;
  return passed;
}

SignOff sign_off_of(const Submitted& event, const ApprovalSettings& policy) {
  SignOff sign_off;
  for (const PartFacts& part : event.parts) {
    sign_off.personal_data += static_cast<uint32_t>(std::ranges::count_if(
        part.personal_data,
        [&](const PersonalData& found) { return guard_of(policy, found.kind) != Guard::off; }));
  }
  if (event.approvals.empty()) {
    return sign_off;
  }
  sign_off.digest = event.sign_off_digest;
  sign_off.bytes = event.sign_off->size();
  sign_off.level = ApprovalLevel::by_key;
  for (const ApprovalFacts& one : event.approvals) {
    sign_off.level = std::min(sign_off.level, one.level);
    if (one.approval.scan && !listed(sign_off.scans, one.approval.scan)) {
      sign_off.scans.push_back(one.approval.scan);
    }
  }
  return sign_off;
}

}  // namespace gulou
