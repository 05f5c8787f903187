// Approval: what a person answers for before a bundle leaves (design 5.4), and the county's policy
// about it. An approval is a small JSON object over the bundle digest; common/json/approval_json.h
// reads it, broker/core judges it. It travels beside the bundle, never within a release. Plain
// data; empty string and zero mean "absent".
#pragma once

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/model/release.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

// Values are stored: never renumber.
enum class ApprovalRole : uint8_t {
  none = 0,
  drafter = 1,           // 拟稿人
  reviewer = 2,          // 审核人, one or several steps
  secrecy_reviewer = 3,  // 保密审查人: the review record of the regulations, article 17
  approver = 4,          // 签发人
  unit_head = 5,         // 主要负责人
};

inline constexpr ApprovalRole all_approval_roles[] = {ApprovalRole::drafter,
                                                      ApprovalRole::reviewer,
                                                      ApprovalRole::secrecy_reviewer,
                                                      ApprovalRole::approver,
                                                      ApprovalRole::unit_head};

// What stands behind an approval, ascending: the publisher's word, a signed sheet, a signature.
enum class ApprovalLevel : uint8_t { none = 0, asserted = 1, paper = 2, by_key = 3 };

std::string_view name_of(ApprovalRole role);
std::string_view name_of(ApprovalLevel level);  // asserted, paper, signed
std::optional<ApprovalRole> parse_approval_role(std::string_view name);
std::optional<ApprovalLevel> parse_approval_level(std::string_view name);

// As its JSON says it.
struct Approval {
  Digest bundle_digest;  // what is approved
  ApprovalRole role = ApprovalRole::none;
  std::string name;                 // of the person
  std::string unit;                 // theirs
  std::string at;                   // RFC 3339
  std::string opinion;              // 意见; of an exemption: why
  std::string result;               // of a secrecy review: "disclose" or "withhold"
  std::string basis;                // of a secrecy review
  std::vector<std::string> allows;  // what the guard may let pass: "personal_data"
  std::vector<std::string> waives;  // what need not be there: "interpretation", "plan"
  std::string key;                  // Ed25519, hexadecimal: signed
  std::string signature;            // hexadecimal
  Digest scan;                      // of the signed sheet, uploaded before: paper
};

// Of a bundle, as the journal keeps it for ever.
struct SignOff {
  Digest digest;  // of the approvals, kept beside the bundle's bodies; none: there are none
  uint64_t bytes = 0;
  ApprovalLevel level = ApprovalLevel::none;  // the lowest that any of them has
  std::vector<Digest> scans;                  // blobs
  uint32_t personal_data = 0;                 // places the guard found and let pass
  ConfirmationNo confirmation;                // of the second operator who let them pass
  std::string confirmed_by;
  friend bool operator==(const SignOff&, const SignOff&) = default;
};

// What cannot be undone: where the policy names it, a second operator has to confirm it. Values are
// stored: never renumber.
enum class TwoPersonAct : uint8_t {
  none = 0,
  erase = 1,             // destroying the stored bytes of what was published in error
  replay_duplicate = 2,  // sending again what may be there twice then
  personal_data = 3,     // letting personal data pass the guard
};

inline constexpr TwoPersonAct all_two_person_acts[] = {
    TwoPersonAct::erase, TwoPersonAct::replay_duplicate, TwoPersonAct::personal_data};

std::string_view name_of(TwoPersonAct act);
std::optional<TwoPersonAct> parse_two_person_act(std::string_view name);

// ---- policy: config/approvals.toml --------------------------------------------------------------

enum class Guard : uint8_t { refuse, flag, off };

// What releases of some kinds in some columns need; the first rule that fits a part counts.
struct ApprovalRule {
  std::vector<Kind> kinds;  // empty: all
  std::vector<std::string> columns;
  std::vector<ApprovalRole> require;  // a role that stands twice: two persons, or two steps
  bool distinct = true;               // nobody approves in two roles
  ApprovalLevel lowest = ApprovalLevel::asserted;
  uint32_t age_days_max = 0;    // of an approval when it arrives; 0: any
  bool interpretation = false;  // a policy document comes with its interpretation
  bool plan = false;            // and with its 解读方案, approved by the head of its unit
};

// Who may sign with a key.
struct ApprovalPerson {
  std::string name;
  std::string key;  // Ed25519, hexadecimal
  std::vector<ApprovalRole> roles;
  std::vector<std::string> units;  // whose documents; empty: all
  std::string from;                // dates, both included; empty: no end
  std::string until;
  bool revoked = false;
};

struct ApprovalSettings {
  std::vector<ApprovalRule> rules;  // none: nothing is asked for, as in tests of other matters
  std::vector<ApprovalPerson> people;
  bool review = true;  // the record of the secrecy review must be there
  Guard id_card = Guard::refuse;
  Guard bank_card = Guard::refuse;
  Guard phone = Guard::flag;
  std::vector<std::string> internal_types = {
      "请示", "过程稿", "讨论记录", "会议记录", "磋商信函", "请示报告", "签报", "行政执法案卷"};
  // What a second operator has to confirm: erase, replay_duplicate, personal_data.
  std::vector<std::string> two_persons = {"erase", "replay_duplicate", "personal_data"};

  const ApprovalRule* rule_of(Kind kind, std::string_view column) const;
  bool needs_two(TwoPersonAct act) const;
};

}  // namespace gulou
