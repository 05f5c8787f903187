// Approvals beside the files of a submission: those that front matter, a bundle.toml or a JSON file
// tells, and the signed ones that `gulou approve` leaves in FILE.approvals.json. Main thread; reads
// the disk.
#pragma once

#include "broker/cli/json_tree.h"
#include "broker/cli/release_file.h"
#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/model/approval.h"

#include <string>
#include <string_view>
#include <vector>

namespace gulou::cli {

// "notice.md.approvals.json"; of a directory "approvals.json" within it.
std::string approvals_file_of(const std::string& path);
bool is_approvals_file(std::string_view name);

// Takes the member "approvals" out of front matter.
Result<std::vector<Members>> take_approvals(const std::string& path, Members& members);

// What approvals_file_of(path) holds, if it is there. Errors: file_unreadable, approvals_malformed.
Result<std::vector<Members>> read_approvals(const std::string& path);

// An approval on paper as it stands in this file: with the scan's place beside its digest.
std::string with_scan_file(const Approval& approval,
                           const std::string& file,
                           const std::string& scan);

// Measures the scans that approvals name by file, and puts their digests in its place. path: where
// they are looked for. Errors: attachment_file_missing, file_too_large.
Result<std::vector<AttachmentFile>> take_scans(const std::string& path,
                                               std::vector<Members>& approvals);

// Canonical bytes for a bundle of this digest: one that is not signed and says nothing is told of
// this bundle, the others say themselves which they are of.
Result<std::vector<std::string>> approvals_for(const std::vector<Members>& approvals,
                                               const Digest& bundle);

}  // namespace gulou::cli
