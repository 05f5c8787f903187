#include "adapters/screen/page_report.h"

#include "adapters/screen/limits.h"
#include "common/json/value.h"

#include <algorithm>

namespace gulou {
namespace {

constexpr size_t word_bytes_max = 32;

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= word_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

bool is_key(std::string_view text) {
  return is_word(text) && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9');
         });
}

}  // namespace

Result<PageReport> parse_page_report(std::string_view body) {
  const auto invalid = [](std::string field) {
    return fail(ErrorCode::invalid_argument, "screen_report_invalid", std::move(field));
  };
  if (body.size() > limits::screen_report_bytes_max) {
    return invalid("body");
  }
  const JsonValue value = TRY(JsonValue::parse(body));
  PageReport report;
  report.now = {value.integer("now")};
  report.page = static_cast<uint64_t>(value.integer("page"));
  report.on = std::string(value.text("on"));
  if (!report.on.empty() && !is_key(report.on)) {
    return invalid("on");
  }
  for (const JsonValue& fault : value.items("faults")) {
    if (!is_word(fault.text()) || report.faults.size() == limits::screen_report_items_max) {
      return invalid("faults");
    }
    report.faults.emplace_back(fault.text());
  }
  for (const JsonValue& drawn : value.items("drew")) {
    DrawnItem item{.key = std::string(drawn.text("key")),
                   .from = {drawn.integer("from")},
                   .until = {drawn.integer("until")},
                   .hash = std::string(drawn.text("hash"))};
    if (!is_word(item.key) || !is_word(item.hash) || item.from.ms <= 0 || item.until.ms < 0 ||
        report.drew.size() == limits::screen_report_items_max) {
      return invalid("drew");
    }
    report.drew.push_back(std::move(item));
  }
  return report;
}

}  // namespace gulou
