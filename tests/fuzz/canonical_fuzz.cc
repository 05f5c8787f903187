// Any bytes as JSON: the check accepts exactly what canonicalising returns, and what it accepts can
// be read, digested and written without harm. The first seeds are in corpus/canonical.
#include "common/base/check.h"
#include "common/json/canonical.h"
#include "common/json/digests.h"
#include "common/json/release_json.h"
#include "common/json/value.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto canonical = gulou::canonicalise(text);
  CHECK(gulou::check_canonical(text).has_value() == (canonical && *canonical == text));
  (void)gulou::JsonValue::parse(text).has_value();
  (void)gulou::content_digest(text).has_value();
  (void)gulou::parse_release(text).has_value();
  if (canonical) {
    CHECK(gulou::check_canonical(*canonical));
    CHECK(gulou::content_digest(*canonical).has_value() == canonical->starts_with('{'));
    if (const auto release = gulou::parse_release(*canonical)) {
      const std::string written = gulou::to_json(*release);
      CHECK(gulou::check_canonical(written));
      CHECK(gulou::to_json(*gulou::parse_release(written)) == written);
    }
  }
  return 0;
}
