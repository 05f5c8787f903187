// Attachments of a release that lie on this disk: what the front matter says about them becomes
// what a release says (name, type, size, digest), by reading their bytes piece by piece. Main
// thread; reads the disk.
#pragma once

#include "broker/cli/json_tree.h"
#include "broker/cli/release_file.h"

#include <string>
#include <vector>

namespace gulou::cli {

// Rewrites members["attachments"], whose entries name a `file` from the directory of `path`; an
// entry with a digest and without file stays as it is. Errors: attachment_file_missing,
// attachment_file_empty, attachment_type_unknown.
Result<std::vector<AttachmentFile>> take_attachments(const std::string& path, Members& members);

// Of a release that names digests already: those that lie beside `path` under their names.
Status find_beside(const std::string& path,
                   const JsonValue& release,
                   std::vector<AttachmentFile>& attachments);

// Size and digest of any file. Errors: attachment_file_missing, file_too_large.
Result<AttachmentFile> measure(const std::string& path);

// Up to `size` bytes of a file from `offset`.
Result<std::string> read_piece(const std::string& path, uint64_t offset, size_t size);

}  // namespace gulou::cli
