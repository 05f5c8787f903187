// The pages that the broker's own links lead people to: a confirmation, a sheet to photograph. One
// frame, no script, no cookie, nothing from elsewhere. Pure; any thread.
#pragma once

#include "common/html/template.h"
#include "common/http/message.h"
#include "common/text/language.h"

#include <string>
#include <string_view>

namespace gulou {

// `content` names the embedded template inside the frame ("scan.html"); data fills both and has
// title and message, what is said first (empty: nothing).
HttpResponse form_page(int status, Language language, std::string_view content, TemplateData data);

// The style of all of them, for GET /confirmations/style.css.
HttpResponse form_page_style();

}  // namespace gulou
