// What a page says it really drew: the JSON of POST /shown, read with every bound checked, since
// anybody on the network of a screen may send one. Called by ScreenPages on the web server's
// thread. Pure.
#pragma once

#include "common/base/result.h"
#include "common/base/time.h"

#include <string>
#include <string_view>
#include <vector>

namespace gulou {

struct DrawnItem {
  std::string key;
  Utc from;
  Utc until;  // 0: still on the glass
  std::string hash;
};

struct PageReport {
  Utc now;                          // by the page's clock
  uint64_t page = 0;                // a number it chose for itself
  std::string on;                   // the item on it; empty: none
  std::vector<std::string> faults;  // "font"
  std::vector<DrawnItem> drew;
};

// Errors: those of JSON, screen_report_invalid.
Result<PageReport> parse_page_report(std::string_view body);

}  // namespace gulou
