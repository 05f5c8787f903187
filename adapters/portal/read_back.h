// ReadBack looks at a page as anybody gets it: over HTTP, from its public address, never from files
// or memory. All back ends of the portal say `public` only after it. Letters, digits and Chinese
// characters are compared and nothing else, since systems of others change quotes, dashes and
// spaces. Used on the SDK's call thread.
#pragma once

#include "common/base/result.h"
#include "common/http/client.h"
#include "common/model/release.h"

#include <string>
#include <string_view>

namespace gulou {

class ReadBack {
 public:
  // gone_text: a page of status 200 that says this is as good as gone; empty: none is.
  explicit ReadBack(std::string gone_text = {}) : gone_text_(std::move(gone_text)) {}

  // Title, the beginning of the text, and `sign`, which is looked for in the markup. Errors,
  // unavailable: read_back_status, read_back_title_missing, read_back_body_missing.
  Status shows(const Release& release, const std::string& url, std::string_view sign = {});
  // Error: read_back_banner_missing.
  Status shows_note(const std::string& note, const std::string& url);
  // Nobody can open it any more, by 410 or 404. Error: read_back_not_gone.
  Status gone(const std::string& url);

 private:
  // Anything but 200 is an Error.
  Result<std::string> page(const std::string& url);

  std::string gone_text_;
  HttpClient client_;
};

// Letters in lower case, digits and Chinese characters of a text.
std::string essence(std::string_view text);
// The same of what a page shows: without tags, scripts and styles, character references resolved.
std::string page_essence(std::string_view html);
// The beginning of what the release says, as essence(): enough to know the page by.
std::string body_mark(const Release& release);

}  // namespace gulou
