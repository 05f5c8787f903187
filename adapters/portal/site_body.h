// The text of a release as HTML for a page: Markdown and plain text made into markup, pictures
// pointed to where the site serves them, tables put into a box of their own that scrolls on a
// phone. Pure.
#pragma once

#include "common/base/result.h"
#include "common/model/release.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct SiteBody {
  std::string html;
  std::set<std::string> attachments;  // names of those shown or linked within the text
};

// files_path: "/tzgg/12-0/". Errors are those of body_html().
Result<SiteBody> site_body(const Body& body, std::string_view files_path);

// Lines of a plain field (an answer, a guide's materials); blank ones dropped.
std::vector<std::string> lines_of(std::string_view text);

// "1.2 MB"
std::string readable_size(uint64_t bytes);
// "PDF 文档"; for a media type nobody knows the type itself.
std::string readable_type(std::string_view media_type);

}  // namespace gulou
