// A release as a file: its fields as TOML between two lines `+++`, then the body in Markdown. This
// splits the two; release_file.h makes a release of them. Also: ids of files that name none. Pure;
// any thread. The format is described in config/README.md.
#pragma once

#include "common/base/result.h"

#include <string>
#include <string_view>

namespace gulou::cli {

struct MarkdownFile {
  std::string fields;  // TOML; empty where the file has no front matter
  std::string body;    // Markdown, without blank lines around it
};

// A byte order mark is passed over and CRLF becomes LF. Errors: front_matter_open.
Result<MarkdownFile> split_front_matter(std::string_view text, const std::string& path);

// "标题" of a body that begins with the heading "# 标题", which is taken out of it; empty if none.
std::string take_heading(std::string& body);

// "road-notice" of "road-notice.md"; where a name holds other characters than ids may,
// "md-<first 16 digits of its SHA-256>", so that the same file always gives the same id.
std::string id_of_file(std::string_view file_name);

// Without blank lines and blanks around it.
std::string_view trimmed(std::string_view text);

}  // namespace gulou::cli
