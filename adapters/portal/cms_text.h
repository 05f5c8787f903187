// The text of a release for a portal that is another system: one piece of HTML with what its kind
// adds (period, elements of a guide, question and answer), attachments pointed to where that system
// keeps them. Pure.
#pragma once

#include "common/base/result.h"
#include "common/html/template.h"
#include "common/model/release.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace gulou {

// Name of an attachment to its address there.
using CmsFiles = std::map<std::string, std::string, std::less<>>;

// Errors: those of body_html().
Result<std::string> cms_html(const Release& release, const CmsFiles& files);

// "oa-xjhf-2025-0412-1f2e3d4c": what a publication is called there; the same in every attempt and
// revision.
std::string cms_key(std::string_view publisher, std::string_view id);

}  // namespace gulou
