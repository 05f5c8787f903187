// Files and directories on the command line become submissions: Markdown with front matter, plain
// Markdown to import, release JSON, directories that are bundles. Attachments are read for size,
// digest and type here and uploaded later from where they lie. Main thread; reads the disk.
#pragma once

#include "broker/cli/json_tree.h"
#include "common/base/bytes.h"
#include "common/base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gulou::cli {

struct AttachmentFile {
  std::string path;
  Digest digest;
  uint64_t size_bytes = 0;
};

struct PartFile {
  std::string path;
  std::string id;
  std::string title;
  std::string canonical;  // the release
  std::vector<AttachmentFile> attachments;
  std::vector<std::string> unknown_fields;  // kept in the release, but nothing here knows them
};

// What goes to the broker as one: a file, or a directory with a bundle.toml.
struct SubmissionFile {
  std::string path;
  std::vector<PartFile> parts;
  std::vector<Members> approvals;     // told, signed or on paper; for the bundle as a whole
  std::vector<AttachmentFile> scans;  // of signed sheets that approvals name
};

struct ReadOptions {
  std::string kind;  // of files that name none
  std::string column;
  bool import = false;  // plain Markdown: look for its dates and number
  Members defaults;     // of fields that neither file nor options give
};

// Files to read, in order: a bundle's directory stands for itself, another one for the *.md and
// *.json in it and below. Errors: input_missing, input_empty.
Result<std::vector<std::string>> find_inputs(std::span<const std::string> paths);

// Errors: file_unreadable, front_matter_open, settings_syntax, attachment_file_missing,
// bundle_malformed, and those of parse_release(), each with the file as field.
Result<SubmissionFile> read_submission(const std::string& path, const ReadOptions& options);

// A submission of one part from the text of a Markdown file; path: where attachments are looked
// for.
Result<SubmissionFile> read_markdown(const std::string& path,
                                     std::string_view text,
                                     const ReadOptions& options);

// TOML as JSON members; errors name the file, line and column.
Result<Members> read_toml(std::string_view text, const std::string& path);

}  // namespace gulou::cli
