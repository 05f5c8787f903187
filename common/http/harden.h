// What keeps a browser from doing anything with an answer but show it. Used by the server on every
// answer it sends; pure.
#pragma once

#include "common/http/message.h"

namespace gulou {

// Adds, where the answer says nothing of its own: no script, frame or form, no guess at its type,
// no referrer. encrypted: and never again without TLS.
void harden(HttpResponse& response, bool encrypted);

}  // namespace gulou
