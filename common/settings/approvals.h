// approvals.toml: what must have been approved, by whom and how, before a bundle leaves; what is
// personal data; what two persons have to confirm. Part of load_county(). A home without the file
// has the policy of default_approvals(), which is the sample in config/.
#pragma once

#include "common/base/result.h"
#include "common/model/approval.h"
#include "common/model/settings.h"

#include <string>

namespace gulou {

// county: units and columns are read already. Errors: settings_*, with file:line:column.
Result<ApprovalSettings> load_approvals(const std::string& path, const CountySettings& county);

ApprovalSettings default_approvals();

std::string approval_settings_help(bool chinese);

}  // namespace gulou
