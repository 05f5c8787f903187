#include "adapters/wechat/day_counters.h"

#include "adapters/wechat/limits.h"
#include "common/base/files.h"
#include "common/base/log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace gulou {
namespace {

constexpr int64_t day_ms = 24LL * 3600 * 1000;

std::string_view next_word(std::string_view& text, char end) {
  const std::string_view word = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

}  // namespace

Utc parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> months{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr size_t length = std::string_view("Tue, 24 Nov 2026 05:07:09 GMT").size();
  if (text.size() != length) {
    return {};
  }
  const auto* const month = std::ranges::find(months, text.substr(8, 3));
  const std::string number = std::to_string(month - months.begin() + 1);
  std::string written(text.substr(12, 4));
  written.append("-").append(number.size() < 2 ? "0" : "").append(number).append("-");
  written.append(text.substr(5, 2)).append("T").append(text.substr(17, 8)).append("Z");
  return parse_utc(written).value_or(Utc{});
}

// One line for the day, one "NAME NUMBER" for each counter.
Result<DayCounters> DayCounters::open(std::string path, Utc /*now*/) {
  DayCounters counters(std::move(path));
  if (counters.path_.empty()) {
    return counters;
  }
  const auto text = read_file(counters.path_, limits::wechat_counter_bytes_max);
  if (!text && text.error().code != ErrorCode::not_found) {
    return fail(text.error());
  }
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  counters.day_ = next_word(rest, '\n');
  while (!rest.empty()) {
    std::string_view line = next_word(rest, '\n');
    const std::string name(next_word(line, ' '));
    std::from_chars(line.data(), line.data() + line.size(), counters.used_[name]);
  }
  return counters;
}

std::string DayCounters::today(Utc now) const {
  return format_shanghai_date({now.ms + ahead_ms_});
}

bool DayCounters::take(std::string_view name, uint32_t most, Utc now) {
  const std::string day = today(now);
  if (day > day_) {  // never back: a clock that steps gives no second day
    day_ = day;
    used_.clear();
  }
  const auto counter = used_.try_emplace(std::string(name), 0U).first;
  if (counter->second >= most) {
    return false;
  }
  ++counter->second;
  std::string text = day_ + "\n";
  for (const auto& [one, number] : used_) {
    text.append(one).append(" ").append(std::to_string(number)).append("\n");
  }
  const Status kept = path_.empty() ? Status{} : replace_file(path_, text);
  if (!kept) {
    log::error("wechat.counters_not_kept", {{"error", describe(kept.error())}});
  }
  return kept.has_value();
}

Utc DayCounters::next_day(Utc now) const {
  const auto midnight = parse_shanghai_date(today(now));
  return {midnight ? midnight->ms + day_ms - ahead_ms_ : now.ms + day_ms};
}

}  // namespace gulou
