// The page behind the link to a confirmation: a form that asks for the operator's token, says what
// is to be decided, and takes the decision. No script, no cookie: what another site makes a browser
// send has no token. Pure but for the routes; any thread.
#pragma once

#include "common/base/result.h"
#include "common/http/message.h"
#include "common/text/language.h"

#include <optional>
#include <string>
#include <string_view>

namespace gulou {

// A field of a form as browsers send it; empty: not there.
std::string form_field(std::string_view form, std::string_view name);

// The page that asks for a token, with what was wrong about the last one.
HttpResponse confirmation_form(std::string_view path,
                               Language language,
                               const std::optional<Error>& wrong,
                               int status);

}  // namespace gulou
