// Nothing unapproved leaves (design 2, promise 4): the disclosure gate and the approvals of a
// bundle, judged against the county's policy from what the workers found. Pure functions; called by
// the core on every submission, and by `?check=1` for what it would say.
#pragma once

#include "broker/core/event.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/approval.h"

#include <vector>

namespace gulou {

// What must not be disclosed, personal data nobody let pass, the record of the secrecy review.
void check_disclosure(const Submitted& event,
                      const ApprovalSettings& policy,
                      std::vector<Error>& errors);

// Each approval by itself, then what the policy asks for each part. Of imported history, which was
// approved where it was first published, nothing is asked; what it brings is looked at.
void check_approvals(const Submitted& event,
                     const ApprovalSettings& policy,
                     Now now,
                     std::vector<Error>& errors);

// Personal data the guard would refuse, which an approval lets pass: where, and who answers for it.
struct GuardPassed {
  std::vector<std::string> places;
  std::string allowed_by;
  std::string opinion;
};

GuardPassed passed_guard(const Submitted& event, const ApprovalSettings& policy);

// What the journal keeps of the approvals of a bundle that was accepted.
SignOff sign_off_of(const Submitted& event, const ApprovalSettings& policy);

}  // namespace gulou
