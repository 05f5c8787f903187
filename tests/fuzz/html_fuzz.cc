// Any bytes as a body: the normal form is a fixed point, well nested, and holds only elements,
// attributes and addresses of the allow-list, here written down a second time. Its plain text and
// its excerpt come back too.
#include "common/html/sanitise.h"
#include "tests/support/allowed_html.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto form = gulou::normalise(text);
  const bool normal = gulou::check_normal_form(text).has_value();
  CHECK(normal == (form && form->html == text));
  if (form) {
    const auto again = gulou::normalise(form->html);
    CHECK(again.has_value());
    CHECK(again->html == form->html);
    CHECK(again->dropped.empty());
    gulou::test::check_allowed(form->html);
  }
  return 0;
}
